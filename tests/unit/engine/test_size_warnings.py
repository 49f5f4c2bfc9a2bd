"""A result that is larger than its source says what is usually smaller."""

from io import BytesIO
from typing import Any

from PIL import Image

from imagescaler.domain.formats import Format
from imagescaler.domain.limits import Limits
from imagescaler.domain.options import Options, Quality
from imagescaler.engine.encode.rendered import RenderedImage
from imagescaler.engine.scale import scale
from tests.drawings import drawing
from tests.pictures import encoded, photograph

CHINA = Image.open(BytesIO(photograph())).convert("RGB").resize((320, 214))


def result_of(data: bytes, options: Options) -> RenderedImage:
    return scale(data, options, Limits())


def warnings_of(data: bytes, **options: Any) -> tuple[str, ...]:
    result = result_of(data, Options(**options))
    assert result.result.receipt
    assert result.result.receipt.warnings == result.warnings
    return result.warnings


def test_a_result_that_is_larger_than_its_source_says_what_is_usually_smaller() -> None:
    jpeg, png = encoded(CHINA, "JPEG", quality=30), encoded(drawing(), optimize=True)
    expected: dict[str, tuple[bytes, dict[str, Any]]] = {
        "A quality below 80 is usually smaller.": (jpeg, {"scale": 100}),
        "A quality below 95 is usually smaller.": (jpeg, {"scale": 100, "quality": Quality.same(95)}),
        "format=jpeg or palette=true or format=webp with lossless=true is usually smaller.": (
            jpeg,
            {"scale": 100, "format": Format.PNG},
        ),
        "format=jpeg or format=webp with lossless=true is usually smaller.": (
            jpeg,
            {"scale": 100, "format": Format.PNG, "palette": True},
        ),
        "lossless=false is usually smaller.": (jpeg, {"scale": 100, "format": Format.WEBP, "lossless": True}),
        "palette=true or format=webp with lossless=true is usually smaller.": (
            png,
            {"scale": 90},
        ),
    }
    for advice, (data, options) in expected.items():
        (warning,) = warnings_of(data, **options)
        assert warning.endswith(f"and its source {len(data):,}, though it has no more pixels. {advice}")
        assert warning.startswith("The ")


def test_what_is_said_to_be_smaller_is_smaller() -> None:
    data = encoded(drawing(), optimize=True)
    larger = len(result_of(data, Options(scale=90)).data)
    assert len(result_of(data, Options(scale=90, palette=True)).data) < larger
    assert len(result_of(data, Options(scale=90, format=Format.WEBP, lossless=True)).data) < larger


def test_a_lossless_result_with_more_colors_than_its_source_says_why_it_is_larger() -> None:
    data = encoded(drawing(), "WEBP", lossless=True, quality=100, method=6)
    (warning,) = warnings_of(data, scale=90)
    assert warning.endswith("Resampling made more colors, and all are kept.")


def test_a_result_that_is_smaller_or_has_more_pixels_has_no_warning() -> None:
    data = encoded(CHINA, "JPEG", quality=95)
    assert warnings_of(data, scale=100) == warnings_of(data, scale=50) == warnings_of(data, scale=300) == ()
