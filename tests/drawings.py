"""Drawings, and how close a result is to its original."""

from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from imagescaler.domain.limits import Limits
from imagescaler.domain.options import Options
from imagescaler.engine.encode.rendered import RenderedImage
from imagescaler.engine.scale import scale

INVISIBLE = (2, 16)  # root mean square and largest difference, in levels


def drawing(size: tuple[int, int] = (480, 320), at: int = 0) -> Image.Image:
    """Return shapes and text of few colors; the circle is further to the right."""
    image = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(image)
    pen.rectangle((10, 10, 200, 120), fill="#3366cc", outline="black")
    pen.text((20, 150), "the quick brown fox jumps over", fill="black", font=ImageFont.load_default(16))
    pen.ellipse((20 + at, 200, 80 + at, 260), fill="#cc3333")
    pen.polygon([(300, 20), (460, 20), (380, 140)], fill="#33aa55")
    return image


def with_hole(image: Image.Image) -> Image.Image:
    """Return RGBA with a hole in it, and a half transparent part."""
    alpha = Image.new("L", image.size, 255)
    alpha.paste(0, (0, 0, 90, 60))
    alpha.paste(128, (100, 70, 200, 160))
    image = image.convert("RGBA")
    image.putalpha(alpha)
    return image


def decoded(data: bytes) -> Image.Image:
    image = Image.open(BytesIO(data))
    image.load()
    return image


def scaled(data: bytes, options: Options) -> RenderedImage:
    return scale(data, options, Limits())


def assert_invisible(ours: Any, exact: Any) -> None:
    difference = np.abs(ours - exact).max(axis=-1)
    assert np.sqrt((difference**2).mean()) <= INVISIBLE[0]
    assert np.percentile(difference, 99.9) <= INVISIBLE[1]
