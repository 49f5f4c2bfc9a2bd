"""The engine refuses what is too expensive before it decodes, and the estimates are near what it takes."""

from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import skimage
from PIL import Image

from imagescaler.domain.errors import CorruptImage, TooExpensive
from imagescaler.domain.formats import RESULT_FORMATS, Format
from imagescaler.domain.geometry.shrink_on_load import fraction
from imagescaler.domain.limits import Limits
from imagescaler.domain.options import Options
from imagescaler.engine.opened import open_source
from imagescaler.engine.output_spec import OutputSpec
from imagescaler.engine.scale import scale
from imagescaler.engine.traits import traits_of
from imagescaler.planning.cost.budget import Budget, CostSettings
from imagescaler.planning.cost.estimate import estimate
from imagescaler.planning.source_traits import SourceTraits
from imagescaler.probe.probe import probe
from tests.animations import Patch, gif
from tests.pictures import encoded, photograph
from tools.benchmarks.costs.measure import measure
from tools.benchmarks.costs.record import MEMORY_BOUND, is_within

PHOTOGRAPH = Image.open(BytesIO(photograph())).convert("RGB")
FADED = PHOTOGRAPH.convert("RGBA").point(lambda value: value // 2)
CORNER = Patch(np.random.default_rng(1).integers(255, size=(9, 9, 1)) * [1.0, 0, 0, 0] + [0, 0, 0, 255])
NOTHING = Budget(memory_bytes=1, seconds=1000)
OPENED_BY_THEIR_BEGINNING = {Format.JPEG, Format.PNG, Format.GIF}
NO_TIME = Budget(memory_bytes=2**40, seconds=0)


@pytest.mark.parametrize("budget", [NOTHING, NO_TIME])
@pytest.mark.parametrize("form", RESULT_FORMATS)
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


@pytest.mark.parametrize("options", [Options(format=Format.GIF), Options(format=Format.PNG, palette=True)])
def test_a_palette_takes_as_long_for_a_pixel_of_enlarged_noise(options: Options) -> None:
    """Its colors are as many: 900 x 900 pixels made 2,400 x 2,400 took three times as long as was estimated."""
    data = encoded(Image.fromarray(np.random.default_rng(1).integers(0, 256, (900, 900, 3), np.uint8)))
    ns = [1e9 * seconds(data, replace(options, width=side)) / side**2 for side in (900, 2400)]
    assert ns[1] > 0.8 * ns[0]


def seconds(data: bytes, options: Options) -> float:
    """Return the estimated processor seconds of a result."""
    limits = Limits()
    with open_source(data, [options], limits) as opened:
        spec = OutputSpec.of(opened.oriented(), options, limits)
        assert isinstance(spec, OutputSpec)
        return estimate(traits(data), [spec]).seconds


# A file, and the bytes of a decoded pixel and the channels that follow from its mode.
FILES: dict[str, tuple[bytes, int, int]] = {
    "baseline": (encoded(PHOTOGRAPH, "JPEG"), 4, 3),
    "inks": (encoded(PHOTOGRAPH.convert("CMYK"), "JPEG"), 4, 4),
    "grey": (encoded(PHOTOGRAPH.convert("L")), 1, 1),
    "deep grey": (encoded(PHOTOGRAPH.convert("I;16")), 10, 1),
    "grey with alpha": (encoded(FADED.convert("LA")), 4, 2),
    "palette": (encoded(PHOTOGRAPH.quantize(), "GIF"), 5, 3),
    "transparent": (encoded(PHOTOGRAPH.quantize(), transparency=3), 5, 4),
    "partly covered": (gif([CORNER], PHOTOGRAPH.size), 5, 4),
    "alpha": (encoded(FADED, "WEBP"), 4, 4),
}


def traits(data: bytes) -> SourceTraits:
    with Image.open(BytesIO(data)) as image:
        return traits_of(image, probe(data), data)


@pytest.mark.parametrize("name", FILES)
def test_the_traits_are_read_from_the_header(name: str) -> None:
    data, pixel_bytes, channels = FILES[name]
    read = traits(data)
    assert (read.stored, read.bytes, read.is_progressive) == (PHOTOGRAPH.size, len(data), False)
    assert (read.pixel_bytes, read.channels) == (pixel_bytes, channels)


def test_a_progressive_jpeg_is_recognized() -> None:
    assert traits(encoded(PHOTOGRAPH, "JPEG", progressive=True)).is_progressive


LEAST = [(1, 1), (80, 53), (80, 54), (81, 53), (160, 106), (213, 142), (320, 213), (321, 213)]


@pytest.mark.parametrize("least", LEAST)
def test_a_jpeg_is_decoded_as_small_as_is_reckoned(least: tuple[int, int]) -> None:
    with Image.open(BytesIO(photograph())) as image:
        drafted = image.draft(None, least)
        assert drafted is not None
        assert 640 / drafted[1][2] == fraction(Format.JPEG, (640, 427), least)


WAYS = ({"width": 800}, {"scale": 100}, {"width": 1000, "format": "png", "linear": True})


@pytest.mark.slow
@pytest.mark.parametrize("form", RESULT_FORMATS)
def test_the_memory_taken_is_near_the_estimate(form: Format, tmp_path: Path) -> None:
    retina = Image.open(Path(skimage.__file__).parent / "data/retina.jpg").convert("RGB")
    source = tmp_path / form
    source.write_bytes(encoded(retina.resize((2500, 2500), Image.Resampling.BICUBIC), form.name))
    for measured in measure((source, options) for options in WAYS):
        assert is_within(measured.memory_ratio, MEMORY_BOUND), (measured, measured.memory_ratio)
