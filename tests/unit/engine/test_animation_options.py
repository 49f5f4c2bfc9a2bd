"""What the options do to animations: the same to each frame."""

import re
import struct
import zlib
from fractions import Fraction
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import ExifTags, Image

from imagescaler.domain.errors import MaxBytesTooSmall, UnsupportedDepth
from imagescaler.domain.formats import Format
from imagescaler.domain.limits import Limits
from imagescaler.domain.options import Edges, Fit, Gravity, Icc, Metadata, Options, Quality
from imagescaler.engine.frames.read_gif import read as read_gif
from imagescaler.engine.scale import scale
from imagescaler.probe.probe import read_timeline
from imagescaler.probe.timeline import Timeline
from tests.animations import ANIMATED, DURATIONS, PICTURES, Patch, apng, difference, frames_of, gif, saved, scaled
from tests.pictures import chunk, encoded
from tests.reference import mean_difference, pixels_of, worst_difference
from tests.unit.engine import profiles


def test_trim_leaves_what_any_frame_shows() -> None:
    pixels = np.full((3, 40, 60, 4), [255.0, 255, 255, 255])
    pixels[0, 10:20, 10:20, :3] = pixels[2, 25:35, 30:50, :3] = 0
    data = apng([Patch(each) for each in pixels], (60, 40))
    result = scale(data, Options(40, format=Format.PNG, trim=10), Limits())
    assert (result.result.width, result.result.height, result.result.frames) == (40, 25, 3)
    first, second, third = frames_of(result.data)
    assert (first.getpixel((2, 2)), first.getpixel((35, 20))) == ((0, 0, 0, 255), (255, 255, 255, 255))
    assert second.getextrema()[0] == (255, 255)
    assert third.getpixel((35, 20)) == (0, 0, 0, 255)


def test_the_window_of_smart_is_that_of_the_first_frame() -> None:
    pixels = np.full((2, 40, 120, 4), [128.0, 128, 128, 255])
    pixels[0, 10:30, 90:110, :3] = [255, 0, 0]
    pixels[1, 10:30, 90:110, :3] = [0, 0, 255]
    pixels[1, :, :20, :3] = np.random.default_rng(1).integers(0, 256, (40, 20, 3))
    data = apng([Patch(each) for each in pixels], (120, 40))
    result = scale(data, Options(40, 40, fit=Fit.COVER, format=Format.PNG, gravity=Gravity.SMART), Limits())
    for frame, color in zip(frames_of(result.data), ((255, 0, 0, 255), (0, 0, 255, 255)), strict=True):
        assert color in {frame.getpixel((x, 20)) for x in range(40)}


@pytest.mark.parametrize("form", [Format.PNG, Format.WEBP])
def test_all_frames_are_turned_upright(form: Format) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    data = saved(form, exif=exif.tobytes(), lossless=True)
    result = scale(data, Options(40, format=Format.PNG), Limits())
    assert (result.result.width, result.result.height, result.source.width) == (40, 60, 40)
    for ours, theirs in zip(frames_of(result.data), PICTURES, strict=True):
        upright = theirs.transpose(Image.Transpose.ROTATE_270)
        assert mean_difference(pixels_of(ours, "RGB"), pixels_of(upright)) < 6


@pytest.mark.parametrize("target", ANIMATED)
def test_an_animation_that_is_not_turned_says_how_it_lies_where_its_format_can(target: Format) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    data = saved(Format.WEBP, exif=exif.tobytes())
    image = Image.open(BytesIO(scaled(data, target, auto_orient=False, metadata=Metadata.ALL).data))
    kept = image.getexif().get(ExifTags.Base.Orientation)
    assert kept == (6 if target in {Format.PNG, Format.WEBP} else None)


@pytest.mark.parametrize("form", [Format.PNG, Format.WEBP, Format.AVIF])
def test_the_colors_of_all_frames_become_srgb(form: Format) -> None:
    profile = profiles.wide_gamut()
    data = saved(form, icc_profile=profile, lossless=True, quality=95)
    stills = [encoded(frame.convert("RGB"), icc_profile=profile) for frame in frames_of(data)]
    result = scaled(data, Format.PNG)
    assert b"iCCP" not in result.data
    for ours, still in zip(frames_of(result.data), stills, strict=True):
        assert worst_difference(pixels_of(ours, "RGB"), pixels_of(scaled(still, Format.PNG).data)) <= 1


@pytest.mark.parametrize("icc", Icc)
@pytest.mark.parametrize("target", [Format.PNG, Format.WEBP, Format.AVIF])
@pytest.mark.parametrize(("form", "mode"), [(Format.PNG, "L"), (Format.PNG, "LA"), (Format.AVIF, "L")])
def test_greys_of_all_frames_become_srgb_since_animations_hold_colors(
    form: Format, mode: str, target: Format, icc: Icc
) -> None:
    greys = (20, 55, 128, 230)
    pictures = [Image.new("L", (60, 40), grey).convert(mode) for grey in greys]
    data = saved(form, pictures, icc_profile=profiles.grey(1.0), quality=95)
    result = scaled(data, target, icc=icc).data
    assert "icc_profile" not in Image.open(BytesIO(result)).info
    for frame, grey in zip(frames_of(result), greys, strict=True):
        assert abs(pixels_of(frame, "RGB") - profiles.grey_to_srgb(grey, 1.0)).max() <= 3


@pytest.mark.parametrize("target", [Format.PNG, Format.WEBP, Format.AVIF])
def test_profile_and_metadata_are_kept_where_that_is_asked_for(target: Format) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Copyright] = "the photographer"
    profile = profiles.wide_gamut()
    data = saved(Format.WEBP, icc_profile=profile, exif=exif.tobytes(), lossless=True)
    for kept in (True, False):
        wish: dict[str, Any] = {"icc": Icc.KEEP, "metadata": Metadata.COPYRIGHT} if kept else {}
        image = Image.open(BytesIO(scaled(data, target, **wish).data))
        assert image.info.get("icc_profile") == (profile if kept else None)
        assert (image.getexif().get(ExifTags.Base.Copyright) == "the photographer") is kept


@pytest.mark.parametrize("target", ANIMATED)
@pytest.mark.parametrize("background", [None, "#ff0000ff", "#00ff0080"])
def test_room_and_background_are_there_in_all_frames(target: Format, background: str | None) -> None:
    pixels = [np.full((20, 20, 4), [0.0, 0, value, 255]) for value in (90, 160, 250)]
    data = gif([Patch(each) for each in pixels], (20, 20))
    result = scaled(data, target, width=20, height=20, fit=None, background=background, pad=Edges(10, 10, 10, 10))
    corners = {None: (0, 0, 0, 0), "#ff0000ff": (255, 0, 0, 255), "#00ff0080": (0, 255, 0, 128)}
    frames = (
        read_gif(Image.open(BytesIO(result.data)), result.data, None)
        if target is Format.GIF
        else frames_of(result.data)
    )
    corner = corners[background]
    if target is Format.GIF:
        corner = (*corner[:3], 255 if corner[3] else 0)
    for frame, theirs in zip(frames, pixels, strict=True):
        assert frame.size == (40, 40)
        assert difference(frame.crop((0, 0, 1, 1)), np.array([[corner]], float)) < 14
        assert difference(frame.crop((20, 20, 21, 21)), theirs[:1, :1]) < 14


@pytest.mark.parametrize("form", [Format.WEBP, Format.AVIF])
def test_max_bytes_finds_the_highest_quality_at_which_all_frames_fit(form: Format) -> None:
    data = saved(Format.PNG)
    most = len(scaled(data, form).data) * 2 // 3
    found = scaled(data, form, max_bytes=most)
    receipt = found.result.receipt
    assert receipt is not None
    [told] = re.findall(r"encode \w+ quality=(\d+)", receipt.operations[-1])
    assert found.data == scaled(data, form, quality=Quality.same(int(told))).data
    assert len(found.data) <= most < len(scaled(data, form, quality=Quality.same(int(told) + 1)).data)
    assert read_timeline(found.data, form, 100) == Timeline(tuple(map(Fraction, DURATIONS)), 3)


@pytest.mark.parametrize("form", [Format.WEBP, Format.AVIF])
def test_max_bytes_that_no_quality_fits_into_are_refused(form: Format) -> None:
    data = saved(Format.PNG)
    least = len(scaled(data, form, quality=Quality.same(1)).data)
    refusal = f"The {form.name} has {least:,} bytes at the lowest quality; max_bytes is {least - 1:,}"
    with pytest.raises(MaxBytesTooSmall, match=refusal):
        scaled(data, form, max_bytes=least - 1)


@pytest.mark.parametrize(("form", "options"), [(Format.WEBP, {"lossless": True}), (Format.PNG, {}), (Format.GIF, {})])
def test_max_bytes_are_checked_where_there_is_no_quality(form: Format, options: dict[str, Any]) -> None:
    data = saved(Format.PNG)
    whole = scaled(data, form, **options).data
    assert scaled(data, form, max_bytes=len(whole), **options).data == whole
    refusal = f"The {form.name} has {len(whole):,} bytes; max_bytes is {len(whole) - 1:,}"
    with pytest.raises(MaxBytesTooSmall, match=refusal):
        scaled(data, form, max_bytes=len(whole) - 1, **options)


def test_deep_grey_is_not_cut_silently() -> None:
    deep = apng_of_deep_grey()
    with pytest.raises(UnsupportedDepth, match="depth=8"):
        scaled(deep, Format.PNG)
    cases: tuple[tuple[Format, dict[str, Any]], ...] = ((Format.PNG, {"depth": 8}), (Format.WEBP, {"lossless": True}))
    for target, options in cases:
        first, second = frames_of(scaled(deep, target, width=2, height=1, **options).data)
        assert (first.getpixel((0, 0)), second.getpixel((0, 0))) == ((0x12,) * 3 + (255,), (0x56,) * 3 + (255,))


def apng_of_deep_grey() -> bytes:
    """Return two frames of two pixels, of sixteen bits each."""
    control = struct.pack(">4IHHBB", 2, 1, 0, 0, 1, 10, 0, 0)
    rows = [zlib.compress(b"\0" + row) for row in (b"\x12\x34\x12\x34", b"\x56\x78\x56\x78")]
    animation = [
        chunk(b"acTL", struct.pack(">II", 2, 0)),
        chunk(b"fcTL", struct.pack(">I", 0) + control),
        chunk(b"IDAT", rows[0]),
        chunk(b"fcTL", struct.pack(">I", 1) + control),
        chunk(b"fdAT", struct.pack(">I", 2) + rows[1]),
    ]
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 2, 1, 16, 0, 0, 0, 0))
    return b"".join([b"\x89PNG\r\n\x1a\n", header, *animation, chunk(b"IEND", b"")])


def test_the_receipt_tells_of_the_frames() -> None:
    receipt = scaled(saved(Format.GIF), Format.WEBP).result.receipt
    assert receipt is not None
    assert receipt.operations[0] == "decode gif, 4 frames"
    assert receipt.operations[-1] == "encode webp quality=80 method=2 loop=3"
