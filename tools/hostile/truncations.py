"""Files that end too early."""

from collections.abc import Iterator
from functools import partial

from tests.pictures import encoded
from tools.hostile.case import COMPLETED, CORRUPT, FAILED_CORRUPT, STRANGE, Case, images
from tools.hostile.files import PICTURE

WHOLE = {
    "JPEG": partial(encoded, PICTURE, "JPEG"),
    "progressive JPEG": partial(encoded, PICTURE, "JPEG", progressive=True),
    "PNG": partial(encoded, PICTURE),
    "WebP": partial(encoded, PICTURE, "WEBP"),
    "lossless WebP": partial(encoded, PICTURE, "WEBP", lossless=True),
}


def cases() -> Iterator[Case]:
    for name, make in WHOLE.items():
        size = len(make())
        ends = {
            "1 byte": (1, STRANGE),
            "its signature": (12, CORRUPT),
            "24 bytes": (24, CORRUPT),
            "half": (size // 2, FAILED_CORRUPT),
            "nine tenths": (size * 9 // 10, FAILED_CORRUPT),
            "all but the last byte": (size - 1, COMPLETED if name == "PNG" or "JPEG" in name else FAILED_CORRUPT),
        }
        table = {
            f"{name}, {part}": (gives, partial(lambda make, end: make()[:end], make, end))
            for part, (end, gives) in ends.items()
        }
        yield from images("truncations", table)


CASES = list(cases())
