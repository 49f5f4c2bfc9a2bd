"""Resampling by Pillow, which has every kernel and every mode."""

from PIL import Image

from imagescaler.domain.options import Kernel

SOFTWARE: tuple[str, ...] = ()  # distributions, beside Pillow itself
BoxOf = tuple[float, float, float, float]
RESAMPLING = {
    Kernel.NEAREST: Image.Resampling.NEAREST,
    Kernel.BOX: Image.Resampling.BOX,
    Kernel.BILINEAR: Image.Resampling.BILINEAR,
    Kernel.HAMMING: Image.Resampling.HAMMING,
    Kernel.BICUBIC: Image.Resampling.BICUBIC,
    Kernel.LANCZOS: Image.Resampling.LANCZOS,
}
# Above this factor, an exact box filter is applied before the kernel.
REDUCING_GAP = 3.0


def resize(image: Image.Image, size: tuple[int, int], kernel: Kernel, box: BoxOf) -> Image.Image:
    """Resample `box` (left, top, right, bottom, in pixels and fractions of them) to `size`.

    Colors are weighted by alpha, so that those of transparent pixels do not bleed.
    """
    return image.resize(size, RESAMPLING[kernel], box, reducing_gap=REDUCING_GAP)
