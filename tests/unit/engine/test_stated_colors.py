"""Colors that files state by numbers, in place of a profile, come out as arithmetic has them (ITU-T H.273)."""

import struct
import zlib
from io import BytesIO
from itertools import product

import numpy as np
import pytest
from PIL import Image, ImageCms

from imagescaler.domain.formats import Format
from imagescaler.domain.limits import Limits
from imagescaler.domain.options import Icc, Options, Quality
from imagescaler.engine.opened import open_source
from imagescaler.engine.scale import scale
from imagescaler.engine.traits import traits_of
from imagescaler.probe.png_chunks import chunks
from tests.matrix.avif_files import avif, with_properties
from tests.matrix.avif_files import nclx as nclx_box
from tests.matrix.case import Samples
from tests.matrix.icc import matrix_profile
from tests.matrix.pictures import BT2020_XY, P3_XY, SRGB_XY, from_light, to_light, to_srgb
from tests.matrix.png_files import GREY, GREY_ALPHA, RGB, RGB_ALPHA, bt709, coding, gamma, png, primaries, profile
from tests.pictures import chunk
from tests.reference import Pixels, pixels_of

D65, C = (0.3127, 0.3290), (0.310, 0.316)
XY = {
    1: SRGB_XY,
    4: (*C, 0.67, 0.33, 0.21, 0.71, 0.14, 0.08),
    5: (*D65, 0.64, 0.33, 0.29, 0.60, 0.15, 0.06),
    6: (*D65, 0.630, 0.340, 0.310, 0.595, 0.155, 0.070),
    7: (*D65, 0.630, 0.340, 0.310, 0.595, 0.155, 0.070),
    8: (*C, 0.681, 0.319, 0.243, 0.692, 0.145, 0.049),
    9: BT2020_XY,
    11: (0.314, 0.351, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060),
    12: P3_XY,
    22: (*D65, 0.630, 0.340, 0.295, 0.605, 0.155, 0.077),
}
PQ, HLG = 16, 18
GAMMA_LINEAR = gamma(100_000)


def to_nits(sample: Samples) -> Samples:
    """Undo PQ (SMPTE ST 2084)."""
    power = np.asarray(sample, float) ** (32 / 2523)
    light = np.maximum(power - 0.8359375, 0) / (18.8515625 - 18.6875 * power)
    return 10000 * light ** (8192 / 1305)


def from_nits(nits: Samples) -> Samples:
    power = (np.asarray(nits, float) / 10000) ** (1305 / 8192)
    return ((0.8359375 + 18.8515625 * power) / (1 + 18.6875 * power)) ** (2523 / 32)


def tone_mapped(nits: Samples, peak: float) -> Samples:
    """Map to the white of paper, 203 cd/m2, by the EETF of BT.2390-11, 5.4.1."""
    level = np.clip(from_nits(nits) / from_nits(np.array(peak)), 0, 1)
    most = from_nits(np.array(203)) / from_nits(np.array(peak))
    knee = 1.5 * most - 0.5
    t = (level - knee) / (1 - knee)
    spline = (2 * t**3 - 3 * t**2 + 1) * knee + (t**3 - 2 * t**2 + t) * (1 - knee) + (-2 * t**3 + 3 * t**2) * most
    return to_nits(np.where(level < knee, level, spline) * from_nits(np.array(peak))) / 203


def scene_light(sample: Samples) -> Samples:
    """Undo the curve of HLG (BT.2100, table 5)."""
    return np.where(sample <= 0.5, sample**2 / 3, (np.exp((sample - 0.55991073) / 0.17883277) + 0.28466892) / 12)


def hlg(sample: Samples) -> Samples:
    white = scene_light(np.array(0.75))
    return tone_mapped(scene_light(sample) / white * 203, float(203 / white))


CURVES = {
    **dict.fromkeys((1, 6, 11, 12, 14, 15), bt709),
    4: lambda sample: sample**2.2,
    5: lambda sample: sample**2.8,
    7: lambda sample: np.where(sample < 4 * 0.0228, sample / 4, ((sample + 0.1115) / 1.1115) ** (1 / 0.45)),
    8: lambda sample: sample,
    9: lambda sample: np.where(sample == 0, 0, 10 ** (2 * (sample - 1))),
    10: lambda sample: np.where(sample == 0, 0, 10 ** (2.5 * (sample - 1))),
    13: to_light,
    PQ: lambda sample: tone_mapped(to_nits(sample), 1000),
    17: lambda sample: np.minimum(sample**2.6 * 52.37 / 48, 1),
    HLG: hlg,
}


def colors() -> Samples:
    """Make colors of eight bits (16, 16, 3), none of them strong, so that sRGB has them all."""
    base = np.random.default_rng(5).integers(40, 216, (16, 16, 1))
    made: Samples = (base + np.random.default_rng(6).integers(-6, 7, (16, 16, 3))).astype(np.uint8)
    return made


def ramp() -> Samples:
    """Make all greys of eight bits (16, 16, 1)."""
    made: Samples = np.arange(256, dtype=np.uint8).reshape(16, 16, 1)
    return made


def deep_ramp() -> Samples:
    """Make greys of sixteen bits (16, 16, 1), most of them dark."""
    made: Samples = np.rint(65535 * np.linspace(0, 1, 256) ** 3).astype(np.uint16).reshape(16, 16, 1)
    return made


def converted(data: bytes, **options: object) -> Pixels:
    return pixels_of(scale(data, Options(scale=100, **{"format": Format.PNG, **options}), Limits()).data)  # type: ignore[arg-type]


def operations(data: bytes, **options: object) -> tuple[str, ...]:
    return scale(data, Options(scale=100, format=Format.PNG, **options), Limits()).operations  # type: ignore[arg-type]


@pytest.mark.parametrize("code", XY)
def test_primaries_are_those_of_their_code(code: int) -> None:
    expected = to_srgb(to_light(colors() / 255), XY[code])
    assert abs(converted(png(colors(), 8, RGB, coding(code, 13))) - expected).max() < 1.6


@pytest.mark.parametrize("code", CURVES)
@pytest.mark.parametrize("depth", [8, 16])
def test_the_curve_is_that_of_its_code_in_colors_and_in_grey(code: int, depth: int) -> None:
    stored = ramp() if depth == 8 else np.maximum(deep_ramp(), 65)  # below, the logarithmic ones have a step
    expected = 255 * from_light(CURVES[code](stored / (2**depth - 1)))
    rgb = converted(png(np.repeat(stored, 3, axis=2), depth, RGB, coding(1, code)), depth=8)
    grey = converted(png(stored, depth, GREY, coding(12, code)), depth=8)
    assert abs(rgb - expected).max() < 1.1
    assert abs(grey - expected).max() < 1.1


def test_xyz_is_converted() -> None:
    xyz = np.full((4, 4, 3), 0.3)
    srgb = 255 * from_light(xyz[0, 0] / np.array([1, 1, 1]))  # equal parts are white
    assert abs(converted(png((255 * xyz).astype(np.uint8), 8, RGB, coding(10, 8))) - srgb).max() < 2.5


@pytest.mark.parametrize("peak", [0, 203, 1000, 10000])
def test_the_white_of_paper_stays_bright_and_highlights_differ(peak: int) -> None:
    bound = {0: (0, 0), 203: (215, 240), 1000: (255, 255), 10000: (255, 255)}[peak]
    stored = np.full((4, 4, 3), round(65535 * float(from_nits(np.array(peak)))), np.uint16)
    made = converted(png(stored, 16, RGB, coding(9, PQ)), depth=8)
    assert bound[0] <= made.min() <= made.max() <= bound[1]


@pytest.mark.parametrize(("depth", "color"), list(product((8, 16), (GREY, RGB, GREY_ALPHA, RGB_ALPHA))))
def test_a_narrow_range_is_widened(depth: int, color: int) -> None:
    unit, channels = 2 ** (depth - 8), {GREY: 1, RGB: 3, GREY_ALPHA: 2, RGB_ALPHA: 4}[color]
    kind = np.uint8 if depth == 8 else np.uint16
    stored = np.full((4, 4, channels), 2**depth - 1, kind)
    stored[..., : channels - (color in {GREY_ALPHA, RGB_ALPHA})] = 126 * unit
    made = converted(png(stored, depth, color, coding(1, 13, full=0)), depth=8)
    expected = 255 * (126 - 16) / 219
    assert abs(made[..., 0] - expected).max() < 1


def test_deep_grey_keeps_its_depth() -> None:
    expected = 65535 * from_light(deep_ramp() / 65535)
    for data in (png(deep_ramp(), 16, GREY, said) for said in (GAMMA_LINEAR, profile(matrix_profile(None, 1.0)))):
        made = np.asarray(Image.open(BytesIO(scale(data, Options(scale=100, format=Format.PNG), Limits()).data)))
        assert made.dtype == np.uint16
        assert abs(made - expected[..., 0]).max() < 20  # of 65,535


def test_deep_grey_keeps_its_profile() -> None:
    data = png(deep_ramp(), 16, GREY, GAMMA_LINEAR)
    made = scale(data, Options(scale=100, format=Format.PNG, icc=Icc.KEEP), Limits()).data
    image = Image.open(BytesIO(made))
    assert (np.asarray(image) == deep_ramp()[..., 0]).all()
    assert image.info["icc_profile"][16:20] == b"GRAY"


def test_deep_grey_is_resampled_in_its_light() -> None:
    stored = np.zeros((2, 2, 1), np.uint16)
    stored[0, 0] = stored[1, 1] = 65535
    data = png(stored, 16, GREY, GAMMA_LINEAR)
    made = scale(data, Options(width=1, format=Format.PNG, linear=True), Limits()).data
    assert abs(np.asarray(Image.open(BytesIO(made))).item() - 65535 * from_light(np.array(0.5))) < 200


@pytest.mark.parametrize("said", [GAMMA_LINEAR, profile(matrix_profile(None, 1.0))])
def test_deep_grey_with_alpha_is_converted(said: bytes) -> None:
    stored = np.concatenate([deep_ramp(), np.full((16, 16, 1), 40_000, np.uint16)], axis=2)
    made = converted(png(stored, 16, GREY_ALPHA, said), depth=8)
    assert made.shape[2] == 2
    bound = 1.1 if said is GAMMA_LINEAR else 13  # a profile is applied to eight bits
    assert abs(made[..., 0] - 255 * from_light(deep_ramp()[..., 0] / 65535)).max() < bound
    assert abs(made[..., 1] - 40_000 / 257).max() < 1


def test_deep_grey_with_a_transparent_color_is_converted() -> None:
    data = png(deep_ramp(), 16, GREY, GAMMA_LINEAR, chunk(b"tRNS", deep_ramp()[3, 3].astype(">u2").tobytes()))
    made = converted(data, depth=8)
    assert abs(made[..., 0] - 255 * from_light(deep_ramp()[..., 0] / 65535)).max() < 1.1
    assert np.argwhere(made[..., 1] == 0).tolist() == [[3, 3]]


@pytest.mark.parametrize("is_animated", [False, True])
def test_a_transparent_color_is_compared_at_sixteen_bits(*, is_animated: bool) -> None:
    stored = np.full((4, 4, 3), 0x1234, np.uint16)
    stored[1, 1] = 0x1235
    data = png(stored, 16, RGB, chunk(b"tRNS", b"\x12\x34" * 3))
    if is_animated:
        data = _animated(data)
    made = Image.open(BytesIO(scale(data, Options(scale=100, format=Format.PNG, depth=8), Limits()).data))
    assert np.argwhere(np.asarray(made.convert("RGBA"))[..., 3]).tolist() == [[1, 1]]


def _animated(still: bytes) -> bytes:
    """Make two frames of a picture."""
    parts = list(chunks(still))
    size, pixels = parts[0][1][:8], dict(parts)[b"IDAT"]
    control = [
        chunk(b"fcTL", struct.pack(">I", number) + size + struct.pack(">IIHHBB", 0, 0, 1, 10, 0, 0))
        for number in (0, 1)
    ]
    made = [still[:8], chunk(*parts[0]), chunk(b"acTL", struct.pack(">II", 2, 0))]
    made += [chunk(*each) for each in parts[1:] if each[0] not in {b"IDAT", b"IEND"}]
    made += [control[0], chunk(b"IDAT", pixels), control[1], chunk(b"fdAT", struct.pack(">I", 2) + pixels)]
    return b"".join([*made, chunk(b"IEND", b"")])


@pytest.mark.parametrize(("color", "said"), [(RGB, coding(12, 13)), (GREY, GAMMA_LINEAR), (RGB, GAMMA_LINEAR)])
def test_all_frames_of_an_animated_png_are_converted(color: int, said: bytes) -> None:
    stored = colors() if color == RGB else ramp()
    image = Image.open(BytesIO(scale(_animated(png(stored, 8, color, said)), Options(scale=100), Limits()).data))
    curve, xy = (to_light, P3_XY) if said != GAMMA_LINEAR else (np.asarray, SRGB_XY)
    expected = to_srgb(curve(np.broadcast_to(stored, (16, 16, 3)) / 255), xy)
    for frame in range(2):
        image.seek(frame)
        assert abs(np.asarray(image.convert("RGB")) - expected).max() < 1.6


def test_all_frames_of_an_avif_are_converted() -> None:
    frames = [Image.new("RGB", (16, 16), color) for color in ((200, 120, 100), (100, 150, 120))]
    buffer = BytesIO()
    frames[0].save(buffer, "AVIF", save_all=True, append_images=frames[1:], quality=100, subsampling="4:4:4")
    data = buffer.getvalue()
    said = data.replace(b"nclx\0\x01\0\x0d", b"nclx\0\x0c\0\x0d")
    assert said != data
    image = Image.open(BytesIO(scale(said, Options(scale=100, format=Format.PNG), Limits()).data))
    for number, frame in enumerate(frames):
        image.seek(number)
        expected = to_srgb(to_light(np.asarray(frame) / 255), P3_XY)
        assert abs(np.asarray(image.convert("RGB")) - expected).max() < 4


@pytest.mark.parametrize("fmt", [Format.PNG, Format.JPEG, Format.WEBP, Format.AVIF, Format.TIFF])
@pytest.mark.parametrize("said", [coding(12, 13), coding(9, PQ), gamma(55_556) + primaries(P3_XY)])
def test_kept_colors_have_a_profile_that_means_the_same(said: bytes, fmt: Format) -> None:
    data = png(np.full((16, 16, 3), (120, 110, 100), np.uint8), 8, RGB, said)
    made = Image.open(BytesIO(scale(data, Options(format=fmt, icc=Icc.KEEP, quality=Quality.same(100)), Limits()).data))
    kept = ImageCms.getOpenProfile(BytesIO(made.info["icc_profile"]))
    shown = ImageCms.profileToProfile(made.convert("RGB"), kept, ImageCms.createProfile("sRGB"))
    assert shown
    assert abs(pixels_of(shown) - converted(data)).max() < 6
    if fmt is Format.PNG:
        assert abs(pixels_of(made) - (120, 110, 100)).max() == 0


@pytest.mark.parametrize("icc", Icc)
def test_results_say_nothing_that_no_longer_holds(icc: Icc) -> None:
    data = png(colors(), 8, RGB, coding(12, 13), gamma(55_556), primaries(P3_XY))
    made = scale(data, Options(format=Format.PNG, icc=icc), Limits()).data
    assert not {kind for kind, _ in chunks(made)} & {b"cICP", b"gAMA", b"cHRM", b"sRGB"}


@pytest.mark.parametrize("fmt", [Format.GIF, Format.PNG])
def test_colors_are_converted_where_no_profile_can_be_kept(fmt: Format) -> None:
    data = png(np.full((16, 16, 3), (120, 110, 100), np.uint8), 8, RGB, coding(12, 13))
    made = Image.open(BytesIO(scale(data, Options(format=fmt, icc=Icc.KEEP, palette=fmt is Format.PNG), Limits()).data))
    expected = to_srgb(to_light(np.array([120, 110, 100]) / 255), P3_XY)
    assert "icc_profile" not in made.info
    assert abs(pixels_of(made, "RGB") - expected).max() < 1.6


@pytest.mark.parametrize(
    ("said", "space"),
    [
        (coding(12, 13), "Display P3"),
        (coding(9, PQ), "BT.2020 PQ"),
        (coding(1, 5), "BT.709 gamma 2.8"),
        (coding(1, 13, full=0), "BT.709 of narrow range"),
        (gamma(55_556) + primaries((0.3127, 0.3290, 0.6, 0.35, 0.3, 0.5, 0.2, 0.1)), "RGB gamma 1.8"),
        (gamma(55_556), "BT.709 gamma 1.8"),
    ],
)
def test_a_receipt_names_the_colors(said: bytes, space: str) -> None:
    assert f"color {space} to sRGB" in operations(png(colors(), 8, RGB, said))


def test_a_receipt_names_the_colors_of_sixteen_bits() -> None:
    data = png(np.full((4, 4, 3), 30_000, np.uint16), 16, RGB, coding(9, PQ))
    done = operations(data, depth=8)
    assert {"color BT.2020 PQ to BT.2020", "color BT.2020 to sRGB"} < set(done)
    data = png(np.full((4, 4, 3), 30_000, np.uint16), 16, RGB, GAMMA_LINEAR)
    assert "color BT.709 gamma 1 to sRGB" in operations(data, depth=8)


def test_a_profile_that_does_not_fit_leaves_the_word_to_what_comes_next() -> None:
    unfit, linear = profile(matrix_profile(None, 1.8)), 255 * from_light(colors() / 255)
    for broken in (unfit, profile(b"no profile"), chunk(b"iCCP", b"a\0\0no zlib")):
        assert abs(converted(png(colors(), 8, RGB, broken, GAMMA_LINEAR)) - linear).max() < 1.6
    assert (converted(png(colors(), 8, RGB, unfit, chunk(b"sRGB", b"\0"), GAMMA_LINEAR)) == colors()).all()


def test_codes_that_are_unspecified_leave_the_word_to_what_comes_next() -> None:
    linear = 255 * from_light(colors() / 255)
    assert abs(converted(png(colors(), 8, RGB, coding(2, 2), GAMMA_LINEAR)) - linear).max() < 1.6
    p3 = to_srgb(to_light(colors() / 255), P3_XY)
    assert abs(converted(png(colors(), 8, RGB, coding(12, 2))) - p3).max() < 1.6


def test_sixteen_bits_are_converted_by_blocks_of_rows() -> None:
    stored = np.random.default_rng(7).integers(0, 65536, (150, 9, 3)).astype(np.uint16)
    made = converted(png(stored, 16, RGB, GAMMA_LINEAR, is_interlaced=True), depth=8)
    assert abs(made - 255 * from_light(stored / 65535)).max() < 1.1


@pytest.mark.parametrize(("said", "pixel_bytes"), [(b"", 4), (GAMMA_LINEAR, 8), (chunk(b"tRNS", bytes(6)), 12)])
def test_the_lower_bytes_of_samples_are_part_of_the_cost(said: bytes, pixel_bytes: int) -> None:
    data = png(np.zeros((4, 4, 3), np.uint16), 16, RGB, said)
    with open_source(data, [Options(width=2)], Limits()) as opened:
        assert (
            traits_of(opened.image, opened.source, opened.data, is_refined=opened.is_refined).pixel_bytes == pixel_bytes
        )


@pytest.mark.parametrize("code", range(256))
def test_no_code_stops_a_picture(code: int) -> None:
    stored = np.full((2, 2, 3), 100, np.uint8)
    for said in (coding(code, 13), coding(1, code), coding(1, 13, matrix=code), coding(1, 13, full=code)):
        assert converted(png(stored, 8, RGB, said)).shape == (2, 2, 3)


@pytest.mark.parametrize("number", [0, 1, 9_999, 10_000, 1_000_000, 1_000_001, 2**31, 2**32 - 1])
def test_no_number_stops_a_picture(number: int) -> None:
    stored = np.full((2, 2, 3), 100, np.uint8)
    said = [chunk(b"cHRM", struct.pack(">8I", *values)) for values in ([number] * 8, [31270, 32900, *[number] * 6])]
    for each in ([gamma(number)], *([gamma(50_000), every] for every in said)):
        assert converted(png(stored, 8, RGB, *each)).shape == (2, 2, 3)


def test_a_truncated_chunk_before_the_pixels_leaves_the_colors() -> None:
    data = png(colors(), 8, RGB, coding(12, 13)) + zlib.compress(b"rubbish")
    assert abs(converted(data) - to_srgb(to_light(colors() / 255), P3_XY)).max() < 1.6


@pytest.mark.parametrize(("color", "transfer"), [("L", 8), ("RGB", 8), ("RGBA", 8), ("L", HLG), ("RGB", PQ)])
def test_an_avif_is_converted_by_its_codes(color: str, transfer: int) -> None:
    channels = len(color)
    stored = np.full((16, 16, channels), 150, np.uint8)
    options = {"subsampling": "4:0:0"} if color == "L" else {}
    data = with_properties(avif(stored, color, **options), nclx_box(9, transfer, 6), without=frozenset({b"colr"}))
    made = converted(data)
    expected = 255 * from_light(CURVES[transfer](np.array(150 / 255)))
    assert abs(made[..., : min(channels, 3)] - expected).max() < 4
