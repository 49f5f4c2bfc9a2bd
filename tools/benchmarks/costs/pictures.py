"""The files that are measured: the scenes in all formats."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from tests.pictures import encoded
from tools.benchmarks.costs.scenes import SCENES

FRAMES = 16
Picture = Callable[[Image.Image], bytes]


def _alpha(image: Image.Image, mode: str = "RGBA") -> Image.Image:
    """Let the picture fade from left to right."""
    image = image.convert(mode)
    image.putalpha(Image.linear_gradient("L").rotate(90).resize(image.size))
    return image


def _deep(image: Image.Image) -> Image.Image:
    return Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 257)


def _drawing(image: Image.Image) -> Image.Image:
    """Give what has few colors, in large areas of one color."""
    return image.resize((60, 40)).quantize(16).convert("RGB").resize(image.size, Image.Resampling.NEAREST)


FILES: dict[str, Picture] = {
    "jpeg": lambda image: encoded(image, "JPEG", quality=85),
    "fine-jpeg": lambda image: encoded(image, "JPEG", quality=95, subsampling="4:4:4"),
    "grey-jpeg": lambda image: encoded(image.convert("L"), "JPEG", quality=85),
    "cmyk-jpeg": lambda image: encoded(image.convert("CMYK"), "JPEG", quality=85),
    "progressive-jpeg": lambda image: encoded(image, "JPEG", quality=85, progressive=True),
    "fine-progressive-jpeg": lambda image: encoded(image, "JPEG", quality=95, progressive=True),
    "png": encoded,
    "rgba-png": lambda image: encoded(_alpha(image)),
    "grey-png": lambda image: encoded(image.convert("L")),
    "grey-alpha-png": lambda image: encoded(_alpha(image, "LA")),
    "palette-png": lambda image: encoded(image.quantize()),
    "deep-png": lambda image: encoded(_deep(image)),
    "drawing-png": lambda image: encoded(_drawing(image)),
    "webp": lambda image: encoded(image, "WEBP", quality=80),
    "rgba-webp": lambda image: encoded(_alpha(image), "WEBP", quality=80),
    "lossless-webp": lambda image: encoded(image, "WEBP", lossless=True, method=0),
    "avif": lambda image: encoded(image, "AVIF", quality=60, speed=9),
    "fine-avif": lambda image: encoded(image, "AVIF", quality=85, speed=9),
    "gif": lambda image: encoded(image.quantize(), "GIF"),
    "drawing-gif": lambda image: encoded(_drawing(image).quantize(), "GIF"),
    "tiff": lambda image: encoded(image, "TIFF"),
    "deflated-tiff": lambda image: encoded(image, "TIFF", compression="tiff_adobe_deflate"),
}
# Whose size in bytes tells less than their headers do.
QUALITIES: dict[str, Picture] = {
    "coarse-jpeg": lambda image: encoded(image, "JPEG", quality=75),
    "coarse-webp": lambda image: encoded(image, "WEBP", quality=60),
    "fine-webp": lambda image: encoded(image, "WEBP", quality=95),
}


def _animation(image: Image.Image, form: str, **options: Any) -> bytes:
    """Wander over a picture, with sixteen frames of a fifth of its sides."""
    width, height = image.width // 5, image.height // 5
    frames = [
        image.crop((left, top, left + width, top + height)) for left, top in ((40 * n, 20 * n) for n in range(FRAMES))
    ]
    return encoded(frames[0], form, save_all=True, append_images=frames[1:], duration=100, **options)


ANIMATIONS: dict[str, Picture] = {
    "animated-gif": lambda image: _animation(image, "GIF"),
    "animated-png": lambda image: _animation(image, "PNG"),
    "animated-webp": lambda image: _animation(image, "WEBP", quality=80),
    "animated-avif": lambda image: _animation(image, "AVIF", quality=60, speed=9),
}


def path_of(name: str, megapixels: int, folder: Path, scene: str = "sharp") -> Path:
    """Give the file of a picture, which is made when it is first needed."""
    path = folder / f"{scene}-{name}-{megapixels}"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        path.write_bytes({**FILES, **QUALITIES, **ANIMATIONS}[name](SCENES[scene](megapixels)))
    return path
