"""What the results are as files: how they are encoded, and that nothing of the source's metadata is in them."""

from dataclasses import replace
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from imagescaler.domain.formats import RESULT_FORMATS, Format
from imagescaler.domain.limits import Limits
from imagescaler.domain.options import Options, Quality
from imagescaler.engine.codecs.png import DRAWING_LEVEL
from imagescaler.engine.decode.metadata import DESCRIPTIVE, EmbeddedMetadata
from imagescaler.engine.encode.encode import encode
from imagescaler.engine.scale import scale
from tests.pictures import encoded, photograph, segment
from tests.unit.engine import profiles

CHINA = Image.open(BytesIO(photograph())).convert("RGB")
SECRET = "tell nobody"
CHUNKS = [b"eXIf", b"iCCP", b"tEXt", b"zTXt", b"iTXt", b"pHYs", b"tIME", b"EXIF", b"XMP ", b"ICCP", b"http://"]

HARMLESS = {
    *("jfif", "jfif_version", "jfif_unit", "jfif_density"),
    *("loop", "background", "version", "extension", "timestamp", "duration"),
    *("compression", "dpi", "resolution"),
}


def drawing() -> Image.Image:
    """Return a screenshot's kind of picture: few colors, and the same shapes again and again."""
    shapes = np.random.default_rng(1).choice(np.array([0, 90, 200, 255], np.uint8), (30, 40, 1))
    return Image.fromarray(np.tile(shapes, (10, 10, 3)))


def telltale(form: Format) -> bytes:
    """Return a picture with all the metadata that its format can have, each saying the secret."""
    exif = Image.Exif()
    exif[0x010F] = exif[0x013B] = SECRET
    exif.get_ifd(0x8825).update({1: "N", 0x1D: SECRET})
    xmp = f"<x:xmpmeta xmlns:x='adobe:ns:meta/'>{SECRET}</x:xmpmeta>".encode()
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", SECRET)
    text.add_itxt("XML:com.adobe.xmp", xmp.decode())
    options: dict[Format, dict[str, Any]] = {
        Format.JPEG: {"comment": SECRET, "xmp": xmp},
        Format.PNG: {"pnginfo": text},
        Format.WEBP: {"xmp": xmp},
        Format.AVIF: {"xmp": xmp},
        Format.JXL: {"xmp": xmp},
        Format.GIF: {"comment": SECRET},
        Format.TIFF: {"tiffinfo": {0x02BC: xmp}},
    }
    icc = profiles.wide_gamut() + SECRET.encode()
    data = encoded(
        CHINA.resize((60, 40)), form.name, exif=exif.tobytes(), icc_profile=icc, dpi=(299, 299), **options[form]
    )
    if form is Format.JPEG:
        photoshop = segment(0xED, b"Photoshop 3.0\0" + SECRET.encode())
        data = data[:2] + photoshop + data[2:] + SECRET.encode()
    assert SECRET.encode() in data
    return data


@pytest.mark.parametrize("target", RESULT_FORMATS)
@pytest.mark.parametrize("form", RESULT_FORMATS)
@pytest.mark.parametrize("size", [(30, 20), (60, 40)])
def test_no_metadata_of_the_source_is_in_the_result(form: Format, target: Format, size: tuple[int, int]) -> None:
    data = scale(telltale(form), Options(*size, format=target), Limits()).data
    assert SECRET.encode() not in data
    assert [kind for kind in CHUNKS if kind in data] == []
    image = Image.open(BytesIO(data))
    assert set(image.info) <= HARMLESS
    assert not set(image.getexif()) & DESCRIPTIVE
    if target is Format.JPEG:
        assert [name for name, _ in Image.open(BytesIO(data)).applist] == ["APP0"]  # type: ignore[attr-defined]


def test_jpeg_is_baseline_with_half_the_colors() -> None:
    image = Image.open(BytesIO(scale(photograph(), Options(200), Limits()).data))
    assert "progressive" not in image.info
    assert [layer[1:3] for layer in image.layer] == [(2, 2), (1, 1), (1, 1)]  # type: ignore[attr-defined]


def test_a_grey_jpeg_has_one_channel() -> None:
    data = scale(encoded(CHINA.convert("L"), "JPEG"), Options(200), Limits()).data
    assert Image.open(BytesIO(data)).mode == "L"


@pytest.mark.parametrize(("mode", "plain"), [("RGBA", "RGB"), ("LA", "L")])
def test_an_alpha_that_hides_nothing_is_dropped(mode: str, plain: str) -> None:
    source = CHINA.convert(mode)
    assert Image.open(BytesIO(scale(encoded(source), Options(100), Limits()).data)).mode == plain
    source.putpixel((1, 1), (0,) * (len(mode) - 1) + (0,))
    assert Image.open(BytesIO(scale(encoded(source), Options(640), Limits()).data)).mode == mode


def test_what_shows_through_in_jpeg_is_white() -> None:
    source = Image.new("RGBA", (32, 32), (0, 0, 0, 0))
    source.paste((0, 0, 255, 128), (0, 0, 32, 16))
    pixels = np.asarray(Image.open(BytesIO(scale(encoded(source), Options(32, format=Format.JPEG), Limits()).data)))
    assert np.abs(pixels[2].astype(int) - [127, 127, 255]).max() < 6
    assert pixels[-2].min() == 255


def test_drawings_are_searched_for_repetitions_and_photographs_for_runs() -> None:
    searched = encoded(drawing(), compress_level=DRAWING_LEVEL, compress_type=0)
    assert encode(drawing(), Format.PNG, Options())[0] == searched
    assert encode(CHINA, Format.PNG, Options())[0] == encoded(CHINA, compress_type=3)
    assert len(encode(drawing(), Format.PNG, Options())[0]) < len(encoded(drawing(), compress_type=3))
    assert len(encode(CHINA, Format.PNG, Options())[0]) < 1.1 * len(encoded(CHINA, compress_level=3))


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA", "I;16"])
def test_every_mode_that_the_pipeline_ends_with_can_be_a_png(mode: str) -> None:
    image = CHINA.convert("L").convert(mode) if mode == "I;16" else CHINA.convert(mode)
    assert Image.open(BytesIO(encode(image, Format.PNG, Options())[0])).mode == mode


def test_the_same_picture_gives_the_same_bytes() -> None:
    for form in RESULT_FORMATS:
        assert scale(photograph(), Options(90, format=form), Limits()) == scale(
            photograph(), Options(90, format=form), Limits()
        )


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
@pytest.mark.parametrize("quality", [60, 90, 94, 95, 100])
def test_a_fine_pattern_can_be_a_progressive_jpeg(mode: str, quality: int) -> None:
    """Pixels that are black or white in each band, as dithering has them: libjpeg needs a buffer for the whole file."""
    bands = len(Image.new(mode, (1, 1)).getbands())
    samples = np.random.default_rng(1).integers(0, 2, (300, 300, bands)).astype(np.uint8) * 255
    image = Image.frombytes(mode, (300, 300), samples.tobytes())
    plain = Options(300, quality=Quality.same(quality))
    files = [encode(image, Format.JPEG, options)[0] for options in (plain, replace(plain, progressive=True))]
    with Image.open(BytesIO(files[0])) as one, Image.open(BytesIO(files[1])) as other:
        assert other.info["progressive"]
        assert one.tobytes() == other.tobytes()


def test_a_progressive_jpeg_of_a_fine_pattern_has_room_for_a_large_profile() -> None:
    samples = np.random.default_rng(1).integers(0, 2, (260, 260, 3)).astype(np.uint8) * 255
    wanted = Options(260, quality=Quality.same(94), progressive=True)
    profile = bytes(500_000)
    data, *_ = encode(Image.fromarray(samples), Format.JPEG, wanted, EmbeddedMetadata(profile))
    with Image.open(BytesIO(data)) as image:
        assert image.info["icc_profile"] == profile
