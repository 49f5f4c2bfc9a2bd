"""GIFs whose blocks are false, repeated or missing (GIF89a, CompuServe)."""

import struct
from functools import partial

from PIL import Image

from tests.pictures import encoded
from tools.hostile.case import (
    COMPLETED,
    FAILED_CORRUPT,
    FAILED_STRANGE,
    TOO_LARGE,
    TOO_MANY_FRAMES,
    Table,
    images,
)
from tools.hostile.files import PICTURE, claiming

HONEST = encoded(PICTURE, "GIF")
END, CLEAR_AND_END = b";", b"\2\2D\1\0"
HAS_PALETTE, BLACK_AND_WHITE = 0x80, bytes(3) + b"\xff\xff\xff"


def screen(width: int, height: int, flags: int = HAS_PALETTE, palette: bytes = BLACK_AND_WHITE) -> bytes:
    """Return the header of a file; `flags` announce a global palette."""
    return b"GIF89a" + struct.pack("<HHBxx", width, height, flags) + palette


def picture(width: int, height: int, data: bytes = CLEAR_AND_END, left: int = 0, flags: int = 0) -> bytes:
    """Return a picture; `data` begin with the size of its codes."""
    return b"," + struct.pack("<HHHHB", left, 0, width, height, flags) + data


def extension(label: int, *blocks: bytes) -> bytes:
    """Return an extension of blocks."""
    return b"!" + bytes([label]) + b"".join(bytes([len(block)]) + block for block in blocks) + b"\0"


def large(side: int) -> bytes:
    """Return an honest square of one color."""
    return encoded(Image.new("P", (side, side)), "GIF")


def animation(count: int, side: int) -> bytes:
    """Return so many pictures, each of one pixel, on a screen of so many."""
    return screen(side, side) + picture(1, 1) * count + END


TABLE: Table = {
    "of 65,535 x 65,535 in a header": (TOO_LARGE, partial(claiming, "GIF", 65_535, 65_535)),
    "of no width": (FAILED_CORRUPT, lambda: screen(0, 9) + picture(9, 9) + END),
    "of 100 MP": (COMPLETED, partial(large, 10_000)),
    "with a picture of 4 GP on a screen of one": (TOO_LARGE, lambda: screen(1, 1) + picture(65_535, 65_535) + END),
    "with a picture outside its screen": (
        TOO_LARGE,
        lambda: screen(9, 9) + picture(9, 9, left=60_000) + END,
    ),
    "with a picture of no width": (FAILED_CORRUPT, lambda: screen(9, 9) + picture(0, 9) + END),
    "without a picture": (FAILED_CORRUPT, lambda: screen(9, 9) + END),
    "without data": (FAILED_CORRUPT, lambda: screen(9, 9) + picture(9, 9, b"\2\0") + END),
    "with codes of 255 bits": (FAILED_CORRUPT, lambda: screen(9, 9) + picture(9, 9, b"\xff\2D\1\0") + END),
    "with codes of noise": (
        FAILED_CORRUPT,
        lambda: screen(9, 9) + picture(9, 9, b"\2\xff" + b"\xff" * 255 + b"\0") + END,
    ),
    "without a palette": (FAILED_STRANGE, lambda: screen(9, 9, 0, b"") + picture(9, 9) + END),
    "with a palette cut off": (FAILED_CORRUPT, lambda: screen(9, 9, 0x87, bytes(9))),
    "of 100,000 pictures": (TOO_MANY_FRAMES, partial(animation, 100_000, 9)),
    "of 10,000 pictures on a screen of 64 MP": (TOO_MANY_FRAMES, partial(animation, 10_000, 8_000)),
    "with 4 MB of comments": (COMPLETED, lambda: HONEST[:-1] + extension(0xFE, *[bytes(255)] * 16_000) + END),
    "with a comment": (COMPLETED, lambda: HONEST[:-1] + extension(0xFE, b"marker-of-the-source") + END),
    "with 500,000 empty extensions": (
        COMPLETED,
        lambda: HONEST[:-1] + extension(0x01) * 500_000 + END,
    ),
    "with an extension without end": (COMPLETED, lambda: HONEST[:-1] + b"!\xfe\xff" + bytes(255)),
    "with a tail": (COMPLETED, lambda: HONEST + b"marker-of-the-source"),
    "cut in half": (FAILED_CORRUPT, lambda: HONEST[: len(HONEST) // 2]),
}
CASES = [*images("GIFs", TABLE)]
