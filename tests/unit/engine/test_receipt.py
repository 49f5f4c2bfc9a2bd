"""The receipt tells what was really done, with what, and at what cost."""

from hashlib import sha256
from importlib.metadata import version
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from imagescaler.domain.formats import RESULT_FORMATS, Format
from imagescaler.domain.limits import Limits
from imagescaler.domain.options import Box, Edges, Fit, Gravity, Icc, Kernel, Metadata, Options, Quality
from imagescaler.domain.task.receipt import Receipt
from imagescaler.engine.codecs.png import DRAWING_LEVEL
from imagescaler.engine.resizers import installed
from imagescaler.engine.scale import scale
from tests.pictures import encoded, photograph, png
from tests.unit.engine import profiles

PHOTOGRAPH = photograph()
PICTURE = Image.open(BytesIO(PHOTOGRAPH)).convert("RGB").resize((300, 200))
LOSSLESS = encoded(PICTURE)
JPEG = "encode jpeg quality=80 subsampling=4:2:0"
PNG, FLAT_PNG = "encode png compress_type=3", f"encode png compress_level={DRAWING_LEVEL} compress_type=0"


def receipt_of(data: bytes, options: Options) -> Receipt:
    receipt = scale(data, options, Limits()).result.receipt
    assert receipt is not None
    return receipt


def translucent() -> bytes:
    image = PICTURE.convert("RGBA")
    image.putalpha(77)
    return encoded(image)


def turned(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return encoded(PICTURE, "JPEG", exif=exif)


OPERATIONS: dict[str, tuple[bytes, Options, list[str]]] = {
    "nothing": (LOSSLESS, Options(300), ["decode png", PNG]),
    "what changes nothing": (
        LOSSLESS,
        Options(300, 200, fit=Fit.COVER, gravity=Gravity.SMART, background="#ff0000ff", linear=True, trim=0),
        ["decode png", PNG],
    ),
    "a scaled decode": (
        PHOTOGRAPH,
        Options(60, 40, fit=Fit.FILL),
        ["decode jpeg 1/8", "resize 80x53.375 to 60x40 lanczos", JPEG],
    ),
    "a crop and a kernel": (
        LOSSLESS,
        Options(50, crop=Box(10, 20, 100, 50), kernel=Kernel.BICUBIC, linear=True),
        ["decode png", "crop 100x50 at 10,20", "resize 100x50 to 50x25 bicubic in linear light", FLAT_PNG],
    ),
    "a window": (
        LOSSLESS,
        Options(100, 100, fit=Fit.COVER, gravity=Gravity.EAST),
        ["decode png", "resize 200x200 at 100,0 to 100x100 lanczos", PNG],
    ),
    "turns": (LOSSLESS, Options(300, rotate=90, enlarge=False, flip=True), ["decode png", "transpose", PNG]),
    "effects": (
        LOSSLESS,
        Options(300, grayscale=True, blur=2.5, sharpen=1),
        ["decode png", "grayscale", "blur 2.5", "sharpen 1", FLAT_PNG],
    ),
    "grey that is to be grey": (
        encoded(PICTURE.convert("L")),
        Options(300, grayscale=True),
        ["decode png", FLAT_PNG],
    ),
    "a canvas": (
        LOSSLESS,
        Options(300, pad=Edges(1, 2, 3, 4), background="#00ff0080"),
        ["decode png", "lay at 4,1 on 306x204 #00ff0080", PNG],
    ),
    "white below": (
        translucent(),
        Options(300, format=Format.JPEG),
        ["decode png", "lay at 0,0 on 300x200 #ffffffff", JPEG],
    ),
    "an alpha that hides nothing": (
        encoded(PICTURE.convert("RGBA")),
        Options(300),
        ["decode png", "drop opaque alpha", PNG],
    ),
    "palettes": (
        encoded(PICTURE.convert("P"), "GIF"),
        Options(300),
        ["decode gif", "convert P to RGB", "quantize 79 colors", "encode gif"],
    ),
    "inks": (
        encoded(PICTURE.convert("CMYK"), "TIFF"),
        Options(300, format=Format.WEBP, lossless=True),
        ["decode tiff", "color plain CMYK to sRGB", "encode webp quality=80 method=2 lossless=True exact=True"],
    ),
    "a profile that is kept": (
        encoded(PICTURE, icc_profile=profiles.wide_gamut()),
        Options(300, icc=Icc.KEEP),
        ["decode png", PNG, "embed icc_profile"],
    ),
    "metadata": (
        turned(1),
        Options(300, format=Format.WEBP, metadata=Metadata.ALL, auto_orient=False),
        ["decode jpeg", "encode webp quality=80 method=2"],
    ),
    "metadata that says how it lies": (
        turned(6),
        Options(300, format=Format.WEBP, metadata=Metadata.ALL, auto_orient=False),
        ["decode jpeg", "encode webp quality=80 method=2", "embed exif"],
    ),
    "half of sixteen bits": (
        png((4, 4), 16, 2, [bytes(24)] * 4),
        Options(4, depth=8),
        ["decode png, 8 of 16 bits", FLAT_PNG],
    ),
    "sixteen bits of grey": (
        png((4, 4), 16, 0, [bytes(8)] * 4),
        Options(2, format=Format.WEBP),
        [
            "decode png",
            "convert I;16 to F",
            "resize 4x4 to 2x2 lanczos",
            "reduce 16 to 8 bits",
            "encode webp quality=80 method=2",
        ],
    ),
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_the_operations_are_those_that_were_applied(name: str) -> None:
    data, options, operations = OPERATIONS[name]
    assert list(receipt_of(data, options).operations) == operations


@pytest.mark.parametrize(
    ("orientation", "operation"), [(2, "flop"), (3, "rotate 180"), (4, "flip"), (6, "rotate 90"), (8, "rotate 270")]
)
def test_turning_upright_is_named(orientation: int, operation: str) -> None:
    assert receipt_of(turned(orientation), Options(scale=100)).operations[1] == operation


def test_where_the_most_is_to_be_seen_is_noted() -> None:
    picture = Image.new("RGB", (300, 100), "white")
    picture.paste(Image.effect_noise((60, 100), 90).convert("RGB"), (240, 0))
    operations = receipt_of(encoded(picture), Options(100, 100, fit=Fit.COVER, gravity=Gravity.SMART)).operations
    assert operations[1:3] == ("focus smart at 198,0", "resize 100x100 at 198,0 to 100x100 lanczos")


def test_what_a_search_found_is_the_quality_that_is_told() -> None:
    options = Options(300, format=Format.WEBP, quality=Quality(webp=90), max_bytes=6_000)
    [encoding] = [each for each in receipt_of(LOSSLESS, options).operations if each.startswith("encode")]
    quality = int(encoding.partition("quality=")[2].split()[0])
    assert 1 <= quality < 90
    plain = scale(LOSSLESS, Options(300, format=Format.WEBP, quality=Quality(webp=quality)), Limits())
    assert plain.data == scale(LOSSLESS, options, Limits()).data


@pytest.mark.parametrize(
    ("description", "told"), [("Display P3", "Display P3"), ("the screen of Ada's desk", "CMYK with a profile")]
)
def test_a_profile_is_named_only_if_everybody_has_it(description: str, told: str) -> None:
    data = encoded(PICTURE.convert("CMYK"), "JPEG", icc_profile=profiles.inks(description))
    receipt = receipt_of(data, Options(300))
    assert f"color {told} to sRGB" in receipt.operations
    assert "Ada" not in str(receipt)


@pytest.mark.parametrize("target", RESULT_FORMATS)
@pytest.mark.parametrize("form", RESULT_FORMATS)
def test_both_files_are_told_by_their_hashes(form: Format, target: Format) -> None:
    data = encoded(PICTURE, form.name)
    scaled = scale(data, Options(50, format=target), Limits())
    receipt = scaled.result.receipt
    assert receipt is not None
    assert receipt.source_sha256 == sha256(data).hexdigest()
    assert receipt.result_sha256 == scaled.result.sha256 == sha256(scaled.data).hexdigest()


CODECS: dict[Format, set[str]] = {
    Format.JPEG: {"libjpeg-turbo"},
    Format.PNG: {"zlib", "isal"},
    Format.WEBP: {"libwebp"},
    Format.AVIF: {"libavif", "dav1d", "aom"},
    Format.JXL: {"pillow-jxl-plugin"},
    Format.GIF: set(),
    Format.TIFF: {"libtiff"},
}


@pytest.mark.parametrize("target", RESULT_FORMATS)
@pytest.mark.parametrize("form", RESULT_FORMATS)
def test_the_software_is_what_had_to_do_with_it(form: Format, target: Format) -> None:
    software = receipt_of(encoded(PICTURE, form.name), Options(50, format=target)).software
    engine = {"imagescaler", "pillow", "littlecms2", *installed.SOFTWARE}
    assert set(software) == engine | CODECS[form] | CODECS[target]
    assert {name: software[name] for name in ("imagescaler", "pillow")} == {
        name: version(name) for name in ("imagescaler", "pillow")
    }
    assert all(each[0].isdigit() for each in software.values())


def test_the_cost_is_measured() -> None:
    usage: Any = receipt_of(PHOTOGRAPH, Options(320)).usage
    assert 0 < usage.cpu_seconds < 60
    assert 0 < usage.seconds < 600
    assert usage.peak_memory_bytes > 640 * 427 * 3
