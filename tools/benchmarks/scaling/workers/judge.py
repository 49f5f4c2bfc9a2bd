"""Judges pictures: SSIMULACRA2 against a full decode that was resampled with Lanczos in floats."""

import json
import sys
from functools import cache
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image
from ssimulacra2 import compute_ssimulacra2

from tests.reference import flattened, pixels_of, premultiplied, resampled

BACKGROUNDS = (40, 215)
# Of a larger picture its middle is judged: a megapixel takes five seconds.
LARGEST = 1024


def score(source: str, picture: str) -> float:
    """Return the score, 100 for the same; with transparency the worse one of those on a dark and a light background."""
    image = Image.open(picture)
    size = image.size
    backgrounds = BACKGROUNDS if _is_transparent(source) else BACKGROUNDS[:1]
    return min(
        float(compute_ssimulacra2(BytesIO(_reference(source, size, grey)), _flat(image, grey))) for grey in backgrounds
    )


@cache
def _is_transparent(source: str) -> bool:
    return Image.open(source).has_transparency_data


@cache
def _reference(source: str, size: tuple[int, int], grey: int) -> bytes:
    """Make the reference as a PNG."""
    Image.MAX_IMAGE_PIXELS = None
    if not _is_transparent(source):
        pixels = resampled(pixels_of(Path(source).read_bytes(), "RGB"), size)
    else:
        scaled = resampled(premultiplied(pixels_of(Path(source).read_bytes(), "RGBA")), size)
        pixels = flattened(scaled, grey)
    buffer = BytesIO()
    _middle(Image.fromarray(np.rint(pixels).astype(np.uint8))).save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def _middle(image: Image.Image) -> Image.Image:
    left, top = (max(side - LARGEST, 0) // 2 for side in image.size)
    return image.crop((left, top, min(left + LARGEST, image.width), min(top + LARGEST, image.height)))


def _flat(image: Image.Image, grey: int) -> BytesIO:
    """Lay a picture on a background, which one without transparency covers."""
    background = Image.new("RGBA", image.size, (grey, grey, grey, 255))
    background.alpha_composite(image.convert("RGBA"))
    buffer = BytesIO()
    _middle(background.convert("RGB")).save(buffer, "PNG", compress_level=1)
    buffer.seek(0)
    return buffer


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps({"score": score(*json.loads(line))}), flush=True)
