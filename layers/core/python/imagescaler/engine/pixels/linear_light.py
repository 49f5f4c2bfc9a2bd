"""Resampling in linear light: sRGB is decoded to floats, resampled, and encoded again (IEC 61966-2-1)."""

from collections.abc import Callable
from typing import Any

from PIL import Image, ImageMath

Resize = Callable[[Image.Image], Image.Image]
ALPHA, PEAK, DEEP_PEAK = "A", 255.0, 65535.0


def light(sample: float) -> float:
    """Decode a sample of sRGB, 0 to 1.

    >>> round(light(0.5), 4)
    0.214
    """
    return sample / 12.92 if sample <= 0.04045 else ((sample + 0.055) / 1.055) ** 2.4  # noqa: PLR2004


def sample_of(light: float) -> float:
    """Encode light as a sample of sRGB, both 0 to 1.

    >>> round(sample_of(0.214), 3)
    0.5
    """
    return light * 12.92 if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055  # noqa: PLR2004


LIGHT = [light(sample / PEAK) for sample in range(256)]


def resize_in_linear_light(image: Image.Image, resize: Resize) -> Image.Image:
    """Resample L, LA, RGB, RGBA, or 16-bit grey in mode F, with the colors weighted by alpha."""
    if image.mode == "F":
        return _encoded(resize(_light_of_deep(image)), DEEP_PEAK)
    bands = dict(zip(image.getbands(), image.split(), strict=True))
    alpha = bands.pop(ALPHA, None)
    lights = [band.point(LIGHT, "F") for band in bands.values()]
    if alpha is None:
        return Image.merge(image.mode, [_eight_bits(resize(each)) for each in lights])
    weights = alpha.convert("F")
    resized = resize(weights)
    colors = [_quotient(resize(_product(each, weights)), resized) for each in lights]
    return Image.merge(
        image.mode, [*map(_eight_bits, colors), resized.point(lambda value: value * 1 + 0.5).convert("L")]
    )


def _product(one: Image.Image, other: Image.Image) -> Image.Image:
    return _computed(lambda of: of["a"] * of["b"], a=one, b=other)


def _quotient(one: Image.Image, other: Image.Image) -> Image.Image:
    """Divide, avoiding zeros: the color of a transparent pixel does not matter."""
    return _computed(lambda of: of["a"] / of["max"](of["b"], of["a"] * 0 + 1e-6), a=one, b=other)


def _light_of_deep(image: Image.Image) -> Image.Image:
    return _computed(
        lambda of: (
            of["float"](of["x"] <= 0.04045) * of["x"] / 12.92  # noqa: PLR2004
            + of["float"](of["x"] > 0.04045) * ((of["x"] + 0.055) / 1.055) ** 2.4  # noqa: PLR2004
        ),
        x=image.point(lambda value: value * (1 / DEEP_PEAK) + 0),
    )


def _encoded(image: Image.Image, peak: float) -> Image.Image:
    """Encode as sRGB, 0 to `peak`, after clipping what overshoots."""
    return _computed(
        lambda of: (
            of["float"](of["cut"] <= 0.0031308) * of["cut"] * (12.92 * peak)  # noqa: PLR2004
            + of["float"](of["cut"] > 0.0031308) * (1.055 * of["cut"] ** (1 / 2.4) - 0.055) * peak  # noqa: PLR2004
        ),
        cut=_computed(lambda of: of["min"](of["max"](of["x"], of["x"] * 0), of["x"] * 0 + 1), x=image),
    )


def _eight_bits(image: Image.Image) -> Image.Image:
    return _rounded(_encoded(image, PEAK))


def _rounded(image: Image.Image) -> Image.Image:
    return image.point(lambda value: value * 1 + 0.5).convert("L")


def _computed(formula: Callable[[dict[str, Any]], Any], **images: Image.Image) -> Image.Image:
    computed: Image.Image = ImageMath.lambda_eval(formula, **images)
    return computed
