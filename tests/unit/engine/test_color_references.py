"""Wide gamuts and inks against two references: littleCMS over all pixels of the source, and arithmetic in floats.

Both are resampled in floats afterwards; the engine converts after it resamples, when there are fewer pixels. A
difference of 1 by CIEDE2000 is just noticeable where the colors lie side by side.
"""

from io import BytesIO

import numpy as np
import pytest
from coloraide import Color
from PIL import Image

from imagescaler.domain.formats import RESULT_FORMATS, Format
from imagescaler.domain.limits import Limits
from imagescaler.domain.options import Options
from imagescaler.engine.codecs.codec import codec_of
from imagescaler.engine.scale import scale
from tests.appearance import color_differences, similarity
from tests.pictures import encoded, photograph, separated
from tests.reference import Pixels, by_little_cms, pixels_of, resampled
from tests.unit.engine import profiles

SIZE = (160, 107)
P3, INKS = profiles.display_p3(), profiles.inks()
NAMES = ["china.jpg", "flower.jpg"]
# Six steps of red, green and blue, each with each: what only Display P3 has is among them.
STEPS = np.stack(np.meshgrid(*[np.linspace(0, 255, 6)] * 3), axis=-1).reshape(12, 18, 3)


def scaled(data: bytes, size: tuple[int, int] = SIZE) -> Pixels:
    return pixels_of(scale(data, Options(*size, preserve_ratio=False, format=Format.PNG), Limits()).data)


def references(data: bytes, profile: bytes, by_arithmetic: Pixels) -> list[Pixels]:
    by_library = pixels_of(by_little_cms(Image.open(BytesIO(data)), profile))
    return [resampled(pixels, SIZE) for pixels in (by_library, by_arithmetic)]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("form", [form for form in RESULT_FORMATS if codec_of(form).profile_modes])
def test_a_photograph_in_display_p3_looks_as_it_should(form: Format, name: str) -> None:
    picture = Image.open(BytesIO(photograph(name))).convert("RGB")
    data = encoded(picture, form.name, icc_profile=P3, quality=95)
    # A JPEG is decoded at half its size here, which costs sharpness.
    mean, most, alike = (0.75, 2.5, 0.993) if form is Format.JPEG else (0.5, 2.0, 0.995)
    ours = scaled(data)
    for reference in references(data, P3, profiles.display_p3_to_srgb(pixels_of(data, "RGB"))):
        differences = color_differences(ours, reference)
        assert differences.mean() < mean
        assert np.percentile(differences, 99) < most
        assert similarity(ours, reference) > alike
    untouched = resampled(pixels_of(data, "RGB"), SIZE)
    assert color_differences(untouched, reference).mean() > 1.2


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("form", ["JPEG", "TIFF"])
def test_a_photograph_in_inks_looks_as_it_should(form: str, name: str) -> None:
    picture = separated(Image.open(BytesIO(photograph(name))))
    data = encoded(picture, form, icc_profile=INKS, **({"quality": 95} if form == "JPEG" else {}))
    amounts = pixels_of(data) / 255
    ours = scaled(data)
    for reference in references(data, INKS, profiles.lab_to_srgb(profiles.ink_to_lab(amounts))):
        differences = color_differences(ours, reference)
        assert differences.mean() < 0.7
        assert np.percentile(differences, 99) < 2.8
        assert similarity(ours, reference) > 0.996
    assert color_differences(resampled(pixels_of(data, "RGB"), SIZE), reference).mean() > 10


@pytest.mark.parametrize("form", [Format.PNG, Format.TIFF])
def test_every_color_of_display_p3_becomes_the_nearest_of_srgb(form: Format) -> None:
    data = encoded(Image.fromarray(STEPS.astype(np.uint8)), form.name, icc_profile=P3)
    ours = scaled(data, (STEPS.shape[1], STEPS.shape[0]))
    assert color_differences(ours, profiles.display_p3_to_srgb(STEPS)).max() < 1.0
    assert np.abs(ours - pixels_of(by_little_cms(Image.open(BytesIO(data)), P3))).max() <= 1


def test_the_arithmetic_of_display_p3_is_that_of_css() -> None:
    for color in STEPS.reshape(-1, 3):
        by_css = np.array(Color("display-p3", list(color / 255)).convert("srgb").coords())
        assert np.abs(profiles.display_p3_to_srgb(color) - np.clip(by_css, 0, 1) * 255).max() < 0.5
