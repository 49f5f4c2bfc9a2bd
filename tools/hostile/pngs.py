"""PNGs whose chunks are false, repeated or missing (PNG, third edition)."""

import struct
import zlib
from functools import partial

from tests.pictures import chunk, png
from tools.hostile.case import COMPLETED, CORRUPT, FAILED_CORRUPT, Table, images

SIGNATURE, PIXEL = b"\x89PNG\r\n\x1a\n", [b"\1\2\3"]
CHUNKS = "failed too-many-chunks"
RGB = (1, 1), 8, 2
PALETTE = (1, 1), 8, 3
GREY = zlib.compress(b"\0\7")


def header(*, width: int = 1, height: int = 1, depth: int = 8, color_type: int = 0, rest: bytes = bytes(3)) -> bytes:
    """Return a header chunk; `rest` is compression, filter and interlace."""
    return chunk(b"IHDR", struct.pack(">IIBB", width, height, depth, color_type) + rest)


def of(*chunks: bytes, end: bool = True) -> bytes:
    """Return a PNG of chunks."""
    return b"".join([SIGNATURE, *chunks, chunk(b"IEND", b"") if end else b""])


def data(packed: bytes = GREY) -> bytes:
    """Return a chunk of pixels."""
    return chunk(b"IDAT", packed)


def damaged(sound: bytes) -> bytes:
    """Return a chunk whose checksum is wrong."""
    return sound[:-1] + bytes([sound[-1] ^ 1])


def lying(length: int) -> bytes:
    """Return a chunk that claims to be so long."""
    return struct.pack(">I", length) + b"teSt" + bytes(8)


def split(pieces: int) -> bytes:
    """Return the pixels of an image in so many chunks of one byte, and the rest in one more."""
    packed = zlib.compress(bytes(201 * 200), 0)
    chunks = [data(packed[at : at + 1]) for at in range(pieces)]
    return of(header(width=200, height=200), *chunks, data(packed[pieces:]))


def animated(frames: int, play_count: int = 0, *, size: int = 1, offset: int = 0) -> bytes:
    """Return an animated PNG that claims so many frames and has one more than it shows."""
    control = struct.pack(">IIIIIHHBB", 0, size, size, offset, offset, 1, 1, 0, 0)
    more = struct.pack(">IIIIIHHBB", 1, size, size, offset, offset, 1, 1, 0, 0)
    return of(
        header(),
        chunk(b"acTL", struct.pack(">II", frames, play_count)),
        chunk(b"fcTL", control),
        data(),
        chunk(b"fcTL", more),
        chunk(b"fdAT", struct.pack(">I", 2) + GREY),
    )


HEADERS: Table = {
    "header of no width": (CORRUPT, lambda: of(header(width=0), data())),
    "header of no height": (CORRUPT, lambda: of(header(height=0), data())),
    "header of 3 bits": (FAILED_CORRUPT, lambda: of(header(depth=3), data())),
    "header of color type 5": (FAILED_CORRUPT, lambda: of(header(color_type=5), data())),
    "header of color type 255": (FAILED_CORRUPT, lambda: of(header(color_type=255), data())),
    "header of a palette of 16 bits": (FAILED_CORRUPT, lambda: of(header(depth=16, color_type=3), data())),
    "header of compression 1": (COMPLETED, lambda: of(header(rest=b"\1\0\0"), data())),
    "header of filter 1": (FAILED_CORRUPT, lambda: of(header(rest=b"\0\1\0"), data())),
    "header of interlace 2": (COMPLETED, lambda: of(header(rest=b"\0\0\2"), data())),
    "header with a wrong checksum": (FAILED_CORRUPT, lambda: of(damaged(header()), data())),
    "header of 12 bytes": (FAILED_CORRUPT, lambda: of(chunk(b"IHDR", header()[8:20]), data())),
    "header of 14 bytes": (COMPLETED, lambda: of(chunk(b"IHDR", header()[8:21] + b"\0"), data())),
    "header twice": (COMPLETED, lambda: of(header(), header(), data())),
    "second header of 4 EP": (FAILED_CORRUPT, lambda: of(header(), header(width=2**31 - 1, height=2**31 - 1), data())),
    "header not first": (CORRUPT, lambda: of(chunk(b"teSt", bytes(13)), header(), data())),
    "no header": (CORRUPT, lambda: of(data())),
    "nothing but a header": (FAILED_CORRUPT, lambda: of(header(), end=False)),
    "nothing but an end": (CORRUPT, of),
    "Apple's own chunk first": (CORRUPT, lambda: of(chunk(b"CgBI", bytes(4)), header(), data())),
}
PIXELS: Table = {
    "no pixels": (FAILED_CORRUPT, lambda: of(header())),
    "pixels of no bytes": (FAILED_CORRUPT, lambda: of(header(), data(b""))),
    "pixels that are not packed": (FAILED_CORRUPT, lambda: of(header(), data(bytes(100)))),
    "pixels cut off": (FAILED_CORRUPT, lambda: of(header(width=99, height=99), data(zlib.compress(bytes(50))))),
    "pixels with a wrong checksum": (COMPLETED, lambda: of(header(), damaged(data()))),
    "pixels that need a dictionary": (FAILED_CORRUPT, lambda: of(header(), data(b"\x78\xbb" + bytes(20)))),
    "pixels with filter 255": (FAILED_CORRUPT, lambda: of(header(), data(zlib.compress(b"\xff\0")))),
    "pixels after the end": (FAILED_CORRUPT, lambda: of(header()) + data()),
    "pixels in two places": (COMPLETED, lambda: of(header(), data(GREY), chunk(b"teSt", b""), data(GREY))),
    "no end": (COMPLETED, lambda: of(header(), data(), end=False)),
    "interlaced pixel": (COMPLETED, lambda: of(header(rest=b"\0\0\1"), data())),
    "palette that is not there": (COMPLETED, lambda: png(*PALETTE, [b"\0"])),
    "palette of 257 colors": (FAILED_CORRUPT, lambda: png(*PALETTE, [b"\0"], chunk(b"PLTE", bytes(771)))),
    "palette of one byte": (COMPLETED, lambda: png(*PALETTE, [b"\0"], chunk(b"PLTE", b"\0"))),
    "palette of no bytes": (COMPLETED, lambda: png(*PALETTE, [b"\0"], chunk(b"PLTE", b""))),
    "palette of 4 MB": (FAILED_CORRUPT, lambda: png(*PALETTE, [b"\0"], chunk(b"PLTE", bytes(4_000_000)))),
    "index beyond the palette": (COMPLETED, lambda: png(*PALETTE, [b"\xff"], chunk(b"PLTE", b"\1\2\3"))),
    "more alphas than colors": (
        FAILED_CORRUPT,
        lambda: png(*PALETTE, [b"\0"], chunk(b"PLTE", b"\1\2\3"), chunk(b"tRNS", bytes(300))),
    ),
    "alphas before the palette": (
        COMPLETED,
        lambda: png(*PALETTE, [b"\0"], chunk(b"tRNS", b"\0"), chunk(b"PLTE", b"\1\2\3")),
    ),
    "transparent color of no bytes": (COMPLETED, lambda: png(*RGB, PIXEL, chunk(b"tRNS", b""))),
    "transparent color of five bytes": (COMPLETED, lambda: png(*RGB, PIXEL, chunk(b"tRNS", bytes(5)))),
    "transparent color beyond eight bits": (COMPLETED, lambda: png(*RGB, PIXEL, chunk(b"tRNS", b"\xff" * 6))),
    "transparent color beside alpha": (
        COMPLETED,
        lambda: png((1, 1), 8, 6, [b"\1\2\3\4"], chunk(b"tRNS", bytes(6))),
    ),
}
FLOODS: Table = {
    "100,000 empty chunks": (CHUNKS, lambda: png(*RGB, PIXEL, chunk(b"teSt", b"") * 100_000)),
    "300,000 empty chunks": (CHUNKS, lambda: png(*RGB, PIXEL, chunk(b"teSt", b"") * 300_000)),
    "15,000 empty chunks": (COMPLETED, lambda: png(*RGB, PIXEL, chunk(b"teSt", b"") * 15_000)),
    "15,000 texts": (COMPLETED, lambda: png(*RGB, PIXEL, chunk(b"tEXt", b"a\0b") * 15_000)),
    "pixels in 10,000 chunks": (COMPLETED, partial(split, 10_000)),
    "pixels in 30,000 chunks": (CHUNKS, partial(split, 30_000)),
    "chunk of 2 GB in its length": (COMPLETED, lambda: png(*RGB, PIXEL, lying(2**31 - 1))),
    "chunk of 4 GB in its length": (COMPLETED, lambda: png(*RGB, PIXEL, lying(2**32 - 1))),
    "chunk of a strange name": (FAILED_CORRUPT, lambda: png(*RGB, PIXEL, chunk(b"\xff\0\n\r", b""))),
    "animation of 4,294,967,295 frames": (COMPLETED, partial(animated, 2**32 - 1)),
    "animation of no frames": (COMPLETED, partial(animated, 0)),
    "animation frame outside the image": (COMPLETED, partial(animated, 2, size=2**31 - 1)),
    "animation frame far away": (COMPLETED, partial(animated, 2, offset=2**31 - 1)),
    "animation of two": (COMPLETED, partial(animated, 2)),
    "animation control cut off": (COMPLETED, lambda: png(*RGB, PIXEL, chunk(b"acTL", b"\0"))),
    "gamma of 0": (COMPLETED, lambda: png(*RGB, PIXEL, chunk(b"gAMA", bytes(4)))),
    "chromaticities of nonsense": (COMPLETED, lambda: png(*RGB, PIXEL, chunk(b"cHRM", b"\xff" * 31))),
    "density of 0": (COMPLETED, lambda: png(*RGB, PIXEL, chunk(b"pHYs", b"\0" * 8 + b"\1"))),
    "density cut off": (COMPLETED, lambda: png(*RGB, PIXEL, chunk(b"pHYs", b"\1"))),
    "time in month 99": (COMPLETED, lambda: png(*RGB, PIXEL, chunk(b"tIME", b"\7\xd0\x63\x63\x63\x63\x63"))),
    "rendering intent 255": (COMPLETED, lambda: png(*RGB, PIXEL, chunk(b"sRGB", b"\xff"))),
}
CASES = [*images("PNG headers", HEADERS), *images("PNG pixels", PIXELS), *images("PNG floods", FLOODS)]
