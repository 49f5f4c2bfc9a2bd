"""Several results of one decoding."""

from io import BytesIO
from unittest.mock import Mock

import numpy as np
import pytest
from PIL import Image

from imagescaler.domain.errors import CorruptImage, ImageProblem, MaxBytesTooSmall, NeverLossless, TargetTooLarge
from imagescaler.domain.formats import RESULT_FORMATS, Format
from imagescaler.domain.limits import Limits
from imagescaler.domain.options import Box, Fit, Gravity, Options
from imagescaler.engine.decode.decode import decode
from imagescaler.engine.encode.rendered import RenderedImage
from imagescaler.engine.render_still import render_still
from imagescaler.engine.scale import scale, scale_each
from tests.animations import saved
from tests.pictures import encoded, photograph
from tests.reference import pixels_of

WISHES = [
    Options(320),
    Options(100, 100, fit=Fit.COVER, gravity=Gravity.SMART, format=Format.WEBP),
    Options(50, crop=Box(10, 20, 200, 100), rotate=90, format=Format.AVIF),
    Options(64, grayscale=True, blur=2, format=Format.GIF),
    Options(scale=25, trim=5, pad=None, background="#ff0000ff", linear=True, format=Format.TIFF),
]


def test_what_is_decoded_whole_has_the_bytes_of_tasks_of_their_own() -> None:
    source = encoded(Image.open(BytesIO(photograph())))
    made = [each.data for each in scale_each(source, WISHES, Limits()) if isinstance(each, RenderedImage)]
    assert made == [scale(source, wish, Limits()).data for wish in WISHES]


def test_a_jpeg_is_decoded_as_large_as_the_largest_needs_and_small_ones_look_the_same() -> None:
    wishes = [Options(width, format=Format.PNG) for width in (60, 320)]
    small, large = scale_each(photograph(), wishes, Limits())
    alone = [scale(photograph(), wish, Limits()) for wish in wishes]
    assert isinstance(small, RenderedImage)
    assert isinstance(large, RenderedImage)
    assert large.data == alone[1].data
    difference = pixels_of(small.data).astype(float) - pixels_of(alone[0].data)
    assert np.abs(difference).mean() < 3
    assert small.result.width == alone[0].result.width


def test_one_decoding_serves_all(monkeypatch: pytest.MonkeyPatch) -> None:
    spy = Mock(wraps=decode)
    monkeypatch.setattr("imagescaler.engine.scale.decode", spy)
    assert len(list(scale_each(photograph(), WISHES, Limits()))) == len(WISHES)
    assert spy.call_count == 1


def test_each_is_drawn_when_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    spy = Mock(wraps=render_still)
    monkeypatch.setattr("imagescaler.engine.scale.render_still", spy)
    outcomes = scale_each(photograph(), WISHES, Limits())
    for number in range(len(WISHES)):
        next(outcomes)
        assert spy.call_count == number + 1


def test_what_cannot_be_made_stands_between_what_can() -> None:
    wishes = [
        Options(30_000),
        Options(50),
        Options(50, max_bytes=5),
        Options(40, lossless=True, format=Format.JPEG),
        Options(60),
    ]
    kinds = [type(each) for each in scale_each(photograph(), wishes, Limits())]
    assert kinds == [TargetTooLarge, RenderedImage, MaxBytesTooSmall, NeverLossless, RenderedImage]


@pytest.mark.parametrize("form", [form for form in RESULT_FORMATS if form.has_frames])
def test_an_animation_gives_animations_and_pictures_of_its_first_frame_in_any_order(form: Format) -> None:
    data = saved(form)
    wishes = [
        Options(20),
        Options(20, format=Format.TIFF),
        Options(20, format=Format.GIF if form is Format.WEBP else Format.WEBP),
        Options(20, animated=False, format=Format.PNG),
    ]
    made = [each for each in scale_each(data, wishes, Limits()) if isinstance(each, RenderedImage)]
    assert [each.result.frames for each in made] == [4, 1, 4, 1]
    assert [each.source.frames for each in made] == [4, 4, 4, 4]
    assert [each.data for each in made] == [scale(data, wish, Limits()).data for wish in wishes]


def test_where_nothing_can_be_made_nothing_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imagescaler.engine.scale.decode", None)
    outcomes = list(scale_each(photograph(), [Options(30_000)] * 2, Limits()))
    assert [isinstance(each, ImageProblem) for each in outcomes] == [True, True]


def test_a_damaged_file_is_nobodys_result() -> None:
    with pytest.raises(CorruptImage):
        next(scale_each(photograph()[:9_000], WISHES, Limits()))


def test_the_source_stays_as_it_is_for_the_next() -> None:
    source = encoded(Image.new("RGB", (80, 60), "red"))
    same = [Options(40, flip=True, grayscale=True, format=Format.PNG), Options(40, format=Format.PNG)]
    *_, last = scale_each(source, [*same, same[1]], Limits())
    assert isinstance(last, RenderedImage)
    assert (pixels_of(last.data) == (255, 0, 0)).all()
