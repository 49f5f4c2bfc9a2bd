"""Sixteen bits under an ICC profile whose curve is steep where it is dark, against numpy at that depth."""

import struct
from dataclasses import replace
from io import BytesIO
from typing import Any, TypeAlias

import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms

from imagescaler.domain.formats import Format
from imagescaler.domain.limits import Limits
from imagescaler.domain.options import Icc, Options
from imagescaler.engine.decode.decode import OF_TABLES
from imagescaler.engine.decode.icc_profile import described_profile, profile_of, to_d50
from imagescaler.engine.decode.matrix_profile import MatrixProfile
from imagescaler.engine.opened import open_source
from imagescaler.engine.pixels.linear_light import light, sample_of
from imagescaler.engine.scale import scale
from imagescaler.probe.color_encoding import BT709, Chromaticities, ColorEncoding
from tests.matrix.icc import matrix_profile
from tests.matrix.png_files import GREY_ALPHA, RGB, RGB_ALPHA, png, profile
from tests.pictures import encoded, photograph

Samples: TypeAlias = np.ndarray[Any, Any]
PROPHOTO: Chromaticities = (0.3457, 0.3585, 0.7347, 0.2653, 0.1596, 0.8404, 0.0366, 0.0001)
SIZE = (90, 60)
LINEAR = 1.0
# Mean and largest difference in levels of 255: 0.25 on average is that of rounding, and wide primaries double it.
BOUNDS = {BT709: (0.3, 1.01), PROPHOTO: (0.5, 4.5)}


def photo() -> Samples:
    """Return a dark photograph in sRGB, 0 to 1."""
    with Image.open(BytesIO(photograph())) as image:
        return np.asarray(np.asarray(image.resize(SIZE)) / 255 * 0.5)


def between(one: Chromaticities, other: Chromaticities, lights: Samples) -> Samples:
    """Return light of other primaries."""
    matrix = np.linalg.inv(np.array(to_d50(other))) @ np.array(to_d50(one))
    return np.asarray(lights @ matrix.T)


def stored(primaries: Chromaticities, power: float) -> Samples:
    """Return the photograph in samples of 16 bits."""
    lights = between(BT709, primaries, np.vectorize(light)(photo())).clip(0, 1)
    return np.rint(lights ** (1 / power) * 65535).astype(np.uint16)


def exact_of(samples: Samples, primaries: Chromaticities, power: float) -> Samples:
    """Return levels of sRGB, not rounded."""
    lights = between(primaries, BT709, (samples / 65535) ** power).clip(0, 1)
    return np.asarray(np.vectorize(sample_of)(lights)) * 255


def made_of(data: bytes, **options: Any) -> Samples:
    made = scale(data, replace(Options(format=Format.PNG, depth=8), **options), Limits()).data
    with Image.open(BytesIO(made)) as image:
        return np.asarray(image.convert("RGB")).astype(float)


def tiff(samples: Samples, icc: bytes, **options: Any) -> bytes:
    buffer = BytesIO()
    tifffile.imwrite(buffer, samples, photometric="rgb", iccprofile=icc, **options)
    return buffer.getvalue()


def check(data: bytes, samples: Samples, primaries: Chromaticities, power: float) -> None:
    errors = np.abs(made_of(data) - exact_of(samples, primaries, power))
    mean, largest = BOUNDS[primaries]
    assert errors.mean() < mean
    assert errors.max() < largest


@pytest.mark.parametrize("power", [LINEAR, 1.8, 2.2, 2.8])
@pytest.mark.parametrize("primaries", [BT709, PROPHOTO])
def test_a_png_is_converted_at_its_depth(primaries: Chromaticities, power: float) -> None:
    power = round(256 * power) / 256  # as a profile has it
    samples = stored(primaries, power)
    data = png(samples, 16, RGB, profile(matrix_profile(primaries, power)))
    check(data, samples, primaries, power)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"byteorder": ">"},
        {"compression": "deflate"},
        {"compression": "deflate", "byteorder": ">"},
        {"compression": "deflate", "predictor": 2},
        {"tile": (32, 32), "compression": "deflate"},
        {"rowsperstrip": 7},
    ],
)
@pytest.mark.parametrize("primaries", [BT709, PROPHOTO])
def test_a_tiff_is_converted_at_its_depth(options: dict[str, Any], primaries: Chromaticities) -> None:
    samples = stored(primaries, LINEAR)
    check(tiff(samples, matrix_profile(primaries, LINEAR), **options), samples, primaries, LINEAR)


@pytest.mark.parametrize("options", [{}, {"compression": "deflate"}, {"tile": (32, 32)}, {"byteorder": ">"}])
def test_a_tiff_in_planes_is_converted_at_its_depth(options: dict[str, Any]) -> None:
    samples = stored(BT709, LINEAR)
    planes = np.ascontiguousarray(samples.transpose(2, 0, 1))
    data = tiff(planes, matrix_profile(BT709, LINEAR), planarconfig="separate", **options)
    check(data, samples, BT709, LINEAR)


def test_a_turned_tiff_is_converted_at_its_depth() -> None:
    samples = stored(BT709, LINEAR)
    data = tiff(samples, matrix_profile(BT709, LINEAR), extratags=[(274, "H", 1, 6, True)])
    check(data, np.rot90(samples, -1), BT709, LINEAR)


@pytest.mark.parametrize("form", ["PNG", "TIFF"])
def test_alpha_stays(form: str) -> None:
    samples = stored(BT709, LINEAR)
    alpha = np.linspace(0, 65535, samples[..., :1].size).reshape(samples[..., :1].shape).astype(np.uint16)
    both, icc = np.concatenate([samples, alpha], 2), matrix_profile(BT709, LINEAR)
    data = png(both, 16, RGB_ALPHA, profile(icc)) if form == "PNG" else tiff(both, icc, extrasamples=["unassalpha"])
    with Image.open(BytesIO(scale(data, Options(format=Format.PNG, depth=8), Limits()).data)) as made:
        pixels = np.asarray(made).astype(float)
    assert np.abs(pixels[..., 3:] - alpha // 256).max() <= 1
    is_visible = alpha[..., 0] > 256
    assert np.abs(pixels[..., :3] - exact_of(samples, BT709, LINEAR))[is_visible].max() < BOUNDS[BT709][1]


def grey_with_alpha(form: str, power: float, **options: Any) -> tuple[bytes, Samples]:
    """Return a file of grey with alpha, opaque but for a corner, and its samples."""
    grey = stored(BT709, power)[..., 1]
    alpha = np.full_like(grey, 65535)
    alpha[:9, :9] = 32896
    both, icc = np.stack([grey, alpha], 2), matrix_profile(None, power)
    if form == "PNG":
        return png(both, 16, GREY_ALPHA, profile(icc)), both
    buffer = BytesIO()
    tifffile.imwrite(
        buffer,
        both,
        photometric="minisblack",
        planarconfig="contig",
        extrasamples=["unassalpha"],
        iccprofile=icc,
        **options,
    )
    return buffer.getvalue(), both


@pytest.mark.parametrize("power", [LINEAR, 1.796875, 2.19921875])
@pytest.mark.parametrize(
    ("form", "options"),
    [("PNG", {}), ("TIFF", {}), ("TIFF", {"byteorder": ">"}), ("TIFF", {"compression": "deflate", "predictor": 2})],
)
def test_grey_with_alpha_is_converted_at_its_depth(form: str, options: dict[str, Any], power: float) -> None:
    data, samples = grey_with_alpha(form, power, **options)
    with Image.open(BytesIO(scale(data, Options(format=Format.PNG, depth=8), Limits()).data)) as made:
        grey, alpha = (np.asarray(made.convert("LA").getchannel(band)).astype(float) for band in "LA")
    exact = np.vectorize(sample_of)((samples[..., 0] / 65535) ** power) * 255
    assert np.abs(grey - exact).mean() < BOUNDS[BT709][0]
    assert np.abs(grey - exact).max() < BOUNDS[BT709][1]
    assert np.array_equal(alpha, samples[..., 1] // 257)


def test_a_profile_for_grey_that_leads_to_lightness_is_left_to_littlecms() -> None:
    xyz = matrix_profile(None, LINEAR)
    assert MatrixProfile.of(xyz, is_grey=True)
    assert MatrixProfile.of(xyz) is None
    assert MatrixProfile.of(xyz[:20] + b"Lab " + xyz[24:], is_grey=True) is None


def tables(primaries: Chromaticities) -> bytes:
    """Return a profile of a table of two samples for each color (ICC.1:2022, 10.10) that means linear light."""
    columns = np.array(to_d50(primaries)).T
    corners = [sum((columns[at] for at in range(3) if corner >> 2 - at & 1), np.zeros(3)) for corner in range(8)]
    line = struct.pack(">2H", 0, 65535) * 3
    content = b"mft2" + bytes(4) + bytes([3, 3, 2, 0]) + struct.pack(">9i", *(65536 * (at % 4 == 0) for at in range(9)))
    content += struct.pack(">2H", 2, 2) + line
    content += struct.pack(">24H", *(round(32768 * value) for corner in corners for value in corner)) + line
    return described_profile("tables", {b"A2B0": content})


def test_a_profile_of_tables_is_applied_to_eight_bits_and_the_result_says_so() -> None:
    samples = stored(BT709, LINEAR)
    data = png(samples, 16, RGB, profile(tables(BT709)))
    errors = np.abs(made_of(data) - exact_of(samples, BT709, LINEAR))
    assert errors.mean() < 4
    options = Options(format=Format.PNG, depth=8)
    assert OF_TABLES in scale(data, options, Limits()).warnings
    of_curves = png(samples, 16, RGB, profile(matrix_profile(BT709, LINEAR)))
    assert OF_TABLES not in scale(of_curves, options, Limits()).warnings
    shallow = encoded(Image.fromarray((samples >> 8).astype(np.uint8)), icc_profile=tables(BT709))
    assert OF_TABLES not in scale(shallow, options, Limits()).warnings


def test_a_kept_profile_means_the_same_colors() -> None:
    samples = stored(PROPHOTO, LINEAR)
    data = tiff(samples, matrix_profile(PROPHOTO, LINEAR))
    made = scale(data, Options(format=Format.PNG, depth=8, icc=Icc.KEEP), Limits()).data
    assert np.abs(made_of(made, depth=None) - exact_of(samples, PROPHOTO, LINEAR)).mean() < BOUNDS[PROPHOTO][0]


def test_a_profile_that_is_called_srgb_and_has_another_curve_counts() -> None:
    curve = b"curv" + bytes(4) + struct.pack(">IH", 1, 256)
    matrix = MatrixProfile.of(matrix_profile(BT709, LINEAR))
    assert matrix
    tags = dict(matrix.colorants) | dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve)
    named = described_profile("sRGB, but linear", tags)
    image = Image.fromarray((photo() * 255).astype(np.uint8))
    expected = made_of(encoded(image, icc_profile=matrix_profile(BT709, LINEAR)), depth=None)
    assert np.array_equal(made_of(encoded(image, icc_profile=named), depth=None), expected)
    assert np.abs(expected - np.asarray(image)).mean() > 10


def test_the_profile_of_srgb_needs_no_conversion() -> None:
    matrix = MatrixProfile.of(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    assert matrix
    assert matrix.is_srgb
    assert matrix.tables() is None


@pytest.mark.parametrize(
    ("kind", "parameters"),
    [
        (0, (2.2,)),
        (1, (2.4, 0.95, 0.05)),
        (2, (2.4, 0.9, 0.05, 0.02)),
        (3, (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)),
        (4, (2.4, 0.9, 0.05, 0.1, 0.1, 0.01, 0.0)),
    ],
)
def test_parametric_curves_are_those_of_littlecms(kind: int, parameters: tuple[float, ...]) -> None:
    fixed = (round(65536 * each) for each in parameters)
    curve = b"para" + bytes(4) + struct.pack(f">HH{len(parameters)}i", kind, 0, *fixed)
    plain = MatrixProfile.of(matrix_profile(BT709, LINEAR))
    assert plain
    data = described_profile("a curve", dict(plain.colorants) | dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve))
    matrix = MatrixProfile.of(data)
    assert matrix
    levels = np.repeat(np.arange(256, dtype=np.uint8), 3).reshape(1, 256, 3)
    source = ImageCms.getOpenProfile(BytesIO(data))
    flags = ImageCms.Flags.NOOPTIMIZE
    target = ImageCms.getOpenProfile(
        BytesIO(profile_of(ColorEncoding(BT709, LINEAR).with_curve_of_srgb, is_grey=False))
    )
    made = ImageCms.profileToProfile(
        Image.fromarray(levels), source, target, ImageCms.Intent.RELATIVE_COLORIMETRIC, flags=flags
    )
    tables = matrix.tables()
    ours = [tables[0][257 * level] if tables else level for level in range(256)]
    assert np.abs(np.asarray(made)[0, :, 1].astype(int) - ours).max() <= 1


@pytest.mark.parametrize("at", range(128, 560, 23))
def test_a_damaged_profile_is_another_or_none(at: int) -> None:
    intact = matrix_profile(PROPHOTO, 1.8)
    for value in (0, 255):
        data = intact[:at] + bytes([value]) * 5 + intact[at + 5 :]
        matrix = MatrixProfile.of(data)
        if matrix:
            assert matrix.is_srgb in {True, False}


def test_the_lower_bytes_are_in_the_estimate() -> None:
    data = tiff(stored(BT709, LINEAR), matrix_profile(BT709, LINEAR))
    with open_source(data, [Options()], Limits()) as opened:
        assert opened.is_refined
