"""What is asked of the file: quality, size in bytes, palette, metadata, profile."""

from functools import cache
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import ExifTags, Image

from imagescaler.domain.errors import MaxBytesTooSmall, NeverLossless, ResultTooLarge
from imagescaler.domain.formats import RESULT_FORMATS, Format
from imagescaler.domain.limits import Limits
from imagescaler.domain.options import Edges, Icc, Metadata, Options, Quality
from imagescaler.engine.codecs.codec import codec_of, no_metadata
from imagescaler.engine.scale import scale
from tests.pictures import encoded, photograph
from tests.reference import mean_difference, pixels_of
from tests.unit.engine import profiles

CHINA = Image.open(BytesIO(photograph())).convert("RGB").resize((320, 214))
PNG = encoded(CHINA)
SMALL = encoded(CHINA.resize((160, 107)))
LOSSY = [fmt for fmt in RESULT_FORMATS if fmt.is_lossy]
EMBEDDING = [fmt for fmt in RESULT_FORMATS if codec_of(fmt).embed is not no_metadata]
XMP = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>ours</x:xmpmeta>"


def scaled(options: Options, data: bytes = PNG) -> bytes:
    return scale(data, options, Limits()).data


def opened(options: Options, data: bytes = PNG) -> Image.Image:
    image = Image.open(BytesIO(scaled(options, data)))
    image.load()
    return image


def described(form: str, **more: Any) -> bytes:
    """Return a picture whose metadata name author, place and camera."""
    exif = Image.Exif()
    exif.update({ExifTags.Base.Artist: "Ada", ExifTags.Base.Copyright: "(c) Ada", ExifTags.Base.Make: "Camera"})
    exif.get_ifd(ExifTags.IFD.Exif).update({ExifTags.Base.ExifImageWidth: 640, ExifTags.Base.ISOSpeedRatings: 200})
    exif.get_ifd(ExifTags.IFD.GPSInfo).update({ExifTags.GPS.GPSLatitudeRef: "N"})
    exif[ExifTags.Base.Orientation] = 3
    return encoded(CHINA, form, exif=exif, **more)


@pytest.mark.parametrize("form", LOSSY)
def test_a_lower_quality_is_a_smaller_file(form: Format) -> None:
    sizes = [len(scaled(Options(200, format=form, quality=Quality.same(quality)))) for quality in (20, 50, 80, 95)]
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[-1] / 2


def test_each_format_has_a_quality_of_its_own() -> None:
    low_webp = Quality(webp=10)
    assert scaled(Options(200, format=Format.JPEG, quality=low_webp)) == scaled(Options(200, format=Format.JPEG))
    assert len(scaled(Options(200, format=Format.WEBP, quality=low_webp))) < len(
        scaled(Options(200, format=Format.WEBP))
    )


@cache
def by_quality(form: Format) -> list[bytes]:
    """Files of a small picture, by ascending quality up to the default."""
    qualities = range(1, Quality().of(form) + 1)
    return [scaled(Options(scale=100, format=form, quality=Quality.same(each)), SMALL) for each in qualities]


@pytest.mark.parametrize("form", LOSSY)
@pytest.mark.parametrize("share", [0.9, 0.5, 0.25])
def test_max_bytes_finds_the_highest_quality_that_fits(form: Format, share: float) -> None:
    files = by_quality(form)
    most = int(len(files[-1]) * share)
    found = scaled(Options(scale=100, format=form, max_bytes=most), SMALL)
    assert len(found) <= most
    best = max(index for index, data in enumerate(files[:-1]) if len(data) <= most)
    assert mean_difference(pixels_of(found, "RGB"), pixels_of(SMALL)) < 15
    assert len(found) >= len(files[max(best - 2, 0)]) * 0.98


@pytest.mark.parametrize("form", RESULT_FORMATS)
def test_what_does_not_fit_at_all_is_refused_with_the_numbers(form: Format) -> None:
    with pytest.raises(MaxBytesTooSmall, match=r"has [\d,]+ bytes.*max_bytes is 60"):
        scaled(Options(160, format=form, max_bytes=60))


@pytest.mark.parametrize("form", RESULT_FORMATS)
def test_a_result_may_have_as_many_bytes_as_the_limit_and_not_one_more(form: Format) -> None:
    options = Options(160, format=form)
    size = len(scaled(options))
    assert scale(PNG, options, Limits(max_result_bytes=size)).result.bytes == size
    with pytest.raises(ResultTooLarge, match=f"The {form.name} has {size:,} bytes; the limit is {size - 1:,}"):
        scale(PNG, options, Limits(max_result_bytes=size - 1))


def test_max_bytes_that_are_enough_change_nothing() -> None:
    assert scaled(Options(160, format=Format.JPEG, max_bytes=10**6)) == scaled(Options(160, format=Format.JPEG))


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("form", [Format.WEBP, Format.PNG, Format.TIFF])
def test_lossless_keeps_every_pixel(form: Format, mode: str) -> None:
    source = CHINA.resize((90, 60)).convert(mode)
    if mode == "RGBA":
        source.putalpha(Image.linear_gradient("L").resize(source.size))
    result = opened(Options(scale=100, format=form, lossless=True), encoded(source))
    assert pixels_of(result, mode).tolist() == pixels_of(source).tolist()


@pytest.mark.parametrize("form", ["JPEG", "AVIF"])
def test_lossless_is_refused_where_the_format_of_the_source_cannot_be(form: str) -> None:
    with pytest.raises(NeverLossless, match=f"the result is {form.lower()}"):
        scaled(Options(10, lossless=True), encoded(CHINA.resize((20, 20)), form))


def test_progressive_is_progressive() -> None:
    assert opened(Options(100, format=Format.JPEG, progressive=True)).info["progressive"]


@pytest.mark.parametrize("mode", ["LA", "RGB", "RGBA"])
def test_a_palette_has_256_colors_at_most(mode: str) -> None:
    source = CHINA.convert(mode)
    if mode.endswith("A"):
        source.putalpha(Image.linear_gradient("L").resize(source.size))
    whole = Options(200, format=Format.PNG)
    result = opened(Options(200, format=Format.PNG, palette=True), encoded(source))
    assert result.mode == "P"
    assert len(scaled(Options(200, format=Format.PNG, palette=True), encoded(source))) < len(
        scaled(whole, encoded(source))
    )
    kind = "RGBA" if mode.endswith("A") else "RGB"
    assert mean_difference(pixels_of(result, kind), pixels_of(opened(whole, encoded(source)), kind)) < 12


def test_a_gif_is_transparent_where_less_than_half_is_there() -> None:
    source = CHINA.convert("RGBA")
    source.putalpha(Image.linear_gradient("L").resize(source.size))
    alpha = pixels_of(opened(Options(scale=100, format=Format.GIF), encoded(source)), "RGBA")[..., 3]
    assert set(np.unique(alpha)) == {0, 255}
    assert (alpha == 255).tolist() == (pixels_of(source)[..., 3] >= 128).tolist()


@pytest.mark.parametrize("target", EMBEDDING)
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "AVIF", "TIFF"])
def test_the_copyright_is_kept_where_asked_and_nothing_else(form: str, target: Format) -> None:
    exif = opened(Options(100, format=target, metadata=Metadata.COPYRIGHT), described(form)).getexif()
    assert exif[ExifTags.Base.Artist] == "Ada"
    assert exif[ExifTags.Base.Copyright] == "(c) Ada"
    assert ExifTags.Base.Make not in exif
    assert not exif.get_ifd(ExifTags.IFD.GPSInfo)


@pytest.mark.parametrize("target", EMBEDDING)
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_all_metadata_are_kept_where_asked_and_are_true_of_the_result(form: str, target: Format) -> None:
    xmp = {} if form == "PNG" else {"xmp": XMP}
    result = opened(Options(100, format=target, metadata=Metadata.ALL), described(form, **xmp))
    exif = result.getexif()
    assert exif[ExifTags.Base.Make] == "Camera"
    assert exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.ISOSpeedRatings] == 200
    assert exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.ExifImageWidth] == 100
    assert exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitudeRef] == "N"
    assert exif.get(ExifTags.Base.Orientation, 1) == 1
    if xmp:
        assert b"ours" in (result.info["xmp"] if isinstance(result.info["xmp"], bytes) else result.info["xmp"].encode())


@pytest.mark.parametrize("target", [Format.JPEG, Format.PNG, Format.WEBP, Format.AVIF])
def test_a_picture_that_is_not_turned_upright_still_says_how_it_lies(target: Format) -> None:
    options = Options(100, format=target, metadata=Metadata.ALL, auto_orient=False)
    assert opened(options, described("JPEG")).getexif()[ExifTags.Base.Orientation] == 3


def test_metadata_that_are_damaged_are_left_out() -> None:
    broken = b"Exif\0\0MM\0*\0\0\0\x08\xff\xff\x01\x12\0\x02\0\0\xff\xff"
    data = encoded(CHINA, "JPEG", exif=broken)
    assert not opened(Options(100, metadata=Metadata.ALL), data).getexif()


@pytest.mark.parametrize("target", [fmt for fmt in RESULT_FORMATS if codec_of(fmt).profile_modes])
def test_the_profile_is_kept_with_the_colors_that_it_explains(target: Format) -> None:
    profile = profiles.wide_gamut()
    data = encoded(CHINA, icc_profile=profile)
    result = opened(Options(160, format=target, icc=Icc.KEEP), data)
    assert result.info["icc_profile"] == profile
    bound = 1 if target in {Format.PNG, Format.TIFF} else 8
    plain = opened(Options(160, format=Format.PNG), encoded(CHINA))
    assert mean_difference(pixels_of(result, "RGB"), pixels_of(plain)) < bound


@pytest.mark.parametrize("target", [Format.JPEG, Format.TIFF])
def test_inks_are_kept_where_the_format_has_them(target: Format) -> None:
    data = encoded(CHINA.convert("CMYK"), "JPEG", icc_profile=profiles.inks(), quality=95)
    result = opened(Options(160, format=target, icc=Icc.KEEP), data)
    assert (result.mode, result.info["icc_profile"]) == ("CMYK", profiles.inks())


@pytest.mark.parametrize(
    "options",
    [
        Options(160, format=Format.PNG, icc=Icc.KEEP),
        Options(160, format=Format.JPEG, icc=Icc.KEEP, pad=Edges(1, 1, 1, 1)),
        Options(160, format=Format.JPEG, icc=Icc.KEEP, grayscale=True),
    ],
)
def test_inks_become_srgb_where_they_cannot_be_kept(options: Options) -> None:
    data = encoded(CHINA.convert("CMYK"), "JPEG", icc_profile=profiles.inks(), quality=95)
    result = opened(options, data)
    assert result.mode in {"RGB", "L"}
    assert "icc_profile" not in result.info
