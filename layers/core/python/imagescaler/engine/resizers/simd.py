"""Resampling by cykooz-resizer (fast_image_resize, in Rust), some ten times faster; the rest is left to Pillow."""

from cykooz_resizer import CropBox, FilterType, ResizeAlg, ResizeOptions, Resizer
from PIL import Image

from imagescaler.domain.options import Kernel
from imagescaler.engine.resizers import pillow

NAME = "simd"
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
    """Resample what is in `box` to `size`; see Pillow's."""
    if image.mode == GREY_WITH_ALPHA and kernel in KERNELS:
        return resize(image.convert("RGBA"), size, kernel, box).convert(GREY_WITH_ALPHA)
    if image.mode not in MODES or kernel not in KERNELS:
        return pillow.resize(image, size, kernel, box)
    resized = Image.new(image.mode, size, None)
    left, top, right, bottom = box
    options = ResizeOptions(
        resize_alg=ResizeAlg.convolution(KERNELS[kernel]), crop_box=CropBox(left, top, right - left, bottom - top)
    )
    Resizer().resize_pil(image, resized, options)  # one that lives on would keep its buffers: copies of the picture
    return resized
