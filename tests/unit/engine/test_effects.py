"""Grey, blurred, sharpened: against arithmetic of our own."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import gaussian_filter

from imagescaler.domain.formats import Format
from imagescaler.domain.limits import Limits
from imagescaler.domain.options import Options
from imagescaler.engine.scale import scale
from tests.pictures import encoded, photograph
from tests.reference import Pixels, mean_difference, pixels_of, premultiplied, worst_difference

CHINA = Image.open(BytesIO(photograph())).convert("RGB").resize((160, 107))
SAME = 100


def scaled(image: Image.Image, options: Options) -> Image.Image:
    return Image.open(BytesIO(scale(encoded(image), options, Limits()).data))


def blurred(pixels: Pixels, sigma: float) -> Pixels:
    smooth: Pixels = gaussian_filter(pixels, (sigma, sigma, 0), mode="nearest")
    return smooth


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
def test_grayscale_has_the_luma_of_the_colors(mode: str) -> None:
    source = CHINA.convert(mode)
    if mode.endswith("A"):
        source.putalpha(Image.linear_gradient("L").resize(source.size))
    ours = scaled(source, Options(scale=SAME, grayscale=True))
    assert ours.mode == ("LA" if mode.endswith("A") else "L")
    expected = pixels_of(source, "RGB") @ np.array([0.299, 0.587, 0.114])
    assert worst_difference(pixels_of(ours)[..., 0], expected) <= 1


@pytest.mark.parametrize("sigma", [0.5, 1, 2.5, 8])
def test_blur_is_a_gaussian_of_that_deviation(sigma: float) -> None:
    ours = pixels_of(scaled(CHINA, Options(scale=SAME, blur=sigma)))
    reference = blurred(pixels_of(CHINA), sigma)
    assert mean_difference(ours, reference) < 1.2
    assert mean_difference(ours, reference) < 0.25 * mean_difference(pixels_of(CHINA), reference)


@pytest.mark.parametrize("mode", ["LA", "RGBA"])
def test_blur_weighs_colors_by_alpha(mode: str) -> None:
    source = CHINA.convert(mode)
    source.putalpha(Image.radial_gradient("L").resize(source.size))
    ours = premultiplied(pixels_of(scaled(source, Options(scale=SAME, blur=2))))
    assert mean_difference(ours, blurred(premultiplied(pixels_of(source)), 2)) < 1.2


@pytest.mark.parametrize("sigma", [0.7, 1.5, 4])
def test_sharpen_adds_the_difference_from_the_blurred_picture(sigma: float) -> None:
    pixels = pixels_of(CHINA)
    reference = np.clip(2 * pixels - blurred(pixels, sigma), 0, 255)
    ours = pixels_of(scaled(CHINA, Options(scale=SAME, sharpen=sigma)))
    assert mean_difference(ours, reference) < 1.5


def test_sharpen_leaves_the_alpha_as_it_is() -> None:
    source = CHINA.convert("RGBA")
    source.putalpha(Image.radial_gradient("L").resize(source.size))
    ours = scaled(source, Options(scale=SAME, sharpen=2))
    assert pixels_of(ours)[..., 3].tolist() == pixels_of(source)[..., 3].tolist()


def test_effects_come_after_the_resize_and_before_the_canvas() -> None:
    small = scaled(CHINA, Options(80))
    assert (
        pixels_of(scaled(CHINA, Options(80, blur=2))).tolist()
        == pixels_of(scaled(small, Options(scale=SAME, blur=2))).tolist()
    )


def test_effects_work_on_what_was_ink() -> None:
    data = encoded(CHINA.convert("CMYK"), "JPEG", quality=95)
    result = scale(data, Options(80, blur=1, sharpen=1, grayscale=True, format=Format.PNG), Limits())
    assert Image.open(BytesIO(result.data)).mode == "L"
