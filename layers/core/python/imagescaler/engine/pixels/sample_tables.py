"""Samples of 16 bits that are looked up in tables of 8, by which they get another curve without loss."""

import sys
from collections.abc import Iterator, Sequence

from PIL import Image, ImageMath

Tables = Sequence[Sequence[int]]  # a sample of 8 bits for each of 16, one table for each color
LEVELS, ROWS = 256, 64  # rows that are computed at once: integers take four bytes each
ALPHA = "A"
# The raw modes that read the lower byte of a sample, by the end of those that read the higher.
OTHER_BYTE = {"L": "B", "B": "L", "N": "B" if sys.byteorder == "little" else "L"}
DEEP = ";16"


def looked_up(pixels: Image.Image, tables: Tables) -> Image.Image:
    """Look samples of 8 bits up; alpha stays."""
    bands, levels = pixels.getbands(), list(range(LEVELS))
    short = [levels if band == ALPHA else tables[at][:: LEVELS + 1] for at, band in enumerate(bands)]
    return pixels.point([level for table in short for level in table])


def deep_looked_up(highs: Image.Image, lows: Image.Image, tables: Tables) -> Image.Image:
    """Look samples up whose higher and lower bytes are in two images; alpha stays as it is in the first."""
    made = highs.copy()
    for top in range(0, made.height, ROWS):
        area = (0, top, made.width, min(top + ROWS, made.height))
        high, low = highs.crop(area), lows.crop(area)
        made.paste(Image.merge(made.mode, list(_bands(high, low, tables))), area)
    return made


def _bands(high: Image.Image, low: Image.Image, tables: Tables) -> Iterator[Image.Image]:
    for at, band in enumerate(high.getbands()):
        if band == ALPHA:
            yield high.getchannel(band)
        else:
            yield whole(high.getchannel(band), low.getchannel(band)).point(list(tables[at]), "L")


def whole(high: Image.Image, low: Image.Image) -> Image.Image:
    """Return samples of 16 bits, in mode I, of which two images have a byte each."""
    samples: Image.Image = ImageMath.lambda_eval(lambda of: of["high"] * 256 + of["low"], high=high, low=low)
    return samples


def lower_raw_mode(raw_mode: str) -> str | None:
    """Return the raw mode that reads the lower bytes of samples of 16 bits; None of others.

    >>> lower_raw_mode("RGB;16B"), lower_raw_mode("RGB")
    ('RGB;16L', None)
    """
    name, deep, order = raw_mode.partition(DEEP)
    return f"{name}{deep}{OTHER_BYTE[order]}" if order in OTHER_BYTE else None
