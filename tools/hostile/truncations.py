"""Files that end too early."""

from collections.abc import Iterator
from functools import partial

from PIL import Image

from tests.pictures import encoded
from tools.hostile.case import COMPLETED, CORRUPT, FAILED_CORRUPT, SCANS, STRANGE, Case, Make, Table, images
from tools.hostile.files import PICTURE, scan_bomb
from tools.hostile.tiffs import GREY, LENGTH, ROWS, strips

WHOLE = {
    "JPEG": partial(encoded, PICTURE, "JPEG"),
    "progressive JPEG": partial(encoded, PICTURE, "JPEG", progressive=True),
    "PNG": partial(encoded, PICTURE),
    "WebP": partial(encoded, PICTURE, "WEBP"),
    "lossless WebP": partial(encoded, PICTURE, "WEBP", lossless=True),  # its last byte is padding
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
            "all but the last byte": (size - 1, FAILED_CORRUPT if name == "WebP" else COMPLETED),
        }
        table = {
            f"{name}, {part}": (gives, partial(lambda make, end: make()[:end], make, end))
            for part, (end, gives) in ends.items()
        }
        yield from images("truncations", table)


def cut(make: Make) -> bytes:
    """Return a file without its last third."""
    whole = make()
    return whole[: len(whole) * 2 // 3]


def noise(form: str, side: int) -> bytes:
    """Return a picture in which nothing can be predicted."""
    return encoded(Image.effect_noise((side, side), 99).convert("RGB"), form)


SALVAGED: Table = {
    **{f"two thirds of a {name}": (COMPLETED, partial(cut, make)) for name, make in WHOLE.items()},
    "two thirds of a JPEG of 9 MP, noise": (COMPLETED, partial(cut, partial(noise, "JPEG", 3000))),
    "two thirds of a WebP of 9 MP, noise": (COMPLETED, partial(cut, partial(noise, "WEBP", 3000))),
    "two thirds of an AVIF of 9 MP, noise": (COMPLETED, partial(cut, partial(noise, "AVIF", 3000))),
    "two thirds of a JPEG of 140 scans": (COMPLETED, partial(cut, partial(scan_bomb, 140))),
    "two thirds of a JPEG of 4,000 scans": (SCANS, partial(cut, partial(scan_bomb, 4_000))),
    "TIFF of 2,000 strips at one place, behind its end": (
        FAILED_CORRUPT,
        partial(strips, 2_000, {**GREY, LENGTH: 2_000, ROWS: 1}, 10**6),
    ),
}
CASES = [*cases(), *images("damaged=salvage", SALVAGED, damaged="salvage")]
