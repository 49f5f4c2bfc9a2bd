"""Resampling by Pillow, which has every kernel and every mode."""

from PIL import Image

from imagescaler.domain.options import Kernel

NAME = "pillow"
SOFTWARE: tuple[str, ...] = ()  # beside Pillow itself
BoxOf = tuple[float, float, float, float]
RESAMPLING = {
    Kernel.NEAREST: Image.Resampling.NEAREST,
    Kernel.BOX: Image.Resampling.BOX,
    Kernel.BILINEAR: Image.Resampling.BILINEAR,
    Kernel.HAMMING: Image.Resampling.HAMMING,
    Kernel.BICUBIC: Image.Resampling.BICUBIC,
    Kernel.LANCZOS: Image.Resampling.LANCZOS,
}
# Where more than this is left, an exact box filter goes before the kernel.
REDUCING_GAP = 3.0


def resize(image: Image.Image, size: tuple[int, int], kernel: Kernel, box: BoxOf) -> Image.Image:
    """Resample what is in `box` (left, top, right, bottom, in pixels, fractions allowed) to `size`.

    Colors are weighed by their alpha, so that those of transparent pixels do not bleed.
    """
    return image.resize(size, RESAMPLING[kernel], box, reducing_gap=REDUCING_GAP)
