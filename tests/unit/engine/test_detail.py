"""How much there is to see is told by the header, whatever the format and its quality."""

from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from imagescaler.domain.formats import Format
from imagescaler.domain.geometry.plan import plan
from imagescaler.domain.limits import Limits
from imagescaler.domain.options import Options
from imagescaler.engine.opened import header_of
from imagescaler.planning.cost.detail import LEAST, detail_of, is_flat, typical_bytes
from imagescaler.planning.cost.header import Header
from imagescaler.planning.cost.model import fitted_model
from imagescaler.planning.cost.output import Output
from imagescaler.probe.probe import probe
from tests.pictures import encoded, photograph

PHOTOGRAPH = Image.open(BytesIO(photograph())).convert("RGB")
BLURRED = PHOTOGRAPH.resize((107, 71)).resize(PHOTOGRAPH.size, Image.Resampling.BICUBIC)
DRAWING = PHOTOGRAPH.resize((10, 7)).quantize(8).resize(PHOTOGRAPH.size, Image.Resampling.NEAREST).convert("RGB")
SOFT = PHOTOGRAPH.resize((5, 4)).resize(PHOTOGRAPH.size, Image.Resampling.BICUBIC)
DEFLATED = {"compression": "tiff_adobe_deflate"}
KEEPS_ALL: dict[str, dict[str, Any]] = {"PNG": {}, "GIF": {}, "TIFF": DEFLATED, "WEBP": {"lossless": True}}


def header(data: bytes) -> Header:
    with Image.open(BytesIO(data)) as image:
        return header_of(image, probe(data), data)


def seconds(header: Header, options: Options) -> float:
    outputs = [Output(plan(header.stored, options, Limits()), options, options.format or header.format)]
    return fitted_model().predict(header, outputs, resampler="simd").seconds


@pytest.mark.parametrize("form", Format)
def test_a_blurred_photograph_has_less_to_see_and_a_drawing_least(form: Format) -> None:
    options = DEFLATED if form is Format.TIFF else {}
    fine, blurred, drawn = (
        detail_of(replace(header(encoded(image, form.name, **options)), edges=None))
        for image in (PHOTOGRAPH, BLURRED, DRAWING)
    )
    assert 1 >= fine > 1.2 * blurred
    assert blurred > drawn == LEAST


def test_the_quality_of_a_jpeg_hardly_changes_how_much_there_is_to_see() -> None:
    files = [encoded(BLURRED, "JPEG", quality=quality) for quality in (60, 75, 85, 92)]
    details = [detail_of(header(file)) for file in files]
    assert len(files[-1]) > 2 * len(files[0])
    assert max(details) < 1.25 * min(details)


@pytest.mark.parametrize("form", KEEPS_ALL)
def test_a_drawing_is_known_by_the_size_of_a_file_that_keeps_all(form: str) -> None:
    assert is_flat(header(encoded(DRAWING, form, **KEEPS_ALL[form])))
    assert not is_flat(header(encoded(PHOTOGRAPH, form, **KEEPS_ALL[form])))


@pytest.mark.parametrize("form", ["JPEG", "AVIF", "WEBP"])
def test_a_lossy_file_is_small_for_many_reasons(form: str) -> None:
    assert not is_flat(header(encoded(DRAWING, form)))


SUBSAMPLED = ("4:4:4", "4:2:2", "4:2:0")


def test_how_finely_a_jpeg_keeps_its_color_hardly_changes_how_much_there_is_to_see() -> None:
    files = [encoded(BLURRED, "JPEG", quality=85, subsampling=each) for each in SUBSAMPLED]
    assert [header(file).samples for file in files] == [3, 2, 1.5]
    details = [detail_of(header(file)) for file in files]
    assert len(files[0]) > 1.25 * len(files[-1])
    assert max(details) < 1.25 * min(details)


def test_a_drawing_with_hard_edges_takes_longer_as_a_large_avif_than_a_soft_one_of_as_many_bytes() -> None:
    hard, soft = (replace(header(encoded(DRAWING)), edges=edges) for edges in (0.8, 0.0))
    assert (detail_of(hard), detail_of(soft)) == (1, LEAST)
    large, small = Options(2000, format=Format.AVIF), Options(320, format=Format.AVIF)
    assert seconds(hard, large) > 2 * seconds(soft, large)
    assert seconds(hard, small) == seconds(soft, small)


def test_edges_are_looked_for_in_drawings_that_stand_still() -> None:
    assert header(encoded(SOFT)).edges == pytest.approx(0, abs=0.01)
    assert header(encoded(PHOTOGRAPH)).edges is None
    assert header(encoded(SOFT, save_all=True, append_images=[BLURRED], duration=100)).edges is None


def test_what_is_not_compressed_tells_nothing() -> None:
    raw = header(encoded(DRAWING, "TIFF"))
    assert detail_of(raw) == 1
    assert not is_flat(raw)


def test_a_large_webp_has_no_room_to_predict_as_a_small_one_does() -> None:
    file = Header(Format.WEBP, (8000, 8000), 9_000_000, prediction_bytes=2**18)
    assert detail_of(file) == 1


@pytest.mark.parametrize("form", Format)
def test_a_typical_photograph_is_neither_fine_nor_smooth(form: Format) -> None:
    size = (4000, 3000)
    assert detail_of(Header(form, size, typical_bytes(form, size))) == pytest.approx(0.5, rel=0.01)
