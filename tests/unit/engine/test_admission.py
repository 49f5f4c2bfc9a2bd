"""The engine refuses before it decodes, and what it takes is what was predicted."""

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skimage
from PIL import Image

from imagescaler.domain.errors import CorruptImage, TooExpensive
from imagescaler.domain.formats import Format
from imagescaler.domain.geometry.shrink_on_load import fraction
from imagescaler.domain.limits import Limits
from imagescaler.domain.options import Options
from imagescaler.engine.opened import header_of
from imagescaler.engine.scale import scale
from imagescaler.planning.cost.budget import Budget, CostSettings
from imagescaler.planning.cost.header import PIXELS, TRANSPARENT
from imagescaler.planning.cost.model import fitted_model
from imagescaler.probe.probe import probe as source_of
from tests.animations import Patch, gif
from tests.pictures import encoded, photograph
from tests.unit.engine import profiles
from tools.benchmarks.costs.jobs import Job
from tools.benchmarks.costs.judging import Verdict, within
from tools.benchmarks.costs.measuring import measure

PHOTOGRAPH = Image.open(BytesIO(photograph())).convert("RGB")
FADED = PHOTOGRAPH.convert("RGBA").point(lambda value: value // 2)
CORNER = Patch(np.random.default_rng(1).integers(255, size=(9, 9, 1)) * [1.0, 0, 0, 0] + [0, 0, 0, 255])
NOTHING = Budget(memory_bytes=1, seconds=1000)
OPENED_BY_THEIR_BEGINNING = {Format.JPEG, Format.PNG, Format.GIF}
NO_TIME = Budget(memory_bytes=2**40, seconds=0)


@pytest.mark.parametrize("budget", [NOTHING, NO_TIME])
@pytest.mark.parametrize("form", Format)
def test_what_is_too_expensive_is_refused_before_it_is_decoded(form: Format, budget: Budget) -> None:
    data, still = encoded(PHOTOGRAPH, form.name), Options(100, animated=False)
    if form in OPENED_BY_THEIR_BEGINNING:
        data = data[: len(data) * 2 // 3]
        with pytest.raises(CorruptImage):
            scale(data, still, Limits())
    with pytest.raises(TooExpensive):
        scale(data, still, Limits(), budget)


def test_a_png_is_refused_for_its_result_as_well() -> None:
    budget = Budget.of(256, 30, CostSettings())
    scale(encoded(PHOTOGRAPH), Options(100), Limits(), budget)
    with pytest.raises(TooExpensive):
        scale(encoded(PHOTOGRAPH), Options(7_000), Limits(), budget)


HEADERS: dict[str, tuple[bytes, dict[str, Any]]] = {
    "baseline": (encoded(PHOTOGRAPH, "JPEG"), {"pixels": PIXELS["RGB"], "is_progressive": False, "has_profile": False}),
    "progressive": (encoded(PHOTOGRAPH, "JPEG", progressive=True), {"is_progressive": True}),
    "profile": (encoded(PHOTOGRAPH, icc_profile=profiles.wide_gamut()), {"has_profile": True}),
    "inks": (encoded(PHOTOGRAPH.convert("CMYK"), "JPEG"), {"pixels": PIXELS["CMYK"]}),
    "grey": (encoded(PHOTOGRAPH.convert("L")), {"pixels": PIXELS["L"]}),
    "palette": (encoded(PHOTOGRAPH.quantize(), "GIF"), {"pixels": PIXELS["P"]}),
    "transparent": (encoded(PHOTOGRAPH.quantize(), transparency=3), {"pixels": TRANSPARENT["P"]}),
    "partly covered": (gif([CORNER], PHOTOGRAPH.size), {"pixels": TRANSPARENT["P"]}),
    "alpha": (encoded(FADED, "WEBP"), {"pixels": PIXELS["RGBA"]}),
}


@pytest.mark.parametrize("name", HEADERS)
def test_the_header_tells_what_there_will_be_to_do(name: str) -> None:
    data, known = HEADERS[name]
    with Image.open(BytesIO(data)) as image:
        header = header_of(image, source_of(data), data)
    assert (header.stored, header.bytes) == (PHOTOGRAPH.size, len(data))
    assert {field: getattr(header, field) for field in known} == known


LEAST = [(1, 1), (80, 53), (80, 54), (81, 53), (160, 106), (213, 142), (320, 213), (321, 213)]


@pytest.mark.parametrize("least", LEAST)
def test_a_jpeg_is_decoded_as_small_as_is_reckoned(least: tuple[int, int]) -> None:
    with Image.open(BytesIO(photograph())) as image:
        drafted = image.draft(None, least)
        assert drafted is not None
        assert 640 / drafted[1][2] == fraction(Format.JPEG, (640, 427), least)


WAYS = ({"width": 800}, {"scale": 100}, {"width": 1000, "format": "png", "linear": True})


@pytest.fixture(scope="module")
def retina() -> Image.Image:
    """Give a photograph of six megapixels, on which nothing was fitted."""
    path = Path(skimage.__file__).parent / "data/retina.jpg"
    return Image.open(path).convert("RGB").resize((2500, 2500), Image.Resampling.BICUBIC)


@pytest.mark.parametrize("form", Format)
def test_the_memory_that_is_taken_is_within_half_of_what_is_predicted(
    form: Format, retina: Image.Image, tmp_path: Path
) -> None:
    source = tmp_path / form
    source.write_bytes(encoded(retina, form.name))
    for measured in measure(Job(source, options) for options in WAYS):
        verdict = Verdict.of(fitted_model(), measured, cpu_factor=1)
        assert within(verdict.memory_ratio), verdict
