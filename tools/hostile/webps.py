"""WebPs whose chunks are false, repeated or missing (RFC 9649)."""

import struct
from functools import partial

from tests.pictures import encoded, riff
from tools.hostile.bombs import flat_webp
from tools.hostile.case import COMPLETED, CORRUPT, FAILED_CORRUPT, TOO_LARGE, TOO_MANY_FRAMES, Table, images
from tools.hostile.files import PICTURE

LOSSY, LOSSLESS = encoded(PICTURE, "WEBP"), encoded(PICTURE, "WEBP", lossless=True)
ANIMATION, ALPHA, PROFILE = 0x02, 0x10, 0x20


def inner(data: bytes) -> tuple[bytes, bytes]:
    """Return the one chunk of a simple file."""
    return data[12:16], data[20 : 20 + int.from_bytes(data[16:20], "little")]


def canvas(width: int, height: int, flags: int = 0) -> tuple[bytes, bytes]:
    """Return the chunk that opens an extended file."""
    return b"VP8X", bytes([flags, 0, 0, 0]) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")


def frame(width: int, height: int, left: int = 0, content: bytes = LOSSLESS) -> tuple[bytes, bytes]:
    """Return a frame of an animation; `left` is in pixels, and even."""
    sides = b"".join(value.to_bytes(3, "little") for value in (left // 2, 0, width - 1, height - 1, 1))
    kind, data = inner(content)
    return b"ANMF", sides + b"\0" + kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def animation(count: int, width: int = 48, height: int = 32, left: int = 0, content: bytes = LOSSLESS) -> bytes:
    """Return an animation of equal frames on a canvas of 48 x 32."""
    opening = canvas(48, 32, ANIMATION), (b"ANIM", bytes(6))
    return riff(*opening, *[frame(width, height, left, content)] * count)


def sized(size: int) -> bytes:
    """Return a file with a false size in its header."""
    return LOSSY[:4] + struct.pack("<I", size) + LOSSY[8:]


def patched(data: bytes, at: int, replacement: bytes) -> bytes:
    """Replace bytes behind the head of the one chunk."""
    return data[: 20 + at] + replacement + data[20 + at + len(replacement) :]


FILES: Table = {
    "size of 0": (COMPLETED, partial(sized, 0)),
    "size of 4 GB": (COMPLETED, partial(sized, 2**32 - 1)),
    "size of an odd number": (FAILED_CORRUPT, partial(sized, len(LOSSY) - 9)),
    "chunk of 4 GB in its length": (
        FAILED_CORRUPT,
        lambda: LOSSY[:16] + b"\xff" * 4 + LOSSY[20:],
    ),
    "chunk of no bytes": (CORRUPT, lambda: riff((b"VP8 ", b""))),
    "chunk of nobody": (CORRUPT, lambda: riff((b"XXXX", bytes(30)))),
    "nothing but a canvas": (FAILED_CORRUPT, lambda: riff(canvas(48, 32))),
    "canvas smaller than its image": (FAILED_CORRUPT, lambda: riff(canvas(16, 16), inner(LOSSLESS))),
    "canvas of one pixel over 268 MP": (FAILED_CORRUPT, lambda: riff(canvas(1, 1), inner(flat_webp(16_384, 16_384)))),
    "canvas twice": (FAILED_CORRUPT, lambda: riff(canvas(48, 32), canvas(9_999, 9_999), inner(LOSSY))),
    "canvas with all flags": (FAILED_CORRUPT, lambda: riff(canvas(48, 32, 0xFF), inner(LOSSY))),
    "canvas of ten bytes less": (TOO_LARGE, lambda: riff((b"VP8X", b""), inner(LOSSY))),
    "alpha of nonsense": (FAILED_CORRUPT, lambda: riff(canvas(48, 32, ALPHA), (b"ALPH", b"\xff" * 50), inner(LOSSY))),
    "alpha of no bytes": (FAILED_CORRUPT, lambda: riff(canvas(48, 32, ALPHA), (b"ALPH", b""), inner(LOSSY))),
    "lossy frame that is no key frame": (FAILED_CORRUPT, lambda: patched(LOSSY, 0, bytes([LOSSY[20] | 1]))),
    "lossy frame without its start code": (FAILED_CORRUPT, lambda: patched(LOSSY, 3, bytes(3))),
    "lossy frame of no width": (CORRUPT, lambda: patched(LOSSY, 6, bytes(2))),
    "lossy partition longer than the file": (FAILED_CORRUPT, lambda: patched(LOSSY, 1, b"\xff\xff")),
    "lossless image of version 7": (FAILED_CORRUPT, lambda: patched(LOSSLESS, 4, bytes([LOSSLESS[24] | 0xE0]))),
    "lossless image without its signature": (FAILED_CORRUPT, lambda: patched(LOSSLESS, 0, b"\0")),
    "lossless image of ones": (FAILED_CORRUPT, lambda: patched(LOSSLESS, 5, b"\xff" * 200)),
    "lossless image of zeros": (FAILED_CORRUPT, lambda: patched(LOSSLESS, 5, bytes(len(LOSSLESS) - 26))),
    "100,000 chunks of nobody": (COMPLETED, lambda: riff(canvas(48, 32), inner(LOSSY), *[(b"XXXX", b"")] * 100_000)),
    "500,000 chunks of nobody": (COMPLETED, lambda: riff(canvas(48, 32), inner(LOSSY), *[(b"XXXX", b"")] * 500_000)),
    "chunk of 4 MB of nobody": (COMPLETED, lambda: riff(canvas(48, 32), inner(LOSSY), (b"XXXX", bytes(4_000_000)))),
}
ANIMATIONS: Table = {
    "animation of no frames": (FAILED_CORRUPT, partial(animation, 0)),
    "animation of 1,500 frames": (TOO_MANY_FRAMES, partial(animation, 1_500)),
    "animation frame outside the canvas": (FAILED_CORRUPT, partial(animation, 2, left=2_000)),
    "animation frame larger than the canvas": (COMPLETED, partial(animation, 2, width=9_999, height=9_999)),
    "animation frame that is smaller than its image": (COMPLETED, partial(animation, 2, width=16, height=16)),
    "animation frame of 268 MP": (
        FAILED_CORRUPT,
        partial(animation, 2, width=16_384, height=16_384, content=flat_webp(16_384, 16_384)),
    ),
    "animation on a canvas of 268 MP": (
        TOO_LARGE,
        lambda: riff(canvas(16_384, 16_384, ANIMATION), (b"ANIM", bytes(6)), frame(48, 32)),
    ),
    "1,000 frames of 64 MP": (
        TOO_MANY_FRAMES,
        lambda: riff(
            canvas(8_000, 8_000, ANIMATION),
            (b"ANIM", bytes(6)),
            *[frame(8_000, 8_000, content=flat_webp(8_000, 8_000))] * 1_000,
        ),
    ),
    "100,000 empty frames": (
        TOO_MANY_FRAMES,
        lambda: riff(canvas(48, 32, ANIMATION), (b"ANIM", bytes(6)), *[(b"ANMF", b"")] * 100_000),
    ),
}
CASES = [*images("WebP files", FILES), *images("WebP animations", ANIMATIONS)]
