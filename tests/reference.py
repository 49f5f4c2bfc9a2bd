"""An independent Lanczos-3 resampler in floats, and the measures by which the engine's pixels are compared with it."""

from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageOps

Pixels = NDArray[np.float64]
LOBES = 3


def weights(source: int, target: int) -> Pixels:
    """Give the matrix (target, source) that resamples one axis; the kernel is widened when it shrinks."""
    ratio = source / target
    widening = max(ratio, 1.0)
    centers = (np.arange(target) + 0.5) * ratio
    distances = (np.arange(source) + 0.5 - centers[:, None]) / widening
    kernel = np.where(np.abs(distances) < LOBES, np.sinc(distances) * np.sinc(distances / LOBES), 0.0)
    normalized: Pixels = kernel / kernel.sum(axis=1, keepdims=True)
    return normalized


def resampled(pixels: Pixels, size: tuple[int, int], peak: float = 255.0) -> Pixels:
    """Resample (height, width, channels) to a (width, height), each channel for itself, within 0 and `peak`."""
    height, width = pixels.shape[:2]
    across, down = weights(width, size[0]), weights(height, size[1])
    sums: Pixels = np.einsum("yh,hwc,xw->yxc", down, pixels, across, optimize=True)
    return np.clip(sums, 0.0, peak)


def premultiplied(pixels: Pixels) -> Pixels:
    """Multiply the colors by the alpha, which is the last channel."""
    alpha = pixels[..., -1:]
    return np.concatenate([pixels[..., :-1] * alpha / 255.0, alpha], axis=-1)


def flattened(pixels: Pixels, grey: float = 255.0) -> Pixels:
    """Lay premultiplied colors on a grey, by default white, and drop the alpha."""
    return pixels[..., :-1] + (255.0 - pixels[..., -1:]) * (grey / 255.0)


def pixels_of(image: bytes | Image.Image, mode: str | None = None) -> Pixels:
    """Decode to (height, width, channels)."""
    opened = Image.open(BytesIO(image)) if isinstance(image, bytes) else image
    array = np.asarray(opened.convert(mode) if mode else opened, dtype=np.float64)
    return array if array.ndim == 3 else array[..., None]


def mean_difference(ours: Pixels, theirs: Pixels) -> float:
    """Give the mean absolute difference, in levels."""
    assert ours.shape == theirs.shape
    return float(np.abs(ours - theirs).mean())


def worst_difference(ours: Pixels, theirs: Pixels, percentile: float = 100.0) -> float:
    """Give a percentile of the absolute differences, in levels; by default the largest of all."""
    assert ours.shape == theirs.shape
    return float(np.percentile(np.abs(ours - theirs), percentile))


def upright(data: bytes) -> Image.Image:
    """Decode a file in full, as it is meant to be seen: turned, and in sRGB."""
    image = Image.open(BytesIO(data))
    turned = ImageOps.exif_transpose(image)
    if profile := image.info.get("icc_profile"):
        transform = ImageCms.buildTransform(BytesIO(profile), ImageCms.createProfile("sRGB"), turned.mode, "RGB")
        turned = transform.apply(turned)
    return turned.convert("RGB")


def expected(data: bytes, size: tuple[int, int]) -> Pixels:
    """Give the pixels that a photograph has when it is scaled to a (width, height)."""
    return resampled(pixels_of(upright(data)), size)
