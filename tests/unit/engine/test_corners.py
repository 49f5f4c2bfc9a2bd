"""Rounded corners: by how much of a pixel is inside the arc, in every mode and format."""

from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from imagescaler.domain.errors import UnsupportedDepth
from imagescaler.domain.formats import RESULT_FORMATS, Format
from imagescaler.domain.limits import Limits
from imagescaler.domain.options import MAX_RADIUS, Edges, Fit, Icc, Options
from imagescaler.engine.scale import scale
from tests.animations import ANIMATED, frames_of, saved
from tests.pictures import encoded, photograph, plain, png
from tests.reference import Pixels, pixels_of
from tests.unit.engine import profiles

CHINA = Image.open(BytesIO(photograph())).convert("RGB").resize((64, 48))
FINE = 16  # samples across a pixel of the reference


def scaled(image: Image.Image, **options: object) -> Image.Image:
    return Image.open(BytesIO(scale(encoded(image), Options(**options), Limits()).data))  # type: ignore[arg-type]


def alpha_of(image: Image.Image) -> Pixels:
    return pixels_of(image, "RGBA")[..., 3]


def rounded(size: tuple[int, int], radius: float) -> Pixels:
    """Return the alpha of a rounded rectangle, by samples within each pixel."""
    across, down = ((np.arange(side * FINE) + 0.5) / FINE for side in size)
    dx = np.maximum(np.maximum(radius - across, across - (size[0] - radius)), 0)
    dy = np.maximum(np.maximum(radius - down, down - (size[1] - radius)), 0)
    inside = dx[None, :] ** 2 + dy[:, None] ** 2 <= radius**2
    coverage: Pixels = inside.reshape(size[1], FINE, size[0], FINE).mean(axis=(1, 3)) * 255
    return coverage


@pytest.mark.parametrize("radius", [1, 2, 3, 7, 20, 24])
def test_the_alpha_of_a_corner_is_the_part_of_the_pixel_inside_the_arc(radius: int) -> None:
    ours = alpha_of(scaled(CHINA, radius=radius))
    assert np.abs(ours - rounded(CHINA.size, radius)).max() <= 26
    assert np.abs(ours - rounded(CHINA.size, radius)).mean() < 0.5


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, MAX_RADIUS))
def test_a_radius_of_any_size_counts_up_to_half_of_the_shorter_side(width: int, height: int, radius: int) -> None:
    ours = alpha_of(scaled(Image.new("RGB", (width, height), "red"), radius=radius))
    assert np.abs(ours - rounded((width, height), min(radius, min(width, height) / 2))).max() <= 60
    assert ours.tolist() == ours[::-1].tolist() == ours[:, ::-1].tolist()
    assert ours[height // 2, width // 2] > 190


def test_a_large_radius_makes_a_circle_of_a_square() -> None:
    ours = alpha_of(scaled(CHINA, width=40, height=40, fit=Fit.COVER, radius=9_999))
    assert np.abs(ours - rounded((40, 40), 20)).max() <= 26


def test_the_device_pixel_ratio_multiplies_the_radius() -> None:
    twice, double = scaled(CHINA, radius=6, dpr=2), scaled(CHINA, radius=12)
    assert pixels_of(twice).tolist() == pixels_of(double).tolist()


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA"])
def test_pixels_inside_keep_their_colors(mode: str) -> None:
    source = CHINA.convert("LA" if mode == "L" else "RGBA").convert(mode)
    plain, ours = scaled(source, format=Format.TIFF), scaled(source, format=Format.TIFF, radius=16)
    assert pixels_of(ours, "RGBA")[16:32].tolist() == pixels_of(plain, "RGBA")[16:32].tolist()
    assert alpha_of(ours)[0, 0] == 0


def test_a_transparent_pixel_stays_transparent() -> None:
    source = CHINA.convert("RGBA")
    source.putalpha(Image.linear_gradient("L").resize(source.size))
    ours, before = alpha_of(scaled(source, radius=10)), alpha_of(source)
    assert np.abs(ours - before * rounded(source.size, 10) / 255).max() <= 26


@pytest.mark.parametrize("fmt", RESULT_FORMATS)
def test_a_corner_is_transparent_where_the_format_can_and_white_where_it_cannot(fmt: Format) -> None:
    corner = pixels_of(scaled(CHINA, radius=24, format=fmt), "RGBA")[0, 0]
    assert abs(corner[3] - (0 if fmt.has_alpha else 255)) <= 1
    if not fmt.has_alpha:
        assert corner[:3].min() > 245


@pytest.mark.parametrize("fmt", RESULT_FORMATS)
def test_a_corner_has_the_color_of_the_background(fmt: Format) -> None:
    corner = pixels_of(scaled(CHINA, radius=24, format=fmt, background="#ff0000ff"), "RGBA")[0, 0]
    assert np.abs(corner - [255, 0, 0, 255]).max() < 40  # chroma of a JPEG is at half the resolution
    assert corner[0] > 230


def test_the_image_has_the_corners_and_not_the_room_around_it() -> None:
    ours = alpha_of(scaled(CHINA, radius=24, pad=Edges(8, 8, 8, 8)))
    assert np.abs(ours[8:-8, 8:-8] - rounded(CHINA.size, 24)).max() <= 26
    contained = scaled(CHINA, radius=24, width=64, height=64, fit=Fit.CONTAIN, background="#00ff00ff")
    assert pixels_of(contained, "RGB")[8, 0].tolist() == [0, 255, 0]


def test_inks_become_colors_even_if_their_profile_is_to_be_kept() -> None:
    data = encoded(CHINA.convert("CMYK"), "JPEG", icc_profile=profiles.inks())
    for fmt, mode in ((Format.PNG, "RGBA"), (Format.TIFF, "RGBA"), (Format.JPEG, "RGB")):
        result = scale(data, Options(radius=10, format=fmt, icc=Icc.KEEP), Limits())
        assert Image.open(BytesIO(result.data)).mode == mode


def test_sixteen_bits_are_cut_to_eight_only_if_that_is_permitted() -> None:
    deep = png((8, 8), 16, 0, [bytes([128, 0] * 8)] * 8)
    with pytest.raises(UnsupportedDepth):
        scale(deep, Options(radius=3), Limits())
    ours = Image.open(BytesIO(scale(deep, Options(radius=3, depth=8), Limits()).data))
    assert (ours.mode, ours.getpixel((0, 0)), ours.getpixel((4, 4))) == ("LA", (128, 0), (128, 255))


@pytest.mark.parametrize("target", ANIMATED)
@pytest.mark.parametrize("background", [None, "#ff0000ff"])
def test_every_frame_of_an_animation_has_rounded_corners(target: Format, background: str | None) -> None:
    result = scale(saved(Format.PNG), Options(radius=9_999, format=target, background=background), Limits())
    frames = [pixels_of(each, "RGBA") for each in frames_of(result.data)]
    assert len(frames) == result.result.frames > 1
    for frame in frames:
        assert abs(frame[0, 0, 3] - (255 if background else 0)) <= 1
        if background:
            assert np.abs(frame[0, 0, :3] - [255, 0, 0]).max() < 40
        assert frame[frame.shape[0] // 2, frame.shape[1] // 2, 3] == 255


def test_the_corners_are_an_operation_of_the_receipt() -> None:
    receipt = scale(plain(size=(24, 18)), Options(radius=100, dpr=1.5), Limits()).result.receipt
    assert receipt
    assert "round corners 9" in receipt.operations
