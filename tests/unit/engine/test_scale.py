"""The scaled pixels, against an independent resampler on the fully decoded source."""

import hashlib
from io import BytesIO

import pytest
from PIL import Image

from imagescaler.domain.errors import TargetTooLarge
from imagescaler.domain.formats import RESULT_FORMATS, Format
from imagescaler.domain.limits import Limits
from imagescaler.domain.options import Options
from imagescaler.domain.task.outcome import Result
from imagescaler.domain.task.source import Source
from imagescaler.engine.scale import scale
from tests.appearance import similarity
from tests.pictures import encoded, photograph
from tests.reference import mean_difference, pixels_of, resampled, worst_difference

PHOTOGRAPH = photograph()
DECODED = encoded(Image.open(BytesIO(PHOTOGRAPH)))
SIZES = [(320, 213), (200, 133), (213, 142), (900, 600), (641, 428)]
# Where more than a factor of three is left, a box filter, and in JPEGs a scaled decode, comes before the kernel.
SMALL_SIZES = [(500, 30), (100, 67), (60, 40), (33, 22)]


@pytest.mark.parametrize("size", SIZES)
def test_a_photograph_is_resampled_with_lanczos(size: tuple[int, int]) -> None:
    ours = pixels_of(scale(DECODED, Options(*size, preserve_ratio=False), Limits()).data)
    reference = resampled(pixels_of(DECODED), size)
    assert mean_difference(ours, reference) < 0.3
    assert worst_difference(ours, reference, 99.9) < 2.5
    assert worst_difference(ours, reference) < 20
    assert similarity(ours, reference) > 0.999


@pytest.mark.parametrize("size", SMALL_SIZES)
def test_much_smaller_is_close_to_lanczos(size: tuple[int, int]) -> None:
    reference = resampled(pixels_of(DECODED), size)
    for source, mean, worst, alike in ((DECODED, 1, 6, 0.998), (PHOTOGRAPH, 2.1, 18, 0.99)):
        ours = pixels_of(scale(source, Options(*size, preserve_ratio=False, format=Format.PNG), Limits()).data)
        assert mean_difference(ours, reference) < mean
        assert worst_difference(ours, reference, 99.9) < worst
        assert similarity(ours, reference) > alike


@pytest.mark.parametrize("form", [Format.JPEG, Format.WEBP])
@pytest.mark.parametrize("size", SIZES[:2] + SMALL_SIZES)
def test_a_lossy_result_loses_no_more_than_its_encoder(size: tuple[int, int], form: Format) -> None:
    ours = pixels_of(scale(PHOTOGRAPH, Options(*size, preserve_ratio=False, format=form), Limits()).data)
    reference = resampled(pixels_of(PHOTOGRAPH), size)
    saved = encoded(Image.fromarray(reference.round().astype("uint8")), form.name, quality=80)
    assert mean_difference(ours, reference) < mean_difference(pixels_of(saved), reference) + 0.8


@pytest.mark.parametrize("name", ["china.jpg", "flower.jpg"])
def test_a_picture_that_keeps_its_size_keeps_its_pixels(name: str) -> None:
    scaled = scale(photograph(name), Options(640, format=Format.PNG), Limits())
    assert worst_difference(pixels_of(scaled.data), pixels_of(photograph(name))) == 0


@pytest.mark.parametrize("target", RESULT_FORMATS)
@pytest.mark.parametrize("form", RESULT_FORMATS)
def test_what_is_told_of_source_and_result_is_true(form: Format, target: Format) -> None:
    source = encoded(Image.open(BytesIO(PHOTOGRAPH)).resize((200, 100)), form.name)
    scaled = scale(source, Options(width=50, format=target), Limits())
    assert scaled.source == Source(form, 200, 100, len(source))
    assert scaled.result == Result(target, 50, 25, len(scaled.data), hashlib.sha256(scaled.data).hexdigest())
    image = Image.open(BytesIO(scaled.data))
    assert (image.format, image.size) == (target.name, (50, 25))


@pytest.mark.parametrize("form", RESULT_FORMATS)
def test_the_format_stays_by_default(form: Format) -> None:
    source = encoded(Image.open(BytesIO(PHOTOGRAPH)).resize((20, 10)), form.name)
    assert scale(source, Options(10), Limits()).result.format is form


@pytest.mark.parametrize("source", [(1, 1), (1, 500), (500, 1), (3, 2)])
@pytest.mark.parametrize("size", [(1, 1), (1, 90), (90, 1), (7, 5)])
@pytest.mark.parametrize("form", RESULT_FORMATS)
def test_the_smallest_and_thinnest_pictures_come_out(
    form: Format, size: tuple[int, int], source: tuple[int, int]
) -> None:
    data = encoded(Image.new("RGB", source, (10, 130, 240)), form.name)
    scaled = scale(data, Options(*size, preserve_ratio=False, format=Format.PNG), Limits())
    pixels = pixels_of(scaled.data)
    assert pixels.shape == (size[1], size[0], 3)
    assert mean_difference(pixels, pixels * 0 + [10, 130, 240]) < 6


def test_a_target_over_the_limits_is_refused() -> None:
    with pytest.raises(TargetTooLarge, match="16000 x 16000"):
        scale(PHOTOGRAPH, Options(16_000, 16_000, preserve_ratio=False), Limits())
