"""A light perceptual score, calibrated to SSIMULACRA2 (docs/quality.md): 100 is the same, 90 is nearly invisible."""

from collections.abc import Callable
from io import BytesIO
from math import sqrt
from typing import Any

from PIL import Image, ImageMath

from imagescaler.engine.pixels.transparency import WITH_ALPHA

BLOCK = 4  # pixels of a side, over which structure is compared
COARSE, CHROMA = 4, 2  # factors by which the sides of the second luma and of chroma are smaller
STRIP = 512  # rows that are compared at a time, a multiple of BLOCK and COARSE: floats take much memory
GREY = (128, 128, 128, 255)  # behind transparent pixels
LUMINANCE, CONTRAST = (0.01 * 255) ** 2, (0.03 * 255) ** 2  # the constants of SSIM (Wang et al., 2004)
# The score is linear in the square roots of three differences, by least squares (tools/benchmarks/quality).
BEST, FINE_FACTOR, COARSE_FACTOR, CHROMA_FACTOR = 111.2, 18.4, 300.3, 5.77


def score(image: Image.Image, data: bytes, plugin: str) -> float:
    """Return the score of a file in the format of one of Pillow's plugins against the image that it was made of."""
    factors = (FINE_FACTOR, COARSE_FACTOR, CHROMA_FACTOR)
    roots = (sqrt(each) for each in differences(image, data, plugin))
    return min(max(BEST - sum(factor * root for factor, root in zip(factors, roots, strict=True)), 0.0), 100.0)


def differences(image: Image.Image, data: bytes, plugin: str) -> tuple[float, float, float]:
    """Return the differences of fine structure, coarse structure and red chroma, each from 0."""
    with Image.open(BytesIO(data), formats=[plugin]) as decoded:
        pair = [_comparable(each) for each in (image, decoded)]
    fine = coarse = chroma = 0.0
    for top in range(0, image.height, STRIP):
        bottom = min(top + STRIP, image.height)
        (light, _, red), (other, _, other_red) = (each.crop((0, top, image.width, bottom)).split() for each in pair)
        share = (bottom - top) / image.height
        fine += share * _mean(_structure(light, other), lambda error: error * error)
        coarse += share * _mean(_structure(light.reduce(COARSE), other.reduce(COARSE)), lambda error: error * error)
        difference = _eval(lambda a, b: a - b, red.reduce(CHROMA), other_red.reduce(CHROMA))
        chroma += share * _mean(difference, lambda each: each * each)
    return sqrt(fine), sqrt(coarse), chroma


def _comparable(image: Image.Image) -> Image.Image:
    if image.mode in WITH_ALPHA:
        image = Image.alpha_composite(Image.new("RGBA", image.size, GREY), image.convert("RGBA"))
    return image.convert("RGB").convert("YCbCr")


def _structure(image: Image.Image, other: Image.Image) -> Image.Image:
    """Return 1 - SSIM of each block."""
    a, b = image.convert("F"), other.convert("F")
    squares, others, products = (_eval(lambda x, y: x * y, *pair).reduce(BLOCK) for pair in ((a, a), (b, b), (a, b)))
    return _eval(_dissimilarity, a.reduce(BLOCK), b.reduce(BLOCK), squares, others, products)


def _dissimilarity(a: Any, b: Any, squares: Any, others: Any, products: Any) -> Any:
    luminance = (2 * a * b + LUMINANCE) / (a * a + b * b + LUMINANCE)
    return 1 - luminance * (2 * (products - a * b) + CONTRAST) / (squares - a * a + others - b * b + CONTRAST)


def _mean(image: Image.Image, power: Callable[[Any], Any]) -> float:
    mean: Any = _eval(power, image).resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
    return float(mean)


def _eval(function: Callable[..., Any], *images: Image.Image) -> Image.Image:
    """Compute an image of floats from images, pixel by pixel."""
    named = {str(number): each for number, each in enumerate(images)}
    made: Image.Image = ImageMath.lambda_eval(
        lambda args: args["float"](function(*(args[name] for name in named))), **named
    )
    return made
