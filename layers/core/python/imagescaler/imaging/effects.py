"""What changes the pixels of the scaled picture: grey, blurred, sharpened."""

from PIL import Image, ImageFilter

from imagescaler.options import Options

WITH_ALPHA = {"LA": "L", "RGBA": "RGB"}
PREMULTIPLIED = {"LA": "La", "RGBA": "RGBa"}
# How much of the difference from the blurred picture is added.
SHARPEN_PERCENT = 100


def apply_effects(image: Image.Image, options: Options) -> Image.Image:
    """Apply what is asked for, in this order: grayscale, blur, sharpen."""
    if options.grayscale and image.mode != "I;16":
        image = image.convert("LA" if image.mode in WITH_ALPHA else "L")
    if options.blur is not None:
        image = _filtered(image, ImageFilter.GaussianBlur(options.blur))
    if options.sharpen is not None:
        sharp = _filtered(image, ImageFilter.UnsharpMask(options.sharpen, SHARPEN_PERCENT, threshold=0))
        if image.mode in WITH_ALPHA:
            sharp.putalpha(image.getchannel("A"))
        image = sharp
    return image


def _filtered(image: Image.Image, kernel: ImageFilter.Filter) -> Image.Image:
    """Filter with the colors weighed by their alpha."""
    weighed = PREMULTIPLIED.get(image.mode)
    return image.convert(weighed).filter(kernel).convert(image.mode) if weighed else image.filter(kernel)
