"""Second pictures and thumbnails of a JPEG, which nothing decodes (CIPA DC-007, 5.2; EXIF 2.32, 4.5.5)."""

import struct
from functools import partial

from tests.pictures import encoded, segment
from tools.hostile.bombs import flat_png, flat_webp, most_scans
from tools.hostile.case import COMPLETED, Table, images
from tools.hostile.files import PICTURE, arithmetic, claiming, hidden_scans, scan_bomb

JPEG, MOST = encoded(PICTURE, "JPEG"), 2**32 - 1
LONG, BYTES = 4, 7
BOMB, HUGE = scan_bomb(2_000)[:60_000], claiming("JPEG", 65_535, 65_535)


def directory(*entries: tuple[int, int, int, int], following: int = 0) -> bytes:
    """Return a directory of tags, their types, counts and values."""
    fields = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return struct.pack("<H", len(entries)) + fields + struct.pack("<I", following)


def thumbnail(data: bytes, at: int | None = None, size: int | None = None) -> bytes:
    """Return a JPEG whose EXIF has a thumbnail, in a second directory; `at` and `size` may be false."""
    place, count = 14 + 42, len(data)
    fields = (
        (259, 3, 1, 6),
        (513, LONG, 1, place if at is None else at),
        (514, LONG, 1, count if size is None else size),
    )
    tiff = b"II*\0\x08\0\0\0" + directory(following=14) + directory(*fields) + data
    return JPEG[:2] + segment(0xE1, b"Exif\0\0" + tiff) + JPEG[2:]


def followed(data: bytes, at: int | None = None, *, entries: int = 2, count: int | None = None) -> bytes:
    """Return a JPEG with another picture behind it and an index of both; `at`, `entries` and `count` may be false."""
    claimed = entries if count is None else count
    index = b"II*\0\x08\0\0\0" + directory(
        (0xB000, BYTES, 4, int.from_bytes(b"0100", "little")),
        (0xB001, LONG, 1, claimed),
        (0xB002, BYTES, 16 * claimed & MOST, 8 + 42),
    )
    size = len(JPEG) + 8 + len(index) + 16 * entries
    place = size - 10 if at is None else at  # from the mark of the byte order
    first = struct.pack("<IIIHH", 0x20030000, size, 0, 0, 0)
    others = struct.pack("<IIIHH", 0x00020002, len(data), place, 0, 0) * (entries - 1)
    return JPEG[:2] + segment(0xE2, b"MPF\0" + index + first + others) + JPEG[2:] + data


THUMBNAILS: Table = {
    "honest": (COMPLETED, partial(thumbnail, JPEG)),
    "of 2,000 scans": (COMPLETED, partial(thumbnail, BOMB)),
    "of 4 GP": (COMPLETED, partial(thumbnail, HUGE)),
    "arithmetic-coded, 100 scans": (COMPLETED, partial(thumbnail, arithmetic(64, 100)[:60_000])),
    "a WebP of 178 MP": (COMPLETED, partial(thumbnail, flat_webp(16_383, 10_900))),
    "the file itself": (COMPLETED, partial(thumbnail, b"", 0, MOST)),
    "behind the end": (COMPLETED, partial(thumbnail, JPEG, 2**31)),
    "of 4 GB": (COMPLETED, partial(thumbnail, JPEG, None, MOST)),
    "of no bytes": (COMPLETED, partial(thumbnail, b"")),
}
SECOND: Table = {
    "honest": (COMPLETED, partial(followed, JPEG)),
    "of 2,000 scans": (COMPLETED, partial(followed, scan_bomb(2_000))),
    "of 200 hidden scans": (COMPLETED, partial(followed, hidden_scans(200))),
    "of 100 scans of 16 MP": (COMPLETED, lambda: followed(most_scans(4000))),
    "of 4 GP": (COMPLETED, partial(followed, HUGE)),
    "arithmetic-coded, 100 scans": (COMPLETED, partial(followed, arithmetic(1000, 100))),
    "a PNG of 100 MP": (COMPLETED, lambda: followed(flat_png(10_000, 8, 2))),
    "cut off": (COMPLETED, partial(followed, JPEG[:300])),
    "missing": (COMPLETED, partial(followed, b"")),
    "the first itself": (COMPLETED, partial(followed, b"", 0)),
    "behind the end": (COMPLETED, partial(followed, JPEG, 2**31)),
    "in an index of 4,000": (COMPLETED, partial(followed, JPEG, entries=4_000)),
    "in an index that claims 268 million": (COMPLETED, partial(followed, JPEG, count=2**28 - 1)),
    "in an index that claims none": (COMPLETED, partial(followed, JPEG, count=0)),
}
CASES = [*images("thumbnails", THUMBNAILS, metadata="all"), *images("second pictures", SECOND, metadata="all")]
