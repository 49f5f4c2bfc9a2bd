"""Colors come out as the web has them: CMYK, profiles, and no trace of them in the result."""

from io import BytesIO
from itertools import product

import numpy as np
import pytest
from PIL import Image

from imagescaler.domain.formats import RESULT_FORMATS, Format
from imagescaler.domain.limits import Limits
from imagescaler.domain.options import Icc, Options
from imagescaler.engine.codecs.codec import codec_of
from imagescaler.engine.scale import scale
from tests.pictures import chunk, encoded, photograph, png, segment
from tests.reference import Pixels, mean_difference, pixels_of, resampled, worst_difference
from tests.unit.engine import profiles

SIZE = (160, 107)
CHINA = Image.open(BytesIO(photograph())).convert("RGB").resize((320, 214))


def scaled(data: bytes, form: Format = Format.PNG, size: tuple[int, int] = SIZE) -> Pixels:
    return pixels_of(scale(data, Options(*size, preserve_ratio=False, format=form), Limits()).data, mode_of(form))


def mode_of(form: Format) -> str | None:
    return "RGB" if form is Format.GIF else None


def patch(mode: str, color: tuple[int, ...], form: str = "PNG", **options: object) -> bytes:
    return encoded(Image.new(mode, (16, 16), color), form, **options)


@pytest.mark.parametrize("form", RESULT_FORMATS)
def test_cmyk_without_a_profile_becomes_plain_colors(form: Format) -> None:
    data = encoded(CHINA.convert("CMYK"), "JPEG", quality=95)
    bound = {Format.PNG: 0.3, Format.TIFF: 0.3, Format.GIF: 9}.get(form, 6)
    assert mean_difference(scaled(data, form), resampled(pixels_of(data, "RGB"), SIZE)) < bound


def test_inks_are_read_inverted_with_and_without_the_marker_of_adobe() -> None:
    marked = patch("CMYK", (0, 255, 255, 0), "JPEG", quality=95)
    plain = marked.replace(segment(0xEE, b"Adobe" + bytes([0, 100, 0, 0, 0, 0, 0])), b"")
    assert len(plain) < len(marked)
    for data in (marked, plain):
        assert worst_difference(scaled(data, size=(4, 4)), np.full((4, 4, 3), [255.0, 0.0, 0.0])) < 4


def test_ycck_is_converted() -> None:
    inks = patch("CMYK", (90, 90, 90, 30), "JPEG", quality=95)
    transform = inks.index(b"Adobe") + 11
    ycck = inks[:transform] + b"\x02" + inks[transform + 1 :]
    luma = chroma = 255 - 90  # what is stored is inverted
    rgb = luma + (chroma - 128) * np.array([1.402, -0.344136 - 0.714136, 1.772])
    expected = (255 - np.clip(rgb, 0, 255)) * (255 - 30) / 255
    assert worst_difference(scaled(ycck, size=(4, 4)), np.full((4, 4, 3), expected)) < 3


@pytest.mark.parametrize("inks", list(product([0, 1], repeat=4)))
def test_cmyk_is_converted_by_its_profile(inks: tuple[int, ...]) -> None:
    data = patch("CMYK", tuple(255 * ink for ink in inks), "JPEG", quality=95, icc_profile=profiles.inks())
    expected = profiles.lab_to_srgb(profiles.ink_to_lab(np.array(inks)))
    assert worst_difference(scaled(data, size=(4, 4)), np.full((4, 4, 3), expected)) < 3


def test_inks_whose_profile_calls_itself_srgb_are_converted_all_the_same() -> None:
    data = patch("CMYK", (255, 0, 0, 0), "JPEG", quality=95, icc_profile=profiles.inks("sRGB"))
    expected = profiles.lab_to_srgb(profiles.ink_to_lab(np.array([1, 0, 0, 0])))
    assert worst_difference(scaled(data, size=(4, 4)), np.full((4, 4, 3), expected)) < 3


@pytest.mark.parametrize("form", [form for form in RESULT_FORMATS if codec_of(form).profile_modes])
def test_a_wide_gamut_is_converted_to_srgb(form: Format) -> None:
    data = encoded(CHINA, form.name, icc_profile=profiles.wide_gamut(), quality=95)
    reference = profiles.wide_to_srgb(resampled(pixels_of(data), SIZE))
    assert mean_difference(reference, resampled(pixels_of(data), SIZE)) > 1.5
    assert mean_difference(scaled(data), reference) < 0.6
    assert worst_difference(scaled(data), reference, 99.9) < 8


def test_alpha_survives_the_conversion() -> None:
    color = np.array([10.0, 200.0, 30.0])
    data = patch("RGBA", (10, 200, 30, 77), icc_profile=profiles.wide_gamut())
    expected = np.full((4, 4, 4), [*profiles.wide_to_srgb(color), 77.0])
    assert worst_difference(scaled(data, size=(4, 4)), expected) < 3


def test_a_palette_has_the_profile_too() -> None:
    data = encoded(Image.new("RGB", (16, 16), (10, 200, 30)).quantize(2), icc_profile=profiles.wide_gamut())
    expected = profiles.wide_to_srgb(np.array([10.0, 200.0, 30.0]))
    assert worst_difference(scaled(data, size=(4, 4)), np.full((4, 4, 3), expected)) < 2


@pytest.mark.parametrize(
    ("mode", "profile"),
    [
        ("RGB", b"no profile"),
        ("RGB", profiles.wide_gamut()[:200]),
        ("RGB", profiles.wide_gamut()[:160] + bytes(328)),
        ("RGB", profiles.inks()),
        ("L", profiles.wide_gamut()),
        ("LA", profiles.wide_gamut()),
    ],
    ids=["text", "cut off", "zeros", "for inks", "grey", "grey with alpha"],
)
def test_a_broken_or_unsuitable_profile_is_ignored(mode: str, profile: bytes) -> None:
    source = CHINA.convert(mode)
    if mode == "LA":
        source.putalpha(100)
    assert worst_difference(scaled(encoded(source, icc_profile=profile)), scaled(encoded(source))) == 0


def test_a_compressed_profile_that_is_damaged_is_ignored() -> None:
    damaged = chunk(b"iCCP", b"name\0\0not deflated")
    assert scaled(png((1, 1), 8, 2, [b"\x0a\x14\x1e"], damaged), size=(1, 1)).tolist() == [[[10, 20, 30]]]


def test_grey_with_alpha_is_converted_too() -> None:
    data = encoded(Image.new("LA", (16, 16), (55, 77)), icc_profile=profiles.grey(1.0))
    image = Image.open(BytesIO(scale(data, Options(8), Limits()).data))
    assert image.mode == "LA"
    assert abs(pixels_of(image) - [profiles.grey_to_srgb(55, 1.0), 77]).max() < 3


@pytest.mark.parametrize("form", [form for form in RESULT_FORMATS if codec_of(form).profile_modes])
def test_a_profile_of_grey_is_kept_where_a_format_holds_grey(form: Format) -> None:
    data = encoded(Image.new("L", (16, 16), 55), icc_profile=profiles.grey(1.0))
    image = Image.open(BytesIO(scale(data, Options(8, format=form, icc=Icc.KEEP), Limits()).data))
    kept = form is not Format.WEBP
    assert image.info.get("icc_profile") == (profiles.grey(1.0) if kept else None)
    expected = 55 if kept else profiles.grey_to_srgb(55, 1.0)
    assert abs(pixels_of(image, "L") - expected).max() <= 2


@pytest.mark.parametrize("gamma", [1.0, 2.2])
@pytest.mark.parametrize("lightness", [0, 55, 128, 255])
def test_grey_is_converted_by_its_profile_and_stays_grey(lightness: int, gamma: float) -> None:
    data = encoded(Image.new("L", (16, 16), lightness), "PNG", icc_profile=profiles.grey(gamma))
    result = scale(data, Options(8, format=Format.PNG), Limits()).data
    assert Image.open(BytesIO(result)).mode == "L"
    assert abs(pixels_of(result) - profiles.grey_to_srgb(lightness, gamma)).max() <= 1
