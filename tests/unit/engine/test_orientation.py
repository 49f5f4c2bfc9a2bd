"""Pictures that lie in their files come out upright, whichever way they lie."""

from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import ExifTags, Image

from imagescaler.domain.formats import Format
from imagescaler.domain.limits import Limits
from imagescaler.domain.options import Options
from imagescaler.engine.scale import scale
from tests.pictures import chunk, encoded, photograph
from tests.reference import Pixels, mean_difference, pixels_of, resampled

UPRIGHT = Image.open(BytesIO(photograph())).convert("RGB").crop((0, 0, 640, 420)).resize((160, 105))
SMALL = (40, 26)  # a JPEG is decoded at half its size for it
# EXIF 2.32, 4.6.4: where the file's first row and first column are in the upright picture, undone.
LIE = {
    1: lambda pixels: pixels,
    2: lambda pixels: pixels[:, ::-1],
    3: lambda pixels: pixels[::-1, ::-1],
    4: lambda pixels: pixels[::-1],
    5: lambda pixels: pixels.swapaxes(0, 1),
    6: lambda pixels: pixels.swapaxes(0, 1)[::-1],
    7: lambda pixels: pixels.swapaxes(0, 1)[::-1, ::-1],
    8: lambda pixels: pixels.swapaxes(0, 1)[:, ::-1],
}
LOSSLESS: dict[Format, dict[str, Any]] = {
    Format.JPEG: {"quality": 100, "subsampling": "4:4:4"},
    Format.PNG: {},
    Format.WEBP: {"lossless": True},
    Format.AVIF: {"quality": 100, "subsampling": "4:4:4"},
    Format.TIFF: {},
}


def lying(orientation: int, form: Format) -> bytes:
    """Store the upright picture as a camera that is held like this does."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    stored = Image.fromarray(np.ascontiguousarray(LIE[orientation](np.asarray(UPRIGHT))))
    return encoded(stored, form.name, exif=exif, **LOSSLESS[form])


def expected(size: tuple[int, int] = SMALL) -> Pixels:
    return resampled(pixels_of(UPRIGHT), size)


@pytest.mark.parametrize("form", LOSSLESS)
@pytest.mark.parametrize("orientation", LIE)
def test_every_orientation_comes_out_upright(orientation: int, form: Format) -> None:
    scaled = scale(lying(orientation, form), Options(*SMALL, format=Format.PNG), Limits())
    assert (scaled.source.width, scaled.source.height) == UPRIGHT.size
    assert (scaled.result.width, scaled.result.height) == SMALL
    assert mean_difference(pixels_of(scaled.data), expected()) < 1


@pytest.mark.parametrize("form", LOSSLESS)
def test_the_wanted_size_is_that_of_the_upright_picture(form: Format) -> None:
    scaled = scale(lying(6, form), Options(50, 90, preserve_ratio=False, format=Format.PNG), Limits())
    assert (scaled.result.width, scaled.result.height) == (50, 90)
    assert mean_difference(pixels_of(scaled.data), expected((50, 90))) < 1


@pytest.mark.parametrize("form", LOSSLESS)
def test_the_result_is_not_turned_again(form: Format) -> None:
    scaled = scale(lying(8, form), Options(*SMALL), Limits())
    assert ExifTags.Base.Orientation not in Image.open(BytesIO(scaled.data)).getexif()


def test_exif_after_the_pixels_of_a_png_counts() -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    late = chunk(b"eXIf", exif.tobytes().removeprefix(b"Exif\0\0"))
    bare = encoded(Image.open(BytesIO(lying(6, Format.PNG))).convert("RGB"), exif=b"")
    end = bare.index(b"IEND") - 4
    scaled = scale(bare[:end] + late + bare[end:], Options(*SMALL), Limits())
    assert mean_difference(pixels_of(scaled.data), expected()) < 1


@pytest.mark.parametrize("form", [Format.JPEG, Format.PNG, Format.WEBP])
@pytest.mark.parametrize(
    "exif",
    [
        b"Exif\0\0",
        b"Exif\0\0garbage",
        b"Exif\0\0MM\0*\xff\xff\xff\xff",
        b"Exif\0\0MM\0*\0\0\0\x08\xff\xff\x01\x12\0\x02\0\0\xff\xff",
        b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x63\0\0\0\0\0\0",
    ],
    ids=["empty", "garbage", "far away", "cut off", "orientation 99"],
)
def test_broken_exif_is_ignored(exif: bytes, form: Format) -> None:
    scaled = scale(
        encoded(UPRIGHT, form.name, exif=exif, **LOSSLESS[form]), Options(*SMALL, format=Format.PNG), Limits()
    )
    assert mean_difference(pixels_of(scaled.data), expected()) < 1


def test_broken_exif_that_still_tells_the_orientation_is_heeded() -> None:
    entries = b"\x01\x12\0\x03\0\0\0\x01\0\x06\0\0" + b"\x01\x0f\0\x02\0\0\0\xff\0\0\xff\xff"
    exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x02" + entries + bytes(4)
    data = encoded(Image.open(BytesIO(lying(6, Format.PNG))).convert("RGB"), "JPEG", exif=exif, quality=100)
    scaled = scale(data, Options(*SMALL, format=Format.PNG), Limits())
    assert mean_difference(pixels_of(scaled.data), expected()) < 1.5
