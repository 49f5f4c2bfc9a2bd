"""BMP, ICO and HEIC, which become another format."""

import struct
from io import BytesIO
from typing import Any, TypeAlias

import numpy as np
import pillow_heif
import pytest
from PIL import Image, ImageOps

from imagescaler.domain.errors import CorruptImage, ImageTooLarge, TooManyChunks, UnsupportedImageFormat
from imagescaler.domain.formats import Format
from imagescaler.domain.limits import Limits
from imagescaler.domain.options import Damaged, Metadata, Options
from imagescaler.engine.scale import scale
from imagescaler.probe.probe import probe
from tests.pictures import chunk, encoded, heic, photograph, png
from tests.unit.engine.profiles import display_p3, display_p3_to_srgb

Samples: TypeAlias = np.ndarray[Any, Any]
SIZE = WIDTH, HEIGHT = 33, 20  # rows need padding
FILE_HEADER, HEADER = struct.Struct("<2sIHHI"), struct.Struct("<IiiHHIIiiII")
BIT_FIELDS = 3


def pixels_of(data: bytes) -> Samples:
    """Return the pixels of a source that is not resized."""
    options = Options(probe(data).width, format=Format.PNG)
    with Image.open(BytesIO(scale(data, options, Limits()).data)) as made:
        return np.asarray(made.convert("RGBA"))


def drawing(*shape: int) -> Samples:
    return np.random.default_rng(1).integers(0, 256, shape, np.uint8)


def rows(samples: Samples, step: int = -1) -> bytes:
    """Return rows of whole words, by default from below."""
    return b"".join(row.tobytes() + bytes(-row.nbytes % 4) for row in samples[::step])


def header(bits: int, size: tuple[int, int] = SIZE, compression: int = 0, colors: int = 0) -> bytes:
    return HEADER.pack(HEADER.size, *size, 1, bits, compression, 0, 2835, 2835, colors, 0)


def bmp(head: bytes, pixels: bytes) -> bytes:
    start = FILE_HEADER.size + len(head)
    return FILE_HEADER.pack(b"BM", start + len(pixels), 0, 0, start) + head + pixels


def icon(*contents: bytes, side: int = 16, bits: int = 32) -> bytes:
    """Return an icon whose entries tell all the same of its pictures."""
    start, entries = 6 + 16 * len(contents), b""
    for content in contents:
        entries += struct.pack("<4B2H2I", side, side, 0, 0, 1, bits, len(content), start)
        start += len(content)
    return struct.pack("<3H", 0, 1, len(contents)) + entries + b"".join(contents)


def bitmap(samples: Samples, mask: bytes = b"", size: tuple[int, int] = SIZE) -> bytes:
    """Return a bitmap as it is in an icon."""
    return header(8 * samples.shape[2], (size[0], 2 * size[1])) + rows(samples) + mask


def photo(size: tuple[int, int] = (320, 214)) -> Image.Image:
    with Image.open(BytesIO(photograph())) as image:
        return image.resize(size)


@pytest.mark.parametrize("form", [Format.BMP, Format.ICO, Format.HEIC])
def test_without_a_format_the_result_is_one_that_is_written(form: Format) -> None:
    image = photo((40, 30))
    data = {Format.BMP: encoded(image, "BMP"), Format.ICO: icon(encoded(image)), Format.HEIC: heic(image)}[form]
    made = scale(data, Options(20), Limits())
    assert (made.source.format, made.result.format) == (form, form.result)
    assert (made.source.width, made.source.height, made.result.width, made.result.height) == (40, 30, 20, 15)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB"])
def test_a_bmp_of_each_depth_is_read(mode: str) -> None:
    image = photo(SIZE).convert(mode)
    assert np.array_equal(pixels_of(encoded(image, "BMP")), np.asarray(image.convert("RGBA")))


def test_a_bmp_that_begins_at_the_top_is_read() -> None:
    samples = drawing(HEIGHT, WIDTH, 3)
    data = bmp(header(24, (WIDTH, -HEIGHT)), rows(samples, step=1))
    assert probe(data).stored == SIZE
    assert np.array_equal(pixels_of(data)[..., :3], samples[..., ::-1])


def test_a_bmp_with_the_header_of_os2_is_read() -> None:
    samples = drawing(HEIGHT, WIDTH, 3)
    data = bmp(struct.pack("<IHHHH", 12, *SIZE, 1, 24), rows(samples))
    assert np.array_equal(pixels_of(data)[..., :3], samples[..., ::-1])


def test_a_bmp_of_five_and_six_bits_is_read() -> None:
    samples = np.random.default_rng(1).integers(0, 2**16, (HEIGHT, WIDTH), np.uint16)
    masks = struct.pack("<3I", 0xF800, 0x07E0, 0x001F)
    made = pixels_of(bmp(header(16, compression=BIT_FIELDS) + masks, rows(samples)))
    exact = np.stack([(samples >> 11) * 255 / 31, (samples >> 5 & 63) * 255 / 63, (samples & 31) * 255 / 31], 2)
    assert np.abs(made[..., :3] - exact).max() <= 1


def test_the_fourth_byte_of_a_bmp_without_masks_is_no_alpha() -> None:
    assert (pixels_of(bmp(header(32), rows(drawing(HEIGHT, WIDTH, 4))))[..., 3] == 255).all()


@pytest.mark.parametrize(
    ("bits", "masks"),
    [
        (16, (0xF00, 0xF0, 0xF, 0xF000)),
        (16, (0x7C00, 0x3E0, 0x1F, 0x8000)),
        (16, (0xF800, 0x7C0, 0x3E, 0x1)),
        (32, (0x3FF00000, 0xFFC00, 0x3FF, 0xC0000000)),
        (32, (0xFF, 0xFF00, 0xFF0000, 0xFF000000)),
        (32, (0xFF00, 0xFF0000, 0xFF000000, 0)),
    ],
)
def test_samples_of_a_bmp_are_where_its_masks_have_them(bits: int, masks: tuple[int, ...]) -> None:
    samples = np.random.default_rng(1).integers(0, 2**bits, (HEIGHT, WIDTH), np.dtype(f"u{bits // 8}"))
    head = struct.pack("<I", 56) + header(bits, compression=BIT_FIELDS)[4:] + struct.pack("<4I", *masks)
    exact = [(samples & mask) / mask * 255 if mask else np.full(samples.shape, 255) for mask in masks]
    assert np.abs(pixels_of(bmp(head, rows(samples))) - np.stack(exact, 2)).max() <= 1


@pytest.mark.parametrize(
    ("bits", "masks"), [(16, (0x7C00, 0x3E0, 0x1F, 0x8000)), (32, (0xFF0000, 0xFF00, 0xFF, 0xFF000000))]
)
def test_an_alpha_mask_of_a_bmp_without_any_alpha_hides_nothing(bits: int, masks: tuple[int, ...]) -> None:
    head = struct.pack("<I", 56) + header(bits, compression=BIT_FIELDS)[4:] + struct.pack("<4I", *masks)
    data = bmp(head, rows(np.zeros((HEIGHT, WIDTH), np.dtype(f"u{bits // 8}"))))
    assert (pixels_of(data + b"a profile")[..., 3] == 255).all()


COLORS = drawing(256, 4)
COLORS[:, 3] = 0


@pytest.mark.parametrize(
    ("bits", "runs", "indices"),
    [
        (8, "0000 0503 0000 0001", ["00000", "33333", "00000"]),
        (8, "0003 040506 00 0000 0503 0000 0503 0001", ["45600", "33333", "33333"]),
        (8, "0907 0000 0503 0000 0503", ["77777", "33333", "33333"]),
        (4, "0512 0000 0005 1234 5000 0000 0003 1230 0001", ["12121", "12345", "12300"]),
        (8, "0002 0101 0103 0001", ["00000", "03000"]),
    ],
)
def test_runs_of_a_bmp_may_leave_pixels_and_rows_out(bits: int, runs: str, indices: list[str]) -> None:
    head = header(bits, (5, 3), compression=1 if bits == 8 else 2) + COLORS[: 2**bits].tobytes()
    numbers = np.array([[int(each) for each in row] for row in [*indices, *["00000"] * 3][2::-1]])
    assert np.array_equal(pixels_of(bmp(head, bytes.fromhex(runs)))[..., :3], COLORS[numbers][..., 2::-1])


def test_a_bmp_whose_runs_are_cut_off_is_damaged_and_can_be_salvaged() -> None:
    data = bmp(header(8, (5, 3), compression=1) + COLORS.tobytes(), bytes.fromhex("0503 0000 0204"))
    with pytest.raises(CorruptImage):
        pixels_of(data)
    made = scale(data, Options(5, format=Format.PNG, damaged=Damaged.SALVAGE), Limits())
    with Image.open(BytesIO(made.data)) as image:
        assert image.convert("RGB").getpixel((4, 2)) == tuple(COLORS[3][2::-1])


@pytest.mark.parametrize(("bits", "colors"), [(4, 2), (8, 2), (4, 20)])
def test_the_palette_of_a_bmp_and_of_an_icon_may_be_short_or_long(bits: int, colors: int) -> None:
    indices = np.random.default_rng(1).integers(0, 2, SIZE[::-1], np.uint8)
    packed = indices if bits == 8 else np.pad(indices, ((0, 0), (0, 1)))
    packed = packed if bits == 8 else packed[:, ::2] << 4 | packed[:, 1::2]
    palette = bytes(4) + b"\xff\xff\xff\0" * (colors - 1)
    in_icon = header(bits, (WIDTH, 2 * HEIGHT), colors=colors) + palette + rows(packed) + bytes(8 * HEIGHT)
    for data in (bmp(header(bits, colors=colors) + palette, rows(packed)), icon(in_icon)):
        assert np.array_equal(pixels_of(data)[..., 0], indices * 255)


@pytest.mark.parametrize("channels", [3, 4])
def test_a_bmp_with_the_short_header_of_the_second_os2_is_read(channels: int) -> None:
    samples = drawing(HEIGHT, WIDTH, channels)
    data = bmp(struct.pack("<IiiHH", 16, *SIZE, 1, 8 * channels), rows(samples))
    assert np.array_equal(pixels_of(data)[..., 2::-1], samples[..., :3])


def test_runs_of_a_bmp_begin_behind_the_palette_if_the_file_does_not_say_where() -> None:
    data = bmp(header(8, (5, 3), compression=1) + COLORS.tobytes(), bytes.fromhex("0001"))
    assert (pixels_of(data[:10] + bytes(4) + data[14:])[..., :3] == COLORS[0, 2::-1]).all()


@pytest.mark.parametrize(
    ("head", "variety"),
    [
        (header(2), "2 bits per pixel"),
        (header(64), "64 bits per pixel"),
        (header(32, compression=11), "CMYK"),
        (struct.pack("<I", 64) + header(1, compression=3)[4:] + bytes(24), "Huffman"),
        (struct.pack("<I", 64) + header(24, compression=4)[4:] + bytes(24), "runs of 24-bit"),
    ],
)
def test_a_bmp_of_a_variety_that_is_not_accepted_is_refused_by_its_name(head: bytes, variety: str) -> None:
    with pytest.raises(UnsupportedImageFormat, match=variety):
        pixels_of(bmp(head, bytes(9000)))


@pytest.mark.parametrize(("compression", "name"), [(4, "a JPEG"), (5, "a PNG")])
def test_a_file_in_a_bmp_is_refused_by_its_name(compression: int, name: str) -> None:
    with pytest.raises(UnsupportedImageFormat, match=f"{name} inside"):
        pixels_of(bmp(header(0, compression=compression), photograph()))


@pytest.mark.parametrize("size", [(30_001, 10), (20_000, 20_000), (20_000, -20_000)])
def test_a_bmp_that_claims_too_much_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(ImageTooLarge):
        pixels_of(bmp(header(24, size), b""))


def test_a_bmp_without_its_pixels_is_damaged() -> None:
    with pytest.raises(CorruptImage):
        pixels_of(bmp(header(24), b"")[:60])


def test_the_largest_picture_of_an_icon_with_the_most_colors_is_shown() -> None:
    shown = drawing(HEIGHT, WIDTH, 4)
    shown[..., 3] |= 1
    small = bitmap(drawing(9, 9, 4), size=(9, 9))
    plain = bitmap(drawing(HEIGHT, WIDTH, 3), bytes(8 * HEIGHT))
    data = icon(small, plain, bitmap(shown), small)
    assert probe(data).stored == SIZE
    assert np.array_equal(pixels_of(data), shown[..., [2, 1, 0, 3]])


@pytest.mark.parametrize("side", [48, 256, 300])
def test_a_png_in_an_icon_has_the_size_of_its_own_header(side: int) -> None:
    image = photo((side, side))
    data = icon(encoded(image))
    assert probe(data).stored == (side, side)
    assert np.array_equal(pixels_of(data)[..., :3], np.asarray(image))


def test_the_mask_of_an_icon_hides_pixels() -> None:
    mask = np.zeros((HEIGHT, 64), np.uint8)
    mask[:5, :7] = 1
    made = pixels_of(icon(bitmap(drawing(HEIGHT, WIDTH, 3), np.packbits(mask[::-1], axis=1).tobytes()), bits=24))
    assert np.array_equal(made[..., 3], (1 - mask[:, :WIDTH]) * 255)


def test_the_mask_of_an_icon_counts_if_its_alpha_channel_is_empty() -> None:
    samples, mask = drawing(HEIGHT, WIDTH, 4), np.zeros((HEIGHT, 64), np.uint8)
    samples[..., 3], mask[3:, 20:] = 0, 1
    made = pixels_of(icon(bitmap(samples, np.packbits(mask[::-1], axis=1).tobytes())))
    assert np.array_equal(made[..., 3], (1 - mask[:, :WIDTH]) * 255)
    assert np.array_equal(made[:3, :, :3], samples[:3, :, 2::-1])


def test_a_cursor_is_read_as_the_icon_that_it_is() -> None:
    shown = drawing(HEIGHT, WIDTH, 4)
    shown[..., 3] |= 1
    data = icon(bitmap(shown), bits=7)  # in a cursor, the bits are a coordinate of its tip
    assert np.array_equal(pixels_of(data[:2] + b"\2" + data[3:]), shown[..., [2, 1, 0, 3]])


def test_an_icon_without_its_mask_hides_nothing() -> None:
    samples = drawing(HEIGHT, WIDTH, 3)
    made = pixels_of(icon(bitmap(samples), bits=24))
    assert np.array_equal(made[..., :3], samples[..., ::-1])
    assert (made[..., 3] == 255).all()


@pytest.mark.parametrize(
    "content",
    [
        bitmap(drawing(1, 1, 4), size=(30_001, 1)),
        bitmap(drawing(1, 1, 4), size=(20_000, 20_000)),
        png((31_000, 31_000), 8, 2, []),
    ],
)
def test_an_icon_that_holds_more_than_its_entry_tells_is_refused(content: bytes) -> None:
    with pytest.raises(ImageTooLarge):
        pixels_of(icon(content))


def test_a_png_in_an_icon_is_checked_as_it_would_be_alone() -> None:
    flood = png(SIZE, 8, 0, [bytes(WIDTH)] * HEIGHT, *[chunk(b"tEXt", b"a\0b")] * 20_001)
    with pytest.raises(TooManyChunks):
        pixels_of(icon(flood))


@pytest.mark.parametrize("data", [icon(), icon(b""), icon(b"\x28"), icon(bitmap(drawing(3, 3, 4)))[:70]])
def test_a_damaged_icon_is_refused(data: bytes) -> None:
    with pytest.raises((CorruptImage, UnsupportedImageFormat)):
        pixels_of(data)


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_a_heic_looks_like_its_source(mode: str) -> None:
    image = photo().convert(mode)
    if mode == "RGBA":
        image.putalpha(Image.linear_gradient("L").resize(image.size))
    made, source = pixels_of(heic(image)).astype(float), np.asarray(image.convert("RGBA")).astype(float)
    visible = source[..., 3:] / 255
    assert np.abs(made - source)[..., :3][visible[..., 0] > 0.5].mean() < 3
    assert np.abs(made - source)[..., 3].max() <= 4


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_heic_is_upright_already(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    image = photo()
    data = heic(image, exif=exif.tobytes())
    upright = np.asarray(_upright(image, orientation)).astype(float)
    source = probe(data)
    assert (source.width, source.height, source.orientation) == (upright.shape[1], upright.shape[0], 1)
    assert np.abs(pixels_of(data)[..., :3] - upright).mean() < 3
    made = Image.open(BytesIO(scale(data, Options(50, metadata=Metadata.ALL), Limits()).data))
    assert made.getexif().get(0x0112, 1) == 1


def _upright(image: Image.Image, orientation: int) -> Image.Image:
    exif = image.getexif()
    exif[0x0112] = orientation
    return ImageOps.exif_transpose(image)


def test_a_heic_in_display_p3_gets_the_colors_of_srgb() -> None:
    image = photo()
    made = pixels_of(heic(image, icc_profile=display_p3(), chroma=444))
    exact = display_p3_to_srgb(np.asarray(image) / 255).clip(0, 1) * 255
    assert np.abs(made[..., :3] - exact).mean() < 3


def test_a_heic_that_states_display_p3_by_numbers_gets_the_colors_of_srgb() -> None:
    image = photo()
    made = pixels_of(heic(image, color_primaries=12, transfer_characteristics=13, matrix_coefficients=1, chroma=444))
    exact = display_p3_to_srgb(np.asarray(image) / 255).clip(0, 1) * 255
    assert np.abs(made[..., :3] - exact).mean() < 3


def test_a_heic_with_ten_bits_is_read() -> None:
    deep = (np.asarray(photo()).astype(np.uint16) << 8) + 128
    file = pillow_heif.from_bytes("RGB;16", (deep.shape[1], deep.shape[0]), deep.tobytes())
    buffer = BytesIO()
    file.save(buffer, quality=95)
    assert np.abs(pixels_of(buffer.getvalue())[..., :3].astype(float) - (deep >> 8)).mean() < 3


def test_a_damaged_heic_is_refused() -> None:
    data = heic(photo())
    with pytest.raises(CorruptImage):
        pixels_of(data[: len(data) // 2])
