"""Resampling by cykooz-resizer (fast_image_resize, in Rust), about ten times as fast as Pillow.

Modes and kernels that it lacks are resampled by Pillow.
"""

from cykooz_resizer import CropBox, FilterType, ResizeAlg, ResizeOptions, Resizer
from PIL import Image

from imagescaler.domain.options import Kernel
from imagescaler.engine.resizers import pillow

SOFTWARE: tuple[str, ...] = ("cykooz-resizer",)
KERNELS = {
    Kernel.BOX: FilterType.box,
    Kernel.BILINEAR: FilterType.bilinear,
    Kernel.BICUBIC: FilterType.catmull_rom,  # Pillow's bicubic is this one: a = -0.5
    Kernel.LANCZOS: FilterType.lanczos3,
}
MODES = {"L", "RGB", "RGBA", "CMYK", "F"}
GREY_WITH_ALPHA = "LA"


def resize(image: Image.Image, size: tuple[int, int], kernel: Kernel, box: pillow.BoxOf) -> Image.Image:
    """Resample `box` to `size`, as pillow.resize does."""
    if image.mode == GREY_WITH_ALPHA and kernel in KERNELS:
        return resize(image.convert("RGBA"), size, kernel, box).convert(GREY_WITH_ALPHA)
    if image.mode not in MODES or kernel not in KERNELS:
        return pillow.resize(image, size, kernel, box)
    resized = Image.new(image.mode, size, None)
    left, top, right, bottom = box
    options = ResizeOptions(
        resize_alg=ResizeAlg.convolution(KERNELS[kernel]), crop_box=CropBox(left, top, right - left, bottom - top)
    )
    Resizer().resize_pil(image, resized, options)  # reused, it would keep its buffers, which are as large as the image
    return resized
