"""Placeholders and dominant colors show what the result shows."""

import re
from base64 import b64decode
from io import BytesIO

import blurhash
import numpy as np
import pytest
import thash
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from imagescaler.domain.formats import RESULT_FORMATS, Format
from imagescaler.domain.limits import Limits
from imagescaler.domain.options import Icc, Options, Placeholder
from imagescaler.domain.task.outcome import Result
from imagescaler.engine.scale import scale
from tests.animations import saved
from tests.pictures import encoded, photograph, png
from tests.reference import Pixels, mean_difference, pixels_of
from tests.unit.engine import profiles

CHINA = Image.open(BytesIO(photograph())).convert("RGB")
KINDS = pytest.mark.parametrize("kind", Placeholder)


def result_of(data: bytes, kind: Placeholder | None, **options: object) -> Result:
    return scale(data, Options(placeholder=kind, **options), Limits()).result  # type: ignore[arg-type]


def shown(result: Result, kind: Placeholder) -> Pixels:
    """Return the pixels of a placeholder, as a page would draw it."""
    assert result.placeholder
    if kind is Placeholder.BLURHASH:
        return np.array(blurhash.decode(result.placeholder, 32, 24), dtype=np.float64)
    width, height, pixels = thash.thumb_hash_to_rgba(list(b64decode(result.placeholder, validate=True)))
    image = Image.frombytes("RGBA", (width, height), bytes(pixels))
    return pixels_of(image.resize((32, 24)), "RGBA")


@KINDS
def test_a_placeholder_is_a_blurred_picture_of_the_result(kind: Placeholder) -> None:
    result = result_of(photograph(), kind, width=400, height=300, preserve_ratio=False)
    assert result.placeholder
    assert len(result.placeholder) <= 40
    reference = pixels_of(CHINA.resize((6, 5), Image.Resampling.BOX).resize((32, 24), Image.Resampling.BICUBIC))
    assert mean_difference(shown(result, kind)[..., :3], reference) < 24


@KINDS
def test_a_placeholder_follows_crop_and_rotation(kind: Placeholder) -> None:
    halves = Image.new("RGB", (64, 48), "blue")
    halves.paste("yellow", (0, 0, 32, 48))
    upright, rotated = (shown(result_of(encoded(halves), kind, rotate=turn), kind) for turn in (0, 180))
    assert upright[12, 4, 2] < 90
    assert rotated[12, 4, 2] > 170


def test_without_the_option_there_is_neither() -> None:
    result = result_of(photograph(), None, width=100)
    assert (result.placeholder, result.dominant_color) == (None, None)


@KINDS
@pytest.mark.parametrize("fmt", RESULT_FORMATS)
def test_it_is_the_same_in_every_format_and_changes_no_byte(fmt: Format, kind: Placeholder) -> None:
    ours, without = (result_of(photograph(), each, width=80, format=fmt) for each in (kind, None))
    assert ours.sha256 == without.sha256
    assert ours.placeholder == result_of(photograph(), kind, width=80, format=Format.PNG).placeholder


@KINDS
@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16", "CMYK"])
def test_every_mode_has_one(mode: str, kind: Placeholder) -> None:
    picture = CHINA.resize((40, 30)).convert("L" if mode in {"1", "I;16"} else "RGB")
    result = result_of(encoded(picture.convert(mode), "TIFF" if mode == "CMYK" else "PNG"), kind, width=20)
    assert result.placeholder
    assert re.fullmatch("#[0-9a-f]{6}", result.dominant_color or "")


@KINDS
def test_sixteen_bits_that_are_kept_have_one(kind: Placeholder) -> None:
    result = result_of(png((8, 8), 16, 0, [bytes([64, 0] * 8)] * 8), kind)
    assert result.dominant_color == "#404040"
    assert np.abs(shown(result, kind)[..., :3] - 64).max() <= 16


@KINDS
def test_colors_with_a_profile_that_is_kept_are_shown_as_srgb(kind: Placeholder) -> None:
    flower = encoded(CHINA.resize((90, 60)), icc_profile=profiles.wide_gamut())
    kept, converted = (result_of(flower, kind, icc=icc) for icc in (Icc.KEEP, Icc.SRGB))
    assert kept.sha256 != converted.sha256
    assert np.abs(shown(kept, kind) - shown(converted, kind)).mean() < 6


def test_transparent_pixels_are_transparent_in_a_thumbhash_and_white_in_a_blurhash() -> None:
    source = Image.new("RGBA", (60, 40), (0, 0, 255, 255))
    source.paste((0, 0, 0, 0), (0, 0, 30, 40))
    hashed = shown(result_of(encoded(source), Placeholder.THUMBHASH), Placeholder.THUMBHASH)
    assert hashed[12, 2, 3] < 60
    assert hashed[12, 29, 3] > 190
    white = shown(result_of(encoded(source), Placeholder.BLURHASH), Placeholder.BLURHASH)
    assert white[12, 4].min() > 180


@KINDS
def test_an_image_without_a_visible_pixel_has_no_dominant_color(kind: Placeholder) -> None:
    result = result_of(encoded(Image.new("RGBA", (9, 7), (255, 0, 0, 0))), kind)
    assert result.placeholder
    assert result.dominant_color is None


@KINDS
def test_an_animation_has_those_of_its_first_frame(kind: Placeholder) -> None:
    data = saved(Format.PNG)
    moving, still = result_of(data, kind), result_of(data, kind, animated=False)
    assert moving.frames > 1
    assert (moving.placeholder, moving.dominant_color) == (still.placeholder, still.dominant_color)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 50), st.integers(1, 50), st.binary(min_size=4, max_size=4), st.sampled_from(Placeholder))
def test_a_plain_image_of_any_size_has_its_color(width: int, height: int, color: bytes, kind: Placeholder) -> None:
    result = result_of(encoded(Image.new("RGBA", (width, height), (*color[:3], 255))), kind)
    assert result.dominant_color == f"#{color[:3].hex()}"
    assert np.abs(shown(result, kind)[..., :3] - list(color[:3])).max() <= 26


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 40), st.integers(1, 40), st.randoms(use_true_random=False), st.sampled_from(Placeholder))
def test_noise_has_a_placeholder_that_can_be_shown(width: int, height: int, random: object, kind: Placeholder) -> None:
    pixels = random.randbytes(width * height * 4)  # type: ignore[attr-defined]
    result = result_of(encoded(Image.frombytes("RGBA", (width, height), pixels)), kind)
    assert shown(result, kind).shape[:2] == (24, 32)


def test_the_dominant_color_is_that_of_most_pixels() -> None:
    source = Image.effect_noise((90, 60), 40).convert("RGB")
    ImageDraw.Draw(source).rectangle((0, 0, 60, 60), fill="#c81428")
    color = result_of(encoded(source), Placeholder.THUMBHASH).dominant_color
    assert color
    assert np.abs(np.array(list(bytes.fromhex(color[1:]))) - [200, 20, 40]).max() <= 12
