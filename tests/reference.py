"""Independent arithmetic in floats, and the measures by which the engine's pixels are compared with it."""

from collections.abc import Callable, Mapping
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageOps

Pixels = NDArray[np.float64]
LOBES = 3


def _lanczos(x: Pixels) -> Pixels:
    return np.sinc(x) * np.sinc(x / LOBES)


def _hamming(x: Pixels) -> Pixels:
    return np.sinc(x) * (0.54 + 0.46 * np.cos(np.pi * x))


def _bicubic(x: Pixels) -> Pixels:
    x = np.abs(x)  # Catmull and Rom, a = -1/2
    return np.where(x < 1, 1.5 * x**3 - 2.5 * x**2 + 1, -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2)


# Each kernel, and how far it reaches.
KERNELS: Mapping[str, tuple[Callable[[Pixels], Pixels], float]] = {
    "box": (np.ones_like, 0.5),
    "bilinear": (lambda x: 1 - np.abs(x), 1),
    "hamming": (_hamming, 1),
    "bicubic": (_bicubic, 2),
    "lanczos": (_lanczos, LOBES),
}


def weights(source: int, target: int, kernel: str = "lanczos") -> Pixels:
    """Return the matrix (target, source) that resamples one axis; the kernel is widened when it shrinks."""
    ratio = source / target
    widening = max(ratio, 1.0)
    centers = (np.arange(target) + 0.5) * ratio
    distances = (np.arange(source) + 0.5 - centers[:, None]) / widening
    formula, reach = KERNELS[kernel]
    values = np.where((distances > -reach) & (distances <= reach), formula(distances), 0.0)
    normalized: Pixels = values / values.sum(axis=1, keepdims=True)
    return normalized


def resampled(pixels: Pixels, size: tuple[int, int], peak: float = 255.0, kernel: str = "lanczos") -> Pixels:
    """Resample (height, width, channels) to a (width, height), each channel for itself, within 0 and `peak`."""
    height, width = pixels.shape[:2]
    across, down = weights(width, size[0], kernel), weights(height, size[1], kernel)
    sums: Pixels = np.einsum("yh,hwc,xw->yxc", down, pixels, across, optimize=True)
    return np.clip(sums, 0.0, peak)


def light(pixels: Pixels) -> Pixels:
    """Decode sRGB, 0 to 255, to amounts of light, 0 to 1 (IEC 61966-2-1)."""
    shares = pixels / 255.0
    amounts: Pixels = np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)
    return amounts


def srgb(amounts: Pixels) -> Pixels:
    """Encode amounts of light, 0 to 1, as sRGB, 0 to 255."""
    cut = np.clip(amounts, 0.0, 1.0)
    encoded: Pixels = 255.0 * np.where(cut <= 0.0031308, 12.92 * cut, 1.055 * cut ** (1 / 2.4) - 0.055)
    return encoded


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
    """Return the mean absolute difference, in levels."""
    assert ours.shape == theirs.shape
    return float(np.abs(ours - theirs).mean())


def worst_difference(ours: Pixels, theirs: Pixels, percentile: float = 100.0) -> float:
    """Return a percentile of the absolute differences, in levels; by default the largest of all."""
    assert ours.shape == theirs.shape
    return float(np.percentile(np.abs(ours - theirs), percentile))


def by_little_cms(image: Image.Image, profile: bytes) -> Image.Image:
    """Convert all pixels of an image to sRGB by its profile, relative to the white."""
    source, target = ImageCms.ImageCmsProfile(BytesIO(profile)), ImageCms.createProfile("sRGB")
    transform = ImageCms.buildTransform(source, target, image.mode, "RGB", ImageCms.Intent.RELATIVE_COLORIMETRIC)
    return transform.apply(image)


def upright(data: bytes) -> Image.Image:
    """Decode a file in full, as it is meant to be seen: turned, and in sRGB."""
    image = Image.open(BytesIO(data))
    turned = ImageOps.exif_transpose(image)
    if profile := image.info.get("icc_profile"):
        transform = ImageCms.buildTransform(BytesIO(profile), ImageCms.createProfile("sRGB"), turned.mode, "RGB")
        turned = transform.apply(turned)
    return turned.convert("RGB")


def expected(data: bytes, size: tuple[int, int]) -> Pixels:
    """Return the pixels that a photograph has when it is scaled to a (width, height)."""
    return resampled(pixels_of(upright(data)), size)
