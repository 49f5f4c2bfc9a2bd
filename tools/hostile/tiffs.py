"""TIFFs whose directories are false, repeated or missing (TIFF 6.0)."""

import struct
from collections.abc import Mapping
from functools import partial
from io import BytesIO

from PIL import Image

from tests.pictures import encoded
from tools.hostile.case import COMPLETED, CORRUPT, FAILED_CORRUPT, FAILED_STRANGE, SCANS, TOO_LARGE, Table, images
from tools.hostile.files import END, PICTURE, START_OF_SCAN, claiming, scan_bomb

GREY_PICTURE, ARITHMETIC = Image.new("L", (9, 9)), (b"\xff\xc0", b"\xff\xc9")
LOSSLESS, TWELVE_BITS = (b"\xff\xc0", b"\xff\xc3"), (b"\xff\xc0\0\x0b\x08", b"\xff\xc1\0\x0b\x0c")
HONEST = encoded(PICTURE, "TIFF")
WIDTH, LENGTH, BITS, COMPRESSION, PHOTOMETRIC, OFFSETS, SAMPLES, ROWS, COUNTS = (
    256,
    257,
    258,
    259,
    262,
    273,
    277,
    278,
    279,
)
GREY = {WIDTH: 9, LENGTH: 9, BITS: 8, COMPRESSION: 1, PHOTOMETRIC: 1, OFFSETS: 8, SAMPLES: 1, ROWS: 9, COUNTS: 81}
NARROW = {**GREY, LENGTH: 30_000, ROWS: 1}


def of(tags: Mapping[int, int], following: int = 0, data: bytes = bytes(99)) -> bytes:
    """Return a TIFF of one directory of numbers, and data at its end."""
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in sorted(tags.items()))
    return b"II*\0\x08\0\0\0" + struct.pack("<H", len(tags)) + entries + struct.pack("<I", following) + data


def grey(**changed: int) -> bytes:
    """Return a small grey picture with other numbers in its directory."""
    return of({**GREY, **{int(tag.removeprefix("tag")): value for tag, value in changed.items()}})


def of_jpeg(stream: bytes) -> bytes:
    """Return a TIFF whose only strip is a JPEG."""
    at = len(of(GREY, data=b""))
    return of({**GREY, COMPRESSION: 7, OFFSETS: at, COUNTS: len(stream)}, data=stream)


def packed(side: int, mode: str, compression: str) -> bytes:
    """Return an honest square of one color."""
    buffer = BytesIO()
    Image.new(mode, (side, side)).save(buffer, "TIFF", compression=compression)
    return buffer.getvalue()


def strips(count: int, tags: Mapping[int, int] = NARROW, offset: int = 8, size: int = 9) -> bytes:
    """Return a picture in so many strips, all of this size and at the same place."""
    head = of(tags)
    at = len(head)
    entries = bytearray(head)
    for tag, place in ((OFFSETS, at), (COUNTS, at + 4 * count)):
        position = head.index(struct.pack("<HHI", tag, 4, 1))
        entries[position : position + 12] = struct.pack("<HHII", tag, 4, count, place)
    return bytes(entries) + struct.pack("<I", offset) * count + struct.pack("<I", size) * count


def of_scans(width: int, height: int, scans: int) -> bytes:
    """Return a picture in strips of one row that are all the same JPEG of so many scans."""
    buffer = BytesIO()
    Image.new("L", (width, 1)).save(buffer, "JPEG", progressive=True)
    data = buffer.getvalue().removesuffix(END)
    stream = data + data[data.rindex(START_OF_SCAN) :] * (scans - data.count(START_OF_SCAN)) + END
    head = strips(height, {**GREY, WIDTH: width, LENGTH: height, ROWS: 1, COMPRESSION: 7}, 0, len(stream))
    return (
        strips(height, {**GREY, WIDTH: width, LENGTH: height, ROWS: 1, COMPRESSION: 7}, len(head), len(stream)) + stream
    )


TABLE: Table = {
    "of 65,535 x 65,535 in a header": (TOO_LARGE, partial(claiming, "TIFF", 65_535, 65_535)),
    "of 4 G x 4 G in a header": (TOO_LARGE, partial(claiming, "TIFF", 2**32 - 1, 2**32 - 1)),
    "of no width": (CORRUPT, partial(grey, tag256=0)),
    "of 100 MP, packed": (COMPLETED, partial(packed, 10_000, "RGB", "tiff_adobe_deflate")),
    "of 100 MP, LZW": (COMPLETED, partial(packed, 10_000, "RGBA", "tiff_lzw")),
    "of 100 MP, fax": (COMPLETED, partial(packed, 10_000, "1", "group4")),
    "of 64 bits": (FAILED_STRANGE, partial(grey, tag258=64)),
    "of 65,535 samples": (FAILED_STRANGE, partial(grey, tag277=65_535)),
    "of a strange compression": (FAILED_STRANGE, partial(grey, tag259=9_999)),
    "of a strange color": (FAILED_STRANGE, partial(grey, tag262=9_999)),
    "said to be a JPEG": (FAILED_CORRUPT, partial(grey, tag259=7)),
    "of an arithmetic-coded JPEG": (
        FAILED_STRANGE,
        lambda: of_jpeg(encoded(GREY_PICTURE, "JPEG").replace(*ARITHMETIC)),
    ),
    "of a JPEG of 12 bits": (FAILED_STRANGE, lambda: of_jpeg(encoded(GREY_PICTURE, "JPEG").replace(*TWELVE_BITS))),
    "of a lossless JPEG": (FAILED_STRANGE, lambda: of_jpeg(encoded(GREY_PICTURE, "JPEG").replace(*LOSSLESS))),
    "of a JPEG of 101 scans": (SCANS, lambda: of_jpeg(scan_bomb(101))),
    "of a JPEG that is cut off": (FAILED_CORRUPT, lambda: of_jpeg(encoded(GREY_PICTURE, "JPEG")[:300])),
    "of 100 MP in rows of 98 scans": (SCANS, partial(of_scans, 10_000, 10_000, 98)),
    "of 100 MP in rows of 12 scans": (SCANS, partial(of_scans, 10_000, 10_000, 12)),
    "of 30 MP in rows of 8 scans": (COMPLETED, partial(of_scans, 10_000, 3_000, 8)),
    "said to be an old JPEG": (FAILED_CORRUPT, partial(grey, tag259=6)),
    "said to be a WebP": (FAILED_STRANGE, partial(grey, tag259=50_001)),
    "said to be packed": (FAILED_CORRUPT, partial(grey, tag259=8)),
    "with data beyond its end": (FAILED_CORRUPT, partial(grey, tag273=2**32 - 1)),
    "with data of 4 GB": (COMPLETED, partial(grey, tag279=2**32 - 1)),
    "with data of no bytes": (COMPLETED, partial(grey, tag279=0)),
    "with strips of no rows": (FAILED_CORRUPT, partial(grey, tag278=0)),
    "whose next directory is itself": (COMPLETED, lambda: of(GREY, following=8)),
    "whose next directory is beyond its end": (COMPLETED, lambda: of(GREY, following=2**32 - 1)),
    "of 65,535 entries in a header": (CORRUPT, lambda: b"II*\0\x08\0\0\0\xff\xff" + bytes(999)),
    "without a directory": (CORRUPT, lambda: b"II*\0\0\0\0\0" + bytes(99)),
    "of Motorola's order": (CORRUPT, lambda: b"MM\0*" + HONEST[4:]),
    "of the big kind": (CORRUPT, lambda: b"II+\0\x08\0\0\0" + struct.pack("<Q", 2**63) + bytes(99)),
    "with words that tell": (COMPLETED, lambda: encoded(PICTURE, "TIFF", software="marker-of-the-source")),
    "cut in half": (FAILED_CORRUPT, lambda: HONEST[: len(HONEST) // 2]),
}
STRIPS: Table = {
    "in 30,000 strips": (COMPLETED, partial(strips, 30_000)),
    "in 500,000 strips": (FAILED_CORRUPT, partial(strips, 500_000)),
}
CASES = [*images("TIFFs", TABLE), *images("TIFFs", STRIPS, height="64")]
