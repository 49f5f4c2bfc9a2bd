"""JPEG XLs whose headers, boxes or pixels are false (ISO/IEC 18181)."""

from functools import partial

from PIL import Image

from tests.jxl_files import ALPHA, ANIMATION, BLACK, Header, box, boxed, coded, frames_of, layers
from tools.hostile.case import (
    COMPLETED,
    CORRUPT,
    FAILED_CORRUPT,
    FAILED_FRAMES,
    FAILED_STRANGE,
    TOO_LARGE,
    Table,
    images,
)
from tools.hostile.files import PICTURE

HONEST, FRAMES = coded(PICTURE), frames_of(PICTURE.resize((33, 21)))
LARGEST_SIDE = 512  # that `Header` writes
# A height of the most bits, 30, and a ratio of 1 (D.2).
GIGAPIXELS = b"\xff\x0a" + (3 << 1 | 2**30 - 1 << 3 | 1 << 33 | 1 << 36).to_bytes(5, "little") + bytes(40)


def stated(**header: object) -> bytes:
    """Return a picture behind a header that states something else."""
    return Header(**{"size": (33, 21)} | header).written() + FRAMES  # type: ignore[arg-type]


TABLE: Table = {
    "of 1 G x 1 G in a header": (TOO_LARGE, lambda: GIGAPIXELS),
    "of a larger size than its picture": (FAILED_CORRUPT, partial(stated, size=(LARGEST_SIDE, LARGEST_SIDE))),
    "of a smaller size than its picture": (FAILED_CORRUPT, partial(stated, size=(3, 3))),
    "of 31 bits": (FAILED_STRANGE, partial(stated, bits=31)),
    "with two channels that its picture lacks": (FAILED_CORRUPT, partial(stated, extra=((ALPHA, True), (ALPHA, True)))),
    "with black that its picture lacks": (FAILED_STRANGE, partial(stated, extra=((BLACK, False),))),
    "with a profile that it lacks": (FAILED_CORRUPT, partial(stated, has_profile=True)),
    "with colors of no area": (FAILED_CORRUPT, partial(stated, white=2, primaries=2, points=(1,) * 8)),
    "with a header of 4,096 channels": (
        CORRUPT,
        lambda: HONEST[:2] + (2**14 - 1 << 32).to_bytes(6, "little") + bytes(9999),
    ),
    "of 12 MP": (COMPLETED, lambda: coded(Image.new("RGB", (4_000, 3_000)), effort=1)),
    "animated": (FAILED_STRANGE, lambda: ANIMATION),
    "of 1,001 frames over each other": (FAILED_FRAMES, partial(layers, PICTURE.resize((33, 21)), 1_001)),
    "with a frame of 1 G x 1 G": (FAILED_FRAMES, partial(layers, PICTURE.resize((33, 21)), 2, crop=(2**30, 2**30))),
    "without a picture": (FAILED_CORRUPT, lambda: HONEST[:16]),
    "with a picture of zeros": (FAILED_CORRUPT, lambda: HONEST[:16] + bytes(len(HONEST))),
    "with a picture of noise": (FAILED_CORRUPT, lambda: HONEST[:16] + b"\xa5\x3c" * len(HONEST)),
    "with a tail": (COMPLETED, lambda: HONEST + b"marker-of-the-source" * 9),
    "in boxes that lack it": (CORRUPT, lambda: boxed(box(b"Exif", bytes(99)))),
    "in a box of no length": (CORRUPT, lambda: boxed(b"\0\0\0\2jxlc" + HONEST)),
    "in a box of 16 EB": (COMPLETED, lambda: boxed(b"\0\0\0\1jxlc" + b"\x7f" * 8 + HONEST)),
    "in 900 parts": (
        COMPLETED,
        lambda: boxed(
            *(box(b"jxlp", at.to_bytes(4) + HONEST[at : at + 1]) for at in range(900)),
            box(b"jxlp", b"\x80\0\3\x84" + HONEST[900:]),
        ),
    ),
    "in 100,000 parts": (CORRUPT, lambda: boxed(*[box(b"jxlp", bytes(4) + b"\xff")] * 100_000)),
    "behind 400,000 empty boxes": (CORRUPT, lambda: boxed(*[box(b"free", b"")] * 400_000, box(b"jxlc", HONEST))),
    "with a JPEG to be restored": (COMPLETED, lambda: boxed(box(b"jbrd", b"\xff" * 99_999), box(b"jxlc", HONEST))),
    "with compressed EXIF": (COMPLETED, lambda: boxed(box(b"brob", b"Exif" + b"\xff" * 999), box(b"jxlc", HONEST))),
    "with EXIF that begins beyond it": (COMPLETED, lambda: boxed(box(b"Exif", b"\xff" * 99), box(b"jxlc", HONEST))),
    "cut in half": (FAILED_CORRUPT, lambda: HONEST[: len(HONEST) // 2]),
}
CASES = [*images("JPEG XLs", TABLE)]
