"""Every kind of pixels that the three formats can hold comes out right."""

from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
import tifffile
from PIL import Image

from imagescaler.domain.errors import UnsupportedDepth, UnsupportedImageFormat
from imagescaler.domain.formats import RESULT_FORMATS, Format, listed
from imagescaler.domain.limits import Limits
from imagescaler.domain.options import Options
from imagescaler.engine.scale import scale
from tests.pictures import chunk, encoded, photograph, png
from tests.reference import Pixels, flattened, mean_difference, pixels_of, premultiplied, resampled, worst_difference

SIZE = (140, 94)
CHINA = Image.open(BytesIO(photograph())).convert("RGB").resize((320, 214))
RANDOM = np.random.default_rng(20)
ALPHA = Image.fromarray(RANDOM.integers(0, 256, (214, 320), dtype=np.uint8))
GREY, RGB = 0, 2
SHALLOW = listed((each for each in RESULT_FORMATS if not each.keeps_depth), "or")


def scaled(
    data: bytes, form: Format = Format.PNG, size: tuple[int, int] = SIZE, depth: int | None = None
) -> Image.Image:
    result = scale(data, Options(*size, preserve_ratio=False, format=form, depth=depth), Limits())
    return Image.open(BytesIO(result.data))


def with_alpha(mode: str) -> Image.Image:
    image = CHINA.convert(mode)
    image.putalpha(ALPHA)
    return image


def valid(pixels: Pixels) -> Pixels:
    """Cut premultiplied colors that overshoot their alpha: no color is more than fully there."""
    return np.minimum(pixels, pixels[..., -1:])


def test_grey_stays_grey() -> None:
    result = scaled(encoded(CHINA.convert("L")))
    assert result.mode == "L"
    assert mean_difference(pixels_of(result), resampled(pixels_of(CHINA, "L"), SIZE)) < 0.3


@pytest.mark.parametrize("mode", ["LA", "RGBA"])
@pytest.mark.parametrize(("size", "worst"), [(SIZE, 4), ((400, 300), 20)])
def test_alpha_weighs_the_colors(mode: str, size: tuple[int, int], worst: float) -> None:
    source = with_alpha(mode)
    result = scaled(encoded(source), size=size)
    assert result.mode == mode
    reference = valid(resampled(premultiplied(pixels_of(source)), size))
    assert mean_difference(premultiplied(pixels_of(result)), reference) < 0.6
    assert worst_difference(premultiplied(pixels_of(result)), reference, 99.9) < worst


@pytest.mark.parametrize("form", [Format.PNG, Format.WEBP])
def test_transparent_black_leaves_no_dark_fringe(form: Format) -> None:
    pixels = np.zeros((64, 64, 4), np.uint8)
    pixels[:, 20:41] = 255
    result = pixels_of(scaled(encoded(Image.fromarray(pixels)), form, (23, 23)))
    seen = result[result[..., 3] > 8]
    assert len(seen) > 100
    assert seen[:, :3].min() > 250


@pytest.mark.parametrize("mode", ["LA", "RGBA"])
def test_jpeg_has_the_picture_on_white(mode: str) -> None:
    source = with_alpha(mode)
    source.putalpha(Image.linear_gradient("L").resize(source.size))
    reference = flattened(resampled(premultiplied(pixels_of(source)), SIZE))
    saved = encoded(Image.fromarray(reference.round().astype(np.uint8).squeeze()), "JPEG", quality=80)
    result = scaled(encoded(source), Format.JPEG)
    assert result.mode == mode.removesuffix("A")
    assert mean_difference(pixels_of(result), pixels_of(saved)) < 1.5


@pytest.mark.parametrize("form", RESULT_FORMATS)
def test_all_transparent_becomes_white_in_jpeg_and_stays_transparent_elsewhere(form: Format) -> None:
    result = scaled(encoded(Image.new("RGBA", (20, 20), (9, 9, 9, 0))), form, (10, 10))
    assert set(pixels_of(result)[..., -1].ravel()) == {0 if form.has_alpha else 255}


def test_a_palette_becomes_colors() -> None:
    source = CHINA.quantize(64)
    result = scaled(encoded(source))
    assert result.mode == "RGB"
    assert mean_difference(pixels_of(result), resampled(pixels_of(source, "RGB"), SIZE)) < 0.3


@pytest.mark.parametrize("transparency", [3, bytes(range(0, 256, 4))], ids=["one color", "a table"])
def test_a_palette_with_transparency_becomes_colors_with_alpha(transparency: int | bytes) -> None:
    data = encoded(CHINA.quantize(64), transparency=transparency)
    result = scaled(data)
    assert result.mode == "RGBA"
    reference = valid(resampled(premultiplied(pixels_of(data, "RGBA")), SIZE))
    assert mean_difference(premultiplied(pixels_of(result)), reference) < 0.6


@pytest.mark.parametrize("depth", [1, 2, 4, 8, 16])
def test_grey_of_every_depth_is_scaled_to_its_full_range(depth: int) -> None:
    most = (1 << depth) - 1
    rows = [sample(0, depth) + sample(most, depth)] * 2
    for form in RESULT_FORMATS:
        is_deep = depth == 16 and form.keeps_depth
        pixels = pixels_of(scaled(png((16, 2), depth, GREY, rows), form, (16, 2)), None if is_deep else "L")
        peak = 65535 if is_deep else 255
        assert pixels[0, 0, 0] <= peak * 0.02
        assert pixels[0, 15, 0] >= peak * 0.98


@pytest.mark.parametrize("depth", [1, 2, 4, 8, 16])
def test_the_transparent_grey_of_every_depth_is_transparent(depth: int) -> None:
    most = (1 << depth) - 1
    for transparent in {0, most, most // 3, most // 3 * 2}:
        other = most - transparent
        data = png((16, 1), depth, GREY, [sample(transparent, depth) + sample(other, depth)], tRNS(transparent))
        pixels = pixels_of(scaled(data, size=(16, 1), depth=8))
        assert [pixels[0, 0, -1], pixels[0, 15, -1]] == [0, 255]
        assert pixels[0, 15, 0] == pytest.approx(other * 255 / most, abs=1)


@pytest.mark.parametrize("depth", [8, 16])
def test_the_transparent_color_is_transparent(depth: int) -> None:
    color, other = (40, 50, 60), (60, 50, 40)
    unit = 257 if depth == 16 else 1
    row = b"".join((part * unit).to_bytes(depth // 8) for part in color + other)
    pixels = pixels_of(
        scaled(png((2, 1), depth, RGB, [row], tRNS(*(part * unit for part in color))), size=(2, 1), depth=8)
    )
    assert pixels[0].tolist() == [[*color, 0], [*other, 255]]


@pytest.mark.parametrize("form", [Format.PNG, Format.TIFF])
@pytest.mark.parametrize("size", [(150, 100), (100, 67), (400, 300)])
def test_sixteen_bits_of_grey_keep_sixteen_bits(size: tuple[int, int], form: Format) -> None:
    source = deep_grey()
    result = scaled(encoded(Image.fromarray(source), form.name), form, size=size)
    assert result.mode == "I;16"
    reference = resampled(source[..., None].astype(float), size, peak=65535.0)
    assert worst_difference(pixels_of(result), reference) < 1


@pytest.mark.parametrize("form", [Format.JPEG, Format.WEBP, Format.AVIF, Format.GIF])
def test_sixteen_bits_of_grey_become_eight_elsewhere(form: Format) -> None:
    source = deep_grey()
    result = scaled(encoded(Image.fromarray(source)), form)
    reference = resampled(source[..., None].astype(float), SIZE, peak=65535.0) / 257
    assert mean_difference(pixels_of(result, "L"), reference) < 4


@pytest.mark.parametrize("color_type", [2, 4, 6])
def test_sixteen_bits_of_color_or_alpha_become_eight_where_that_is_permitted(color_type: int) -> None:
    channels = {2: 3, 4: 2, 6: 4}[color_type]
    source = RANDOM.integers(0, 65536, (30, 40, channels), dtype=np.uint16)
    source[..., -1] |= 0x8000
    data = png((40, 30), 16, color_type, [row.astype(">u2").tobytes() for row in source])
    pixels = pixels_of(scaled(data, size=(40, 30), depth=8), {3: "RGB", 2: "LA", 4: "RGBA"}[channels])
    assert worst_difference(pixels, source / 257) <= 1


@pytest.mark.parametrize("form", [None, Format.PNG, Format.TIFF])
@pytest.mark.parametrize("color_type", [2, 4, 6])
def test_sixteen_bits_that_could_be_kept_are_never_cut_silently(color_type: int, form: Format | None) -> None:
    data = png((2, 1), 16, color_type, [bytes({2: 12, 4: 8, 6: 16}[color_type])])
    with pytest.raises(UnsupportedDepth, match=f"Ask for depth=8, or for format={SHALLOW},"):
        scale(data, Options(2, format=form), Limits())


@pytest.mark.parametrize("form", [Format.JPEG, Format.WEBP, Format.AVIF, Format.GIF])
def test_sixteen_bits_become_eight_where_the_format_has_no_more(form: Format) -> None:
    data = png((2, 2), 16, RGB, [b"\xff\xff\x80\x80\0\0" * 2] * 2)
    assert worst_difference(pixels_of(scaled(data, form, (2, 2)), "RGB"), np.full((2, 2, 3), [255.0, 128, 0])) < 8


@pytest.mark.parametrize("compression", [None, "zlib"])
def test_sixteen_bits_of_color_in_a_tiff_are_refused_too(compression: str | None) -> None:
    data = tifffile_of(RANDOM.integers(0, 65536, (30, 40, 3), dtype=np.uint16), compression)
    with pytest.raises(UnsupportedDepth):
        scale(data, Options(20), Limits())
    assert scaled(data, size=(20, 15), depth=8).mode == "RGB"


@pytest.mark.parametrize("options", [Options(9, blur=1), Options(9, sharpen=1), Options(9, background="#ffffffff")])
def test_work_in_eight_bits_is_refused_for_sixteen_bits_of_grey(options: Options) -> None:
    data = encoded(Image.fromarray(deep_grey()))
    with pytest.raises(UnsupportedDepth, match="grey of 16 bits"):
        scale(data, options, Limits())
    assert Image.open(BytesIO(scale(data, replace(options, depth=8), Limits()).data)).mode == "L"


@pytest.mark.parametrize("mode", ["I", "F"])
def test_samples_without_a_range_of_their_own_are_refused(mode: str) -> None:
    with pytest.raises(UnsupportedImageFormat, match="32-bit grey"):
        scaled(encoded(Image.new(mode, (4, 4)), "TIFF"))


def test_one_bit_becomes_grey() -> None:
    source = CHINA.convert("1")
    result = scaled(encoded(source))
    assert result.mode == "L"
    # Each pass clips what overshoots between black and white; the reference clips once.
    assert mean_difference(pixels_of(result), resampled(pixels_of(source, "L"), SIZE)) < 2.5


@pytest.mark.parametrize("rows", [[b"\xff\x01"], [b"\0\0"]], ids=["beyond the palette", "inside"])
@pytest.mark.parametrize("palette", [[chunk(b"PLTE", b"\x01\x02\x03")], []], ids=["short palette", "no palette"])
def test_a_palette_that_is_too_short_or_missing_is_no_crash(rows: list[bytes], palette: list[bytes]) -> None:
    assert scaled(png((2, 1), 8, 3, rows, *palette), size=(2, 1)).size == (2, 1)


def deep_grey() -> np.ndarray[tuple[int, ...], np.dtype[np.uint16]]:
    fine = RANDOM.integers(0, 257, (214, 320), dtype=np.uint16)
    return np.asarray(CHINA.convert("L")).astype(np.uint16) * 256 + np.minimum(fine, 255)


def tifffile_of(pixels: np.ndarray[tuple[int, ...], np.dtype[np.uint16]], compression: str | None) -> bytes:
    """Return a TIFF, which Pillow does not write with such samples."""
    buffer = BytesIO()
    tifffile.imwrite(buffer, pixels, photometric="rgb", compression=compression)
    return buffer.getvalue()


def sample(value: int, depth: int) -> bytes:
    """Return eight samples of a value."""
    return int(f"{value:0{depth}b}" * 8, 2).to_bytes(depth)


def tRNS(*samples: int) -> bytes:  # noqa: N802 - the chunk's name
    return chunk(b"tRNS", b"".join(each.to_bytes(2) for each in samples))
