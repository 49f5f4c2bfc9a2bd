"""What changes the pixels of the scaled picture: grey, blurred, sharpened."""

from PIL import Image, ImageFilter

WITH_ALPHA = {"LA": "L", "RGBA": "RGB"}
GREY = {"L", "LA", "I;16"}
PREMULTIPLIED = {"LA": "La", "RGBA": "RGBa"}
# How much of the difference from the blurred picture is added.
SHARPEN_PERCENT = 100


def grayed(image: Image.Image) -> Image.Image:
    """Drop the colors; grey is given back as it is."""
    return image if image.mode in GREY else image.convert("LA" if image.mode in WITH_ALPHA else "L")


def blurred(image: Image.Image, sigma: float) -> Image.Image:
    """Blur; `sigma` is the standard deviation in pixels."""
    return _filtered(image, ImageFilter.GaussianBlur(sigma))


def sharpened(image: Image.Image, sigma: float) -> Image.Image:
    """Add what a blur would take away, and leave the alpha alone."""
    sharp = _filtered(image, ImageFilter.UnsharpMask(sigma, SHARPEN_PERCENT, threshold=0))
    if image.mode in WITH_ALPHA:
        sharp.putalpha(image.getchannel("A"))
    return sharp


def _filtered(image: Image.Image, kernel: ImageFilter.Filter) -> Image.Image:
    """Filter with the colors weighed by their alpha."""
    weighed = PREMULTIPLIED.get(image.mode)
    return image.convert(weighed).filter(kernel).convert(image.mode) if weighed else image.filter(kernel)
