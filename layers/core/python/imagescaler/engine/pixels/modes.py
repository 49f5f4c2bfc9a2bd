"""Pillow's modes, and the conversion to one that can be resampled."""

from typing import Any

from PIL import Image, ImageFile, TiffImagePlugin

from imagescaler.domain.errors import UnsupportedImageFormat
from imagescaler.engine.pixels.transparency import deep_grey_to_la

COLOR_MODES, GREY_MODES = frozenset({"RGB", "RGBA"}), frozenset({"L", "LA"})
DEEP_GREY = {"I;16", "I;16L", "I;16B", "I;16N"}
WITHOUT_COLORS = DEEP_GREY | {"1", "La"} | GREY_MODES
UNBOUNDED = {"I", "F"}
DEEP_GREY_ALPHA = "LA;16B"
PHOTOMETRIC, BLACK_IS_ZERO = 262, 1  # of a TIFF
# By mode, without and with a transparent color or a table of alphas; the others stay.
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
PLAIN = COLOR_MODES | GREY_MODES | {"CMYK"}


def tiles_of(image: Image.Image) -> list[Any]:
    """List the tiles of an image that is not decoded yet."""
    return image.tile if isinstance(image, ImageFile.ImageFile) else []


def is_grey(image: Image.Image) -> bool:
    """True if an opened image has no colors; 16-bit grey with alpha is read as RGBA."""
    is_read_as_colors = any(tile.args == DEEP_GREY_ALPHA for tile in tiles_of(image)) or (
        isinstance(image, TiffImagePlugin.TiffImageFile)
        and image.mode in COLOR_MODES
        and image.tag_v2.get(PHOTOMETRIC) == BLACK_IS_ZERO
    )
    return image.mode in WITHOUT_COLORS or is_read_as_colors


def normalized(image: Image.Image) -> Image.Image:
    """Convert to a mode that can be resampled: L, LA, RGB, RGBA, CMYK, or F for 16-bit grey.

    Raises UnsupportedImageFormat for samples without a range (32 bits) and for Lab.
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
