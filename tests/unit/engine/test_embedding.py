"""Metadata that a format cannot hold is left out with a warning, and what fails otherwise costs one result alone."""

import logging
import struct
from io import BytesIO
from typing import Any

import pytest
from PIL import ExifTags, Image, PngImagePlugin, TiffImagePlugin

from imagescaler.domain.errors import RenderingFailed
from imagescaler.domain.formats import Format
from imagescaler.domain.limits import Limits
from imagescaler.domain.options import Icc, Metadata, Options
from imagescaler.engine import scale as engine
from imagescaler.engine.encode.rendered import RenderedImage
from imagescaler.engine.render_still import render_still
from imagescaler.engine.scale import scale, scale_each
from tests.pictures import encoded
from tests.unit.engine import profiles

PICTURE = Image.radial_gradient("L").resize((24, 16)).convert("RGB")
MOVING = {"save_all": True, "append_images": [PICTURE.rotate(180).point(lambda value: value // 2)], "duration": 40}
SEGMENT = 65_533  # bytes that one segment of a JPEG holds (ITU-T T.81, B.1.1.4)
XMP_NAME = len(b"http://ns.adobe.com/xap/1.0/\0")
ALL = Options(12, metadata=Metadata.ALL)


def exif(**tags: object) -> Image.Exif:
    made = Image.Exif()
    for name, value in tags.items():
        tag = ExifTags.Base[name]
        (made.get_ifd(ExifTags.IFD.Exif) if tag > 34_665 else made)[tag] = value
    return made


def packet(size: int) -> bytes:
    """Return XMP of a number of bytes."""
    start, end = b'<x:xmpmeta xmlns:x="adobe:ns:meta/">', b"</x:xmpmeta>"
    return start + b"a" * (size - len(start) - len(end)) + end


def with_xmp(xmp: bytes) -> bytes:
    texts = PngImagePlugin.PngInfo()
    texts.add_itxt("XML:com.adobe.xmp", xmp.decode())
    return encoded(PICTURE, pnginfo=texts)


def warnings_of(rendered: RenderedImage) -> tuple[str, ...]:
    """Return what is said of metadata; that so small a result is larger than its source is not of interest here."""
    receipt = rendered.result.receipt
    assert receipt
    return tuple(warning for warning in receipt.warnings if "no more pixels" not in warning)


def exif_of(data: bytes) -> Image.Exif:
    with Image.open(BytesIO(data)) as image:
        return image.getexif()


@pytest.mark.parametrize(("size", "is_kept"), [(SEGMENT - XMP_NAME, True), (SEGMENT - XMP_NAME + 1, False)])
def test_xmp_longer_than_a_segment_is_left_out_of_a_jpeg_with_a_warning(size: int, *, is_kept: bool) -> None:
    made = scale(with_xmp(packet(size)), Options(12, metadata=Metadata.ALL, format=Format.JPEG), Limits())
    with Image.open(BytesIO(made.data)) as image:
        assert ("xmp" in image.info) is is_kept
    assert warnings_of(made) == (() if is_kept else ("JPEG cannot hold the XMP of the image: it was left out.",))


@pytest.mark.parametrize("fmt", [Format.PNG, Format.WEBP, Format.AVIF, Format.TIFF])
def test_other_formats_hold_long_xmp_and_exif(fmt: Format) -> None:
    source = encoded(
        PICTURE, "WEBP", exif=exif(Artist="Ada", MakerNote=b"m" * SEGMENT).tobytes(), xmp=packet(2 * SEGMENT)
    )
    made = scale(source, Options(12, metadata=Metadata.ALL, format=fmt), Limits())
    with Image.open(BytesIO(made.data)) as image:
        assert len(image.info["xmp"]) == 2 * SEGMENT
        assert len(image.getexif().get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.MakerNote]) == SEGMENT
    assert warnings_of(made) == ()


@pytest.mark.parametrize(
    ("tags", "kept", "words"),
    [
        ({"Artist": "Ada", "Model": "C", "ISOSpeedRatings": 200}, {"Artist", "Model", "ISOSpeedRatings"}, None),
        (
            {"Artist": "Ada", "Model": "C", "ISOSpeedRatings": 200, "MakerNote": b"m" * SEGMENT},
            {"Artist", "Model", "ISOSpeedRatings"},
            "all but the maker note",
        ),
        ({"Artist": "Ada", "UserComment": b"m" * SEGMENT}, {"Artist"}, "no more than copyright and orientation"),
        ({"Artist": "A" * SEGMENT, "Orientation": 6}, {"Orientation"}, "all but values of unusual kind or length"),
        ({"Orientation": 6, "UserComment": b"m" * SEGMENT}, {"Orientation"}, "no more than copyright and orientation"),
        ({"Artist": "A" * SEGMENT}, set(), "none of it"),
    ],
)
def test_of_exif_longer_than_a_segment_a_jpeg_keeps_what_fits(
    tags: dict[str, object], kept: set[str], words: str | None
) -> None:
    source = encoded(PICTURE, "WEBP", exif=exif(**tags).tobytes())
    made = scale(source, Options(12, metadata=Metadata.ALL, auto_orient=False, format=Format.JPEG), Limits())
    found = exif_of(made.data)
    names = {*found, *found.get_ifd(ExifTags.IFD.Exif)} - {ExifTags.IFD.Exif}
    assert {ExifTags.Base(tag).name for tag in names} == kept
    assert warnings_of(made) == ((f"JPEG cannot hold the EXIF of the image, and keeps {words}.",) if words else ())


@pytest.mark.parametrize("fmt", [Format.JPEG, Format.PNG, Format.WEBP, Format.AVIF, Format.TIFF])
def test_exif_whose_tags_are_all_in_a_folder_is_kept(fmt: Format) -> None:
    source = encoded(PICTURE, "WEBP", exif=exif(UserComment=b"ASCII\0\0\0made by a model").tobytes())
    made = scale(source, Options(12, metadata=Metadata.ALL, format=fmt), Limits())
    assert exif_of(made.data).get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.UserComment].endswith(b"made by a model")


@pytest.mark.parametrize(
    ("tag", "kind", "value"),
    [
        (ExifTags.Base.XResolution, 5, struct.pack("<II", 0, 0)),
        (ExifTags.Base.YResolution, 10, struct.pack("<ii", 0, 0)),
        (ExifTags.Base.ResolutionUnit, 3, struct.pack("<H", 65_535)),
    ],
)
def test_of_exif_with_a_value_that_tiff_cannot_hold_the_rest_is_kept(tag: int, kind: int, value: bytes) -> None:
    entries = [(tag, kind, 1, value), (ExifTags.Base.Artist, 2, 4, b"Ada\0")]
    table, tail, end = b"", b"", 8 + 2 + 12 * len(entries) + 4
    for number, of, count, content in sorted(entries):
        place = content.ljust(4, b"\0")
        if len(content) > 4:
            place, tail = struct.pack("<I", end + len(tail)), tail + content
        table += struct.pack("<HHI", number, of, count) + place
    strange = struct.pack("<2sHIH", b"II", 42, 8, len(entries)) + table + bytes(4) + tail
    made = scale(
        encoded(PICTURE, "WEBP", exif=strange), Options(12, metadata=Metadata.ALL, format=Format.TIFF), Limits()
    )
    with Image.open(BytesIO(made.data)) as image:
        assert image.getexif()[ExifTags.Base.Artist] == "Ada"
        assert image.info["compression"] == "tiff_adobe_deflate"
    [warning] = warnings_of(made)
    assert warning == "TIFF cannot hold the EXIF of the image, and keeps all but values of unusual kind or length."


def test_a_gif_warns_of_metadata_that_it_cannot_hold_only_if_that_was_to_be_kept() -> None:
    source = encoded(PICTURE, "WEBP", exif=exif(Artist="Ada").tobytes(), xmp=packet(100))
    asked = Options(12, format=Format.GIF)
    assert warnings_of(scale(source, asked, Limits())) == ()
    assert warnings_of(scale(source, Options(12, format=Format.GIF, metadata=Metadata.ALL), Limits())) == (
        "GIF cannot hold the EXIF of the image, and keeps none of it.",
        "GIF cannot hold the XMP of the image: it was left out.",
    )


def test_damaged_xmp_is_left_out_with_a_warning() -> None:
    made = scale(encoded(PICTURE, "WEBP", xmp=b"<x:xmpmeta"), ALL, Limits())
    assert warnings_of(made) == ("The XMP of the image is damaged or too large to be read: it was left out.",)


def test_an_animation_leaves_out_what_it_cannot_hold() -> None:
    source = encoded(PICTURE, "WEBP", exif=exif(Artist="Ada").tobytes(), **MOVING)
    made = scale(source, Options(12, metadata=Metadata.ALL, format=Format.GIF), Limits())
    assert made.result.frames == 2
    assert warnings_of(made) == ("GIF cannot hold the EXIF of the image, and keeps none of it.",)


@pytest.mark.parametrize(("kind", "value"), [(7, b"profile"), (3, 7), (12, 1.5)])
def test_profile_and_xmp_of_another_type_than_bytes_count_as_none(kind: int, value: object) -> None:
    directory = TiffImagePlugin.ImageFileDirectory_v2()
    for tag in (ExifTags.Base.InterColorProfile, ExifTags.Base.XMLPacket):
        directory.tagtype[tag], directory[tag] = kind, value
    source = encoded(PICTURE, "TIFF", tiffinfo=directory)
    made = scale(source, Options(12, metadata=Metadata.ALL, icc=Icc.KEEP, format=Format.PNG), Limits())
    with Image.open(BytesIO(made.data)) as image:
        assert not {"icc_profile", "xmp"} & image.info.keys()


def test_a_profile_longer_than_a_jpeg_holds_is_applied_to_the_colors() -> None:
    profile = profiles.wide_gamut() + bytes(255 * 65_519)
    source = encoded(PICTURE, "WEBP", icc_profile=profile)
    for fmt, is_kept in ((Format.WEBP, True), (Format.JPEG, False)):
        made = scale(source, Options(12, icc=Icc.KEEP, format=fmt), Limits())
        assert ("color RGB with a profile to sRGB" in made.operations) is not is_kept


class Odd(Exception):
    """What nobody foresaw."""


def test_what_a_rendering_raises_ends_that_result_alone_and_is_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    render = render_still

    def fail_for_gif(image: Any, spec: Any, limits: Limits) -> RenderedImage:
        if spec.format is Format.GIF:
            raise Odd
        return render(image, spec, limits)

    monkeypatch.setattr(engine, "render_still", fail_for_gif)
    asked = [Options(12, format=fmt) for fmt in (Format.JPEG, Format.GIF, Format.PNG)]
    with caplog.at_level(logging.ERROR, "imagescaler"):
        jpeg, gif, png = scale_each(encoded(PICTURE), asked, Limits())
    assert isinstance(jpeg, RenderedImage)
    assert isinstance(png, RenderedImage)
    assert isinstance(gif, RenderingFailed)
    assert "GIF" in gif.detail
    [record] = caplog.records
    assert record.exc_info
    assert record.exc_info[0] is Odd


def test_too_little_memory_is_not_the_fault_of_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> object:
        raise MemoryError

    monkeypatch.setattr(engine, "render_still", fail)
    with pytest.raises(MemoryError):
        scale(encoded(PICTURE), Options(12), Limits())
