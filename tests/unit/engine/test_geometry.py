"""Every result has the planned size, and shows the planned part of the picture in the planned place."""

from io import BytesIO
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image

from imagescaler.domain.formats import Format
from imagescaler.domain.geometry.plan import plan
from imagescaler.domain.limits import Limits
from imagescaler.domain.options import Box, Edges, Fit, Gravity, Kernel, Options
from imagescaler.engine.scale import scale
from tests.pictures import encoded, photograph
from tests.reference import Pixels, mean_difference, pixels_of, resampled, worst_difference
from tests.unit.engine.test_orientation import LIE
from tests.unit.engine.test_plan import wishes

CHINA = Image.open(BytesIO(photograph())).convert("RGB").resize((320, 214))
PLACES = {
    Gravity.NORTHWEST: (0, 0),
    Gravity.NORTH: (0.5, 0),
    Gravity.NORTHEAST: (1, 0),
    Gravity.WEST: (0, 0.5),
    Gravity.CENTER: (0.5, 0.5),
    Gravity.EAST: (1, 0.5),
    Gravity.SOUTHWEST: (0, 1),
    Gravity.SOUTH: (0.5, 1),
    Gravity.SOUTHEAST: (1, 1),
}
WIDE, TALL = (120, 60), (60, 120)


def scaled(image: Image.Image, options: Options, **saving: Any) -> Pixels:
    return pixels_of(scale(encoded(image, **saving), options, Limits()).data)


def exif(orientation: int) -> Image.Exif:
    made = Image.Exif()
    made[ExifTags.Base.Orientation] = orientation
    return made


@given(wishes(), st.sampled_from(list(Kernel)), st.booleans(), st.sampled_from([Format.PNG, Format.JPEG, Format.WEBP]))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_result_has_the_planned_size(
    wish: tuple[tuple[int, int], int, Options],
    kernel: Kernel,
    linear: bool,  # noqa: FBT001
    form: Format,
) -> None:
    stored, orientation, options = wish
    options = replaced(options, kernel=kernel, linear=linear)
    planned = plan(stored, options, Limits(), orientation=orientation).size
    source = encoded(CHINA.resize(stored), form.name, exif=exif(orientation))
    done = scale(source, options, Limits())
    assert (done.result.width, done.result.height) == planned
    assert Image.open(BytesIO(done.data)).size == planned


def replaced(options: Options, **changes: Any) -> Options:
    return Options(**{name: getattr(options, name) for name in Options.__dataclass_fields__} | changes)


@pytest.mark.usefixtures("resizer")
@pytest.mark.parametrize("gravity", PLACES)
@pytest.mark.parametrize("size", [WIDE, TALL, (100, 100)])
def test_cover_shows_the_part_of_the_whole_scaled_picture_that_gravity_names(
    size: tuple[int, int], gravity: Gravity
) -> None:
    factor = max(size[0] / CHINA.width, size[1] / CHINA.height)
    whole = (round(CHINA.width * factor), round(CHINA.height * factor))
    left, top = (int((side - seen) * place) for side, seen, place in zip(whole, size, PLACES[gravity], strict=True))
    reference = resampled(pixels_of(CHINA), whole)[top : top + size[1], left : left + size[0]]
    ours = scaled(CHINA, Options(*size, fit=Fit.COVER, gravity=gravity))
    assert mean_difference(ours, reference) < 0.5
    assert worst_difference(ours, reference, 99.9) < 6


@pytest.mark.parametrize("gravity", PLACES)
@pytest.mark.parametrize("size", [WIDE, TALL])
def test_contain_puts_the_picture_where_gravity_says(size: tuple[int, int], gravity: Gravity) -> None:
    options = Options(*size, fit=Fit.CONTAIN, gravity=gravity, background="#ff0000ff")
    factor = min(size[0] / CHINA.width, size[1] / CHINA.height)
    whole = (round(CHINA.width * factor), round(CHINA.height * factor))
    left, top = (int((room - side) * place) for side, room, place in zip(whole, size, PLACES[gravity], strict=True))
    expected = np.full((size[1], size[0], 3), [255.0, 0, 0])
    expected[top : top + whole[1], left : left + whole[0]] = resampled(pixels_of(CHINA), whole)
    assert mean_difference(scaled(CHINA, options), expected) < 0.5


@pytest.mark.parametrize(("flip", "flop"), list(product([False, True], repeat=2)))
@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
@pytest.mark.parametrize("orientation", LIE)
def test_turns_follow_one_another_whatever_way_the_source_lies(
    orientation: int, degrees: int, *, flip: bool, flop: bool
) -> None:
    stored = Image.fromarray(np.ascontiguousarray(LIE[orientation](np.asarray(CHINA))))
    mirrored = pixels_of(CHINA)[:: -1 if flip else 1, :: -1 if flop else 1]
    turned = np.rot90(mirrored, -degrees // 90)
    options = Options(scale=25, rotate=degrees, flip=flip, flop=flop)
    ours = scaled(stored, options, exif=exif(orientation))
    assert ours.shape[:2] in {(54, 80), (80, 54)}
    reference = resampled(turned, (ours.shape[1], ours.shape[0]))
    assert mean_difference(ours, reference) < 1.5


@pytest.mark.parametrize("form", ["PNG", "TIFF", "JPEG"])
@pytest.mark.parametrize("orientation", LIE)
def test_without_auto_orient_a_picture_is_taken_as_it_is_stored(orientation: int, form: str) -> None:
    stored = Image.fromarray(np.ascontiguousarray(LIE[orientation](np.asarray(CHINA))))
    data = encoded(stored, form, exif=exif(orientation))
    result = scale(data, Options(scale=25, auto_orient=False, format=Format.PNG), Limits())
    reference = resampled(pixels_of(stored), (result.result.width, result.result.height))
    assert mean_difference(pixels_of(result.data), reference) < 3


@pytest.mark.usefixtures("resizer")
@pytest.mark.parametrize("orientation", LIE)
def test_a_crop_is_of_the_upright_picture_and_nothing_beyond_it_is_seen(orientation: int) -> None:
    upright = CHINA.copy()
    upright.paste("red", (0, 0, 100, 214))
    stored = Image.fromarray(np.ascontiguousarray(LIE[orientation](np.asarray(upright))))
    ours = scaled(stored, Options(110, 60, preserve_ratio=False, crop=Box(100, 50, 220, 120)), exif=exif(orientation))
    reference = resampled(pixels_of(upright.crop((100, 50, 320, 170))), (110, 60))
    assert mean_difference(ours, reference) < 0.5
    assert worst_difference(ours, reference) < 25


def test_a_crop_of_a_jpeg_that_is_decoded_smaller_is_in_its_place() -> None:
    data = photograph()
    crop = Box(101, 53, 400, 200)
    ours = pixels_of(scale(data, Options(40, 20, crop=crop, format=Format.PNG), Limits()).data)
    reference = resampled(pixels_of(Image.open(BytesIO(data)).crop((101, 53, 501, 253))), (40, 20))
    assert mean_difference(ours, reference) < 3  # a fifth of a pixel beside it would be 3.4


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "P"])
def test_trim_leaves_what_differs_from_the_edge(mode: str) -> None:
    framed = Image.new("RGB", (100, 80), (250, 250, 250))
    framed.paste((0, 60, 120), (20, 10, 70, 50))
    framed.putpixel((5, 5), (245, 250, 250))
    source = framed.quantize(8) if mode == "P" else framed.convert(mode)
    assert scaled(source, Options(scale=100, trim=10)).shape[:2] == (40, 50)
    assert scaled(source, Options(width=25, trim=10)).shape[:2] == (20, 25)
    assert scaled(source, Options(scale=100, trim=0)).shape[:2] == (45, 65)


def test_trim_sees_what_is_transparent_as_empty_whatever_its_color() -> None:
    source = Image.new("RGBA", (60, 40), (255, 0, 0, 0))
    source.paste((0, 255, 0, 0), (0, 0, 30, 40))
    source.paste((0, 0, 255, 255), (10, 5, 30, 25))
    assert scaled(source, Options(scale=100, trim=0)).shape[:2] == (20, 20)


@pytest.mark.parametrize("orientation", LIE)
def test_trim_and_crop_work_on_the_upright_picture(orientation: int) -> None:
    upright = Image.new("RGB", (100, 80), "white")
    upright.paste((0, 60, 120), (20, 10, 70, 50))
    stored = Image.fromarray(np.ascontiguousarray(LIE[orientation](np.asarray(upright))))
    ours = scaled(stored, Options(scale=100, trim=5, crop=Box(0, 0, 60, 80)), exif=exif(orientation))
    assert ours.shape == (40, 40, 3)
    assert abs(ours - [0, 60, 120]).max() == 0


def test_where_there_is_nothing_to_trim_the_whole_stays() -> None:
    assert scaled(Image.new("RGB", (30, 20), "teal"), Options(scale=100, trim=0)).shape[:2] == (20, 30)


@pytest.mark.parametrize("place", [0, 60, 190])
def test_smart_finds_what_there_is_to_see(place: int) -> None:
    wall = Image.new("RGB", (320, 100), (200, 205, 210))
    wall.paste(CHINA.crop((150, 80, 220, 150)), (place, 15))
    for source, axis in ((wall, 1), (wall.transpose(Image.Transpose.ROTATE_90), 0)):
        ours = scaled(source, Options(100, 100, fit=Fit.COVER, gravity=Gravity.SMART))
        busy = np.abs(np.diff(ours.sum(axis=2), axis=axis)).sum()
        whole = np.abs(np.diff(pixels_of(source).sum(axis=2), axis=axis)).sum()
        assert busy > 0.9 * whole


def test_smart_keeps_to_the_middle_where_nothing_is_to_be_seen() -> None:
    shades = Image.linear_gradient("L").resize((300, 100)).convert("RGB")
    flat = Image.new("RGB", (300, 100), "teal")
    for source in (flat, shades):
        assert np.allclose(
            scaled(source, Options(100, 100, fit=Fit.COVER, gravity=Gravity.SMART)),
            scaled(source, Options(100, 100, fit=Fit.COVER)),
        )


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA", "I;16"])
def test_smart_works_on_every_kind_of_pixels(mode: str) -> None:
    source = CHINA.convert("L").convert(mode) if mode == "I;16" else CHINA.convert(mode)
    assert scaled(source, Options(50, 90, fit=Fit.COVER, gravity=Gravity.SMART)).shape[:2] == (90, 50)


def test_pad_is_added_on_each_side() -> None:
    ours = scaled(CHINA, Options(80, pad=Edges(1, 2, 3, 4), background="#00ff00ff"))
    assert ours.shape == (54 + 4, 80 + 6, 3)
    inner = ours[1:-3, 4:-2]
    assert mean_difference(inner, resampled(pixels_of(CHINA), (80, 54))) < 0.5
    frame = np.ones(ours.shape[:2], bool)
    frame[1:-3, 4:-2] = False
    assert abs(ours[frame] - [0, 255, 0]).max() == 0
