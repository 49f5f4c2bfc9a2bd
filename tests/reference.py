"""Scaling computed independently of the engine: numpy in double precision, from the definition of the kernel."""

from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageOps

Floats = NDArray[np.float64]
LOBES = 3


def lanczos(pixels: Floats, size: tuple[int, int]) -> Floats:
    """Resize rows x columns x channels to width x height: Lanczos-3, widened by the ratio when it shrinks."""
    width, height = size
    rows = _weights(pixels.shape[0], height) @ pixels.reshape(pixels.shape[0], -1)
    columns = rows.reshape(height, pixels.shape[1], -1).transpose(1, 0, 2).reshape(pixels.shape[1], -1)
    resized = (_weights(pixels.shape[1], width) @ columns).reshape(width, height, -1).transpose(1, 0, 2)
    return np.asarray(resized, np.float64)


def scaled(image: Image.Image, size: tuple[int, int]) -> Floats:
    """Resize an image as a float array; colors are multiplied by alpha before, and divided by it after."""
    pixels = np.asarray(image, np.float64).reshape(image.height, image.width, -1)
    if image.mode not in {"LA", "RGBA"}:
        return lanczos(pixels, size).clip(0, 255)
    alpha = pixels[..., -1:] / 255
    premultiplied = lanczos(np.concatenate([pixels[..., :-1] * alpha, pixels[..., -1:]], axis=2), size)
    resized_alpha = premultiplied[..., -1:].clip(0, 255)
    colors = premultiplied[..., :-1] / np.where(resized_alpha > 0, resized_alpha / 255, 1)
    return np.concatenate([colors.clip(0, 255), resized_alpha], axis=2)


def upright(data: bytes, mode: str = "RGB") -> Image.Image:
    """Decode a file in full, as it is meant to be seen."""
    image = ImageOps.exif_transpose(Image.open(BytesIO(data)))
    if profile := image.info.get("icc_profile"):
        transform = ImageCms.buildTransform(BytesIO(profile), ImageCms.createProfile("sRGB"), image.mode, "RGB")
        image = transform.apply(image)
    return image.convert(mode)


def difference(data: bytes, expected: Floats, mode: str = "RGB") -> Floats:
    """Give the absolute difference of a file's pixels from what is expected, in levels of 255."""
    pixels: Any = np.asarray(Image.open(BytesIO(data)).convert(mode), np.float64)
    return np.asarray(np.abs(pixels.reshape(expected.shape) - expected), np.float64)


def _weights(source: int, target: int) -> Floats:
    """Give a matrix of target x source: what each pixel of the source adds to each of the result."""
    ratio = source / target
    stretch = max(ratio, 1.0)
    centers = (np.arange(target) + 0.5) * ratio
    distances = (np.arange(source)[None, :] + 0.5 - centers[:, None]) / stretch
    weights = np.sinc(distances) * np.sinc(distances / LOBES) * (np.abs(distances) < LOBES)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), np.float64)
