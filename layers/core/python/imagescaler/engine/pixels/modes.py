"""The kinds of pixels: what a file has, brought to one that can be resampled, and its depth, never cut silently."""

from PIL import ExifTags, Image, ImageFile, TiffImagePlugin

from imagescaler.domain.errors import UnsupportedDepth, UnsupportedImageFormat
from imagescaler.domain.formats import Format
from imagescaler.domain.options import Fit, Options
from imagescaler.engine.pixels.transparency import deep_grey_to_la

DEEP_GREY = {"I;16", "I;16L", "I;16B", "I;16N"}
WITHOUT_COLORS = DEEP_GREY | {"1", "L", "LA"}
UNBOUNDED = {"I", "F"}
DEEP_SAMPLES, EIGHT_BITS = ";16", 8
# What a mode without and with a transparent color, or a table of alphas, is converted to; the others stay.
RESIZABLE = {
    ("1", False): "L",
    ("1", True): "LA",
    ("L", True): "LA",
    ("P", False): "RGB",
    ("P", True): "RGBA",
    ("PA", False): "RGBA",
    ("RGB", True): "RGBA",
    ("RGBX", False): "RGB",
    ("RGBa", False): "RGBA",
    ("La", False): "LA",
    ("YCbCr", False): "RGB",
}
PLAIN = {"L", "LA", "RGB", "RGBA", "CMYK"}


def check_depth(image: Image.Image, options: Options, form: Format, *, is_deep: bool) -> bool:
    """Say whether an opened image keeps its sixteen bits; raises UnsupportedDepth where it should and cannot.

    `is_deep` is what `has_deep_colors` said of it.
    """
    colors, grey = is_deep, image.mode in DEEP_GREY
    if not (colors or grey) or not form.keeps_depth or options.depth is not None:
        return False
    eight_bit_work = options.blur or options.sharpen or options.pad or options.background or options.fit is Fit.CONTAIN
    if colors or eight_bit_work or "transparency" in image.info:
        what = "colors or transparency" if colors or "transparency" in image.info else "grey"
        raise UnsupportedDepth(
            f"The image has {what} of 16 bits per sample, which {form.name} could keep and this service would cut to 8 "
            "here. Ask for depth=8, or for format=jpeg, webp, avif or gif, which have 8 bits in any case."
        )
    return True


def has_deep_colors(image: Image.Image) -> bool:
    """Say whether an image that was just opened has sixteen bits per color or alpha, of which Pillow reads eight."""
    if image.mode in DEEP_GREY | UNBOUNDED:
        return False
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        return any(bits > EIGHT_BITS for bits in image.tag_v2.get(ExifTags.Base.BitsPerSample, ()))
    tiles = image.tile if isinstance(image, ImageFile.ImageFile) else []
    return any(DEEP_SAMPLES in str(tile.args) for tile in tiles)


def normalized(image: Image.Image) -> Image.Image:
    """Bring the mode to one that can be resampled: L, LA, RGB, RGBA, CMYK, or F for sixteen bits of grey.

    Raises UnsupportedImageFormat for samples that have no range of their own: 32 bits, and Lab.
    """
    has_transparent_color = "transparency" in image.info
    if image.mode in DEEP_GREY:
        if has_transparent_color:
            return deep_grey_to_la(image)
        return image.convert("I").convert("F")
    mode = RESIZABLE.get((image.mode, has_transparent_color), image.mode)
    if mode not in PLAIN:
        raise UnsupportedImageFormat(f"The image has samples of the kind {image.mode}, which is not accepted.")
    return image.convert(mode) if mode != image.mode else image
