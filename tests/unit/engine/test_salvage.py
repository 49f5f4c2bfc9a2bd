"""`damaged=salvage`: what can be decoded of a file that lacks pixels is right, and the rest is neutral."""

import gc
import re
from collections.abc import Callable
from io import BytesIO
from typing import Any
from weakref import ReferenceType, ref
from zlib import Z_SYNC_FLUSH, compressobj

import numpy as np
import pytest
import tifffile
from PIL import Image, ImageFile

from imagescaler.domain.errors import CorruptImage, ImageProblem, ImageTooLarge, TooExpensive
from imagescaler.domain.formats import Format
from imagescaler.domain.limits import Limits
from imagescaler.domain.options import Damaged, Options
from imagescaler.engine.encode.rendered import RenderedImage
from imagescaler.engine.scale import scale, scale_each
from imagescaler.planning.cost.budget import Budget
from imagescaler.probe.tiff_directories import shown_page
from tests.animations import frames_of, saved
from tests.pictures import chunk, encoded, heic, photograph
from tests.reference import Pixels, pixels_of

PHOTOGRAPH = Image.open(BytesIO(photograph())).convert("RGB")
WIDTH, HEIGHT = PHOTOGRAPH.size
SALVAGE = Options(scale=100, format=Format.PNG, depth=8, damaged=Damaged.SALVAGE)
GREY, GREYS = (128, 128, 128, 255), {(128, 128, 128, 255), (127, 127, 127, 255)}
ADVICE = "Send damaged=salvage to get what can be decoded."
NOTHING_LOST = "The {} is cut off or damaged. No pixel is missing as a whole, but some may lack details or be wrong."


def strips(image: Image.Image, **options: Any) -> bytes:
    """Return a TIFF whose directory comes before its pixels, as other writers than Pillow have it."""
    buffer = BytesIO()
    tifffile.imwrite(buffer, np.asarray(image), metadata=None, **options)
    return buffer.getvalue()


def orientation(number: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = number
    return exif


# Files whose pixels come in rows, from the first to the last, and the color of those that are missing.
IN_ROWS: dict[str, tuple[bytes, tuple[int, ...]]] = {
    "JPEG": (encoded(PHOTOGRAPH, "JPEG", quality=90, subsampling=0), GREY),
    "subsampled JPEG": (encoded(PHOTOGRAPH, "JPEG"), GREY),
    "grey JPEG": (encoded(PHOTOGRAPH.convert("L"), "JPEG"), GREY),
    "JPEG with restarts": (encoded(PHOTOGRAPH, "JPEG", restart_marker_rows=1), GREY),
    "PNG": (encoded(PHOTOGRAPH), GREY),
    "PNG with alpha": (encoded(PHOTOGRAPH.convert("RGBA")), (128, 128, 128, 0)),
    "grey PNG": (encoded(PHOTOGRAPH.convert("L")), GREY),
    "grey PNG with alpha": (encoded(PHOTOGRAPH.convert("LA")), (128, 128, 128, 0)),
    "grey PNG of 16 bits": (encoded(PHOTOGRAPH.convert("I;16")), GREY),
    "PNG of one bit": (encoded(PHOTOGRAPH.convert("1")), GREY),
    "PNG with a palette": (encoded(PHOTOGRAPH.quantize(256)), GREY),
    "PNG with a transparent palette": (encoded(PHOTOGRAPH.quantize(16), transparency=3), (128, 128, 128, 0)),
    "GIF": (encoded(PHOTOGRAPH.quantize(64), "GIF", interlace=0), GREY),
    "WebP": (encoded(PHOTOGRAPH, "WEBP"), GREY),
    "lossless WebP": (encoded(PHOTOGRAPH, "WEBP", lossless=True), GREY),
    "WebP with alpha": (encoded(PHOTOGRAPH.convert("RGBA").rotate(5), "WEBP"), (128, 128, 128, 0)),
    "AVIF": (encoded(PHOTOGRAPH, "AVIF", autotiling=False), GREY),
    "TIFF": (strips(PHOTOGRAPH, rowsperstrip=16), GREY),
    "TIFF of one strip": (strips(PHOTOGRAPH, rowsperstrip=HEIGHT), GREY),
    "TIFF with Deflate": (strips(PHOTOGRAPH, rowsperstrip=16, compression="zlib", predictor=True), GREY),
    "TIFF with tiles": (strips(PHOTOGRAPH, tile=(64, 64), compression="zlib"), GREY),
    "TIFF of many strips": (strips(PHOTOGRAPH.resize((40, 2_500)), rowsperstrip=1, compression="zlib"), GREY),
}


def salvaged(data: bytes, **options: Any) -> RenderedImage:
    return scale(data, Options(**SALVAGE.given() | options), Limits())


def rgba(data: bytes) -> Pixels:
    """Return the pixels as the engine has them without damage."""
    whole = scale(data, Options(scale=100, format=Format.PNG, depth=8), Limits())
    return pixels_of(whole.data, "RGBA")


def cut(data: bytes, share: float) -> bytes:
    return data[: int(len(data) * share)]


@pytest.mark.parametrize("share", [0.5, 0.8])
@pytest.mark.parametrize("kind", IN_ROWS)
def test_rows_before_the_damage_are_right_and_those_behind_it_neutral(kind: str, share: float) -> None:
    data, neutral = IN_ROWS[kind]
    result, whole = salvaged(cut(data, share)), rgba(data)
    ours = pixels_of(result.data, "RGBA")
    assert ours.shape == whole.shape
    is_neutral = (ours == neutral).all(axis=2)
    rows = is_neutral.mean(axis=1) > 0.99
    first = int(rows.argmax())
    assert 0.2 * len(rows) < first < 0.95 * len(rows)
    assert is_neutral[first + 16 :].all()
    # A row of blocks or tiles holds pixels of both kinds, and a decoder mixes colors over the edge of a block.
    is_right = is_neutral | (ours == whole).all(axis=2)
    assert is_right[: max(first - 18, 0)].all()
    assert (~is_right & (np.abs(ours - whole).max(axis=2) > 40)).sum() <= 16 * 16 * 3
    assert is_neutral[: max(first - 81, 0)].mean() < 0.01
    [warning] = result.warnings
    found = re.fullmatch(r"The \w+ is cut off or damaged\. About (\d+) % of its pixels are missing\.", warning)
    assert found
    assert abs(int(found[1]) / 100 - is_neutral.mean()) < 0.05


@pytest.mark.parametrize("kind", IN_ROWS)
def test_a_file_that_is_whole_is_the_same_with_either_value(kind: str) -> None:
    data, _ = IN_ROWS[kind]
    result = salvaged(data)
    assert not any("damaged" in each for each in result.warnings)
    assert (pixels_of(result.data, "RGBA") == rgba(data)).all()


@pytest.mark.parametrize("kind", IN_ROWS)
def test_a_damaged_file_is_refused_without_the_option_with_advice(kind: str) -> None:
    with pytest.raises(CorruptImage, match=ADVICE):
        scale(cut(IN_ROWS[kind][0], 0.5), Options(100), Limits())


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WebP", "AVIF", "TIFF"])
def test_a_file_of_which_nothing_is_left_is_refused_as_before_without_advice(kind: str) -> None:
    data = IN_ROWS[kind][0]
    for size in (12, 40, 120):
        with pytest.raises(CorruptImage) as refused:
            salvaged(data[:size])
        assert ADVICE not in refused.value.detail


INTERLACED: dict[str, bytes] = {
    "progressive JPEG": encoded(PHOTOGRAPH, "JPEG", progressive=True, quality=90),
    "interlaced GIF": encoded(PHOTOGRAPH.quantize(64), "GIF", interlace=1),
}


@pytest.mark.parametrize("kind", INTERLACED)
def test_a_picture_in_passes_is_coarse_where_the_last_ones_are_missing(kind: str) -> None:
    data = INTERLACED[kind]
    result, whole = salvaged(cut(data, 0.7)), rgba(data)
    ours = pixels_of(result.data, "RGBA")
    assert np.abs(ours - whole)[..., :3].mean() < 12
    assert result.warnings == (NOTHING_LOST.format(result.source.format.name),)


def test_an_interlaced_png_repeats_pixels_of_earlier_passes() -> None:
    pixels = np.asarray(PHOTOGRAPH.resize((61, 43)))
    passes = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
    rows = [[b"\0" + row.tobytes() for row in pixels[top::down, left::across]] for left, top, across, down in passes]

    def file(count: int) -> bytes:
        deflate = compressobj()
        data = deflate.compress(b"".join(b"".join(each) for each in rows[:count]))
        data += deflate.flush(Z_SYNC_FLUSH) if count < len(rows) else deflate.flush()
        header = np.array([61, 43], ">u4").tobytes() + bytes([8, 2, 0, 0, 1])
        return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")

    assert (rgba(file(7))[..., :3] == pixels).all()
    for count, (across, down) in zip(range(1, 7), [(8, 8), (4, 8), (4, 4), (2, 4), (2, 2), (1, 2)], strict=True):
        y, x = np.indices(pixels.shape[:2])
        ours = pixels_of(salvaged(file(count)).data, "RGB")
        assert (ours == pixels[y // down * down, x // across * across]).all(), count


@pytest.mark.parametrize("share", [0.4, 0.6, 0.8])
@pytest.mark.parametrize(("columns", "rows"), [(1, 0), (2, 0), (1, 1), (2, 1)])
def test_a_picture_in_tiles_is_right_in_each_of_them(columns: int, rows: int, share: float) -> None:
    picture = PHOTOGRAPH.resize((1200, 800))
    data = encoded(picture, "AVIF", tile_cols=columns, tile_rows=rows, autotiling=False, speed=9)
    ours, whole = pixels_of(salvaged(cut(data, share)).data, "RGBA"), rgba(data)
    is_neutral = (ours == GREY).all(axis=2)
    # Filters mix colors over the edges of tiles.
    assert (np.abs(ours - whole).max(axis=2)[~is_neutral] > 10).sum() < is_neutral.size / 1000
    assert abs(is_neutral.mean() - (1 - share)) < 0.3


@pytest.mark.parametrize("share", [0.3, 0.5, 0.65])
@pytest.mark.parametrize("side", [1500, 2600])
def test_a_large_picture_in_tiles_keeps_those_before_the_cut(side: int, share: float) -> None:
    data = encoded(PHOTOGRAPH.resize((side, side)), "AVIF", speed=10)
    ours, whole = pixels_of(salvaged(cut(data, share)).data, "RGBA"), rgba(data)
    is_neutral = (ours == GREY).all(axis=2)
    assert (np.abs(ours - whole).max(axis=2)[~is_neutral] > 10).sum() < is_neutral.size / 1000
    assert abs(is_neutral.mean() - (1 - share)) < 0.3


def without_piece(data: bytes, tag: int, number: int, place: bytes) -> bytes:
    field = shown_page(data).fields[tag]
    at = field.position + 4 * number
    return data[:at] + place + data[at + 4 :]


@pytest.mark.parametrize("place", [bytes(4), b"\0\0\0\x7f"], ids=["no place", "a place behind the file"])
@pytest.mark.parametrize(
    ("options", "tag", "area"),
    [
        ({"rowsperstrip": 32, "compression": "zlib"}, 273, (0, 96, WIDTH, 128)),
        ({"tile": (128, 64), "compression": "zlib"}, 324, (384, 0, 512, 64)),
        ({"tile": (128, 64)}, 324, (384, 0, 512, 64)),
        ({"rowsperstrip": 32, "compression": "zlib", "planarconfig": "separate"}, 273, (0, 96, WIDTH, 128)),
    ],
)
def test_a_tiff_lacks_no_more_than_its_missing_strips_and_tiles(
    options: dict[str, Any], tag: int, area: tuple[int, ...], place: bytes
) -> None:
    if "tile" in options:
        options = options | {"tile": options["tile"][::-1]}
    pixels = np.asarray(PHOTOGRAPH)
    buffer = BytesIO()
    planes = np.moveaxis(pixels, 2, 0) if "planarconfig" in options else pixels
    tifffile.imwrite(buffer, planes, metadata=None, photometric="rgb", **options)
    if place == bytes(4) and "compression" not in options:
        pytest.skip("the bytes at the start of the file are samples like any others")
    result = salvaged(without_piece(buffer.getvalue(), tag, 3, place))
    ours, wanted = pixels_of(result.data, "RGB"), pixels.astype(float)
    left, top, right, bottom = area
    wanted[top:bottom, left:right] = 128
    assert (ours == wanted).all()


@pytest.mark.parametrize("number", [3, 6, 8])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF"])
def test_what_is_left_is_turned_upright(kind: str, number: int) -> None:
    if kind == "TIFF":
        extra = [(274, 3, 1, number, True)]
        data = strips(PHOTOGRAPH, rowsperstrip=16, compression="zlib", extratags=extra)
    else:
        data = encoded(PHOTOGRAPH, kind, exif=orientation(number))
    result, whole = salvaged(cut(data, 0.6)), rgba(data)
    ours = pixels_of(result.data, "RGBA")
    assert (result.source.width, result.source.height) == whole.shape[1::-1]
    is_right = (np.abs(ours - whole) < 12).all(axis=2)
    assert ((ours == GREY).all(axis=2) | is_right).mean() > 0.98
    assert is_right.mean() > 0.3


def test_exif_behind_the_pixels_of_a_png_still_turns_it() -> None:
    data = encoded(PHOTOGRAPH, exif=orientation(6))
    at = data.index(b"eXIf") - 4
    exif = data[at : at + 12 + int.from_bytes(data[at : at + 4])]
    pixels = data.replace(exif, b"").removesuffix(data[-12:])
    broken = bytearray(pixels)
    broken[len(broken) * 2 // 3 :][:4] = b"\xff\xff\xff\xff"
    broken[len(broken) * 2 // 3 : len(broken) * 2 // 3 + 400] = b"\xff" * 400
    result = salvaged(bytes(broken) + exif + data[-12:])
    assert (result.source.width, result.source.height) == (HEIGHT, WIDTH)


def test_a_smaller_result_is_made_of_a_smaller_decoding() -> None:
    result = salvaged(cut(IN_ROWS["JPEG"][0], 0.5), scale=None, width=WIDTH // 4)
    assert result.operations[0] == "salvage jpeg 1/2"
    ours = pixels_of(result.data, "RGBA")
    assert (ours[-10:] == GREY).all()
    whole = pixels_of(scale(IN_ROWS["JPEG"][0], Options(WIDTH // 4, format=Format.PNG), Limits()).data, "RGBA")
    assert np.abs(ours[:20] - whole[:20]).max() == 0


def test_inks_that_are_missing_are_grey() -> None:
    data = encoded(PHOTOGRAPH.convert("CMYK"), "JPEG")
    assert (pixels_of(salvaged(cut(data, 0.5)).data, "RGBA")[-20:] == GREY).all()


def test_a_wrong_checksum_of_pixels_that_are_right_is_no_damage() -> None:
    data = bytearray(encoded(PHOTOGRAPH))
    at = data.index(b"IDAT")
    data[at + 4 + int.from_bytes(data[at - 4 : at])] ^= 1
    result = scale(bytes(data), Options(scale=100, format=Format.PNG), Limits())
    assert (pixels_of(result.data, "RGB") == np.asarray(PHOTOGRAPH)).all()
    assert not any("damaged" in each for each in result.warnings)


def test_pixels_that_only_the_checksums_of_a_png_show_to_be_wrong_are_refused_or_salvaged() -> None:
    data = bytearray(encoded(PHOTOGRAPH, compress_level=0))
    data[len(data) // 2] ^= 0xFF
    with pytest.raises(CorruptImage, match=ADVICE):
        scale(bytes(data), Options(100), Limits())
    result = salvaged(bytes(data))
    assert result.warnings == ("The PNG is cut off or damaged. Less than 1 % of its pixels are missing.",)
    assert (pixels_of(result.data, "RGB")[:100] == np.asarray(PHOTOGRAPH)[:100]).all()


def test_a_png_with_a_damaged_chunk_has_the_rows_before_it() -> None:
    data = bytearray(encoded(PHOTOGRAPH))
    data[len(data) // 2 : len(data) // 2 + 300] = b"\xff" * 300
    ours = pixels_of(salvaged(bytes(data)).data, "RGB")
    assert (ours[:150] == np.asarray(PHOTOGRAPH)[:150]).all()
    assert (ours[-1] == 128).all()


PICTURES = [PHOTOGRAPH.resize((120, 80)).rotate(20 * number) for number in range(6)]
LOSSLESS = {Format.WEBP: {"lossless": True}}


@pytest.mark.parametrize("form", [each for each in Format if each.has_frames])
def test_frames_before_the_damage_are_right_and_the_others_show_those_before(form: Format) -> None:
    data = saved(form, PICTURES, duration=50, **LOSSLESS.get(form, {}))
    whole = [pixels_of(frame) for frame in frames_of(data)]
    result = salvaged(cut(data, 0.96))
    ours = [pixels_of(frame) for frame in frames_of(result.data)]
    right = 5
    assert right <= len(ours) <= len(whole)
    for number in range(right):
        assert (ours[number] == whole[number]).all(), number
    if len(ours) > right:  # every pixel is that of the frame or that of the frame before
        is_right, is_old = ((ours[right] == each).all(axis=2) for each in whole[right - 1 : right + 1])
        assert (is_right | is_old).mean() > 0.95
    [warning] = result.warnings
    assert warning.startswith(f"The {form.name} is cut off or damaged. Its animation has {len(ours)} frames left")
    assert (", of which frame 6 lacks pixels" in warning) == (len(ours) > right)


@pytest.mark.parametrize("form", [Format.GIF, Format.PNG])
def test_a_damaged_frame_takes_no_other_along(form: Format) -> None:
    disposal = 2 if form is Format.GIF else 1
    data = bytearray(saved(form, PICTURES, duration=50, disposal=disposal))
    middle = len(data) * 45 // 100
    data[middle : middle + 40] = b"\xa5" * 40
    with pytest.raises(CorruptImage, match=ADVICE):
        scale(bytes(data), Options(scale=100), Limits())
    whole = scale(saved(form, PICTURES, duration=50, disposal=disposal), SALVAGE, Limits())
    result = salvaged(bytes(data))
    [warning] = result.warnings
    [found] = re.findall(r"of which frame (\d) lacks pixels", warning)
    for number, (ours, theirs) in enumerate(zip(frames_of(result.data), frames_of(whole.data), strict=True), 1):
        is_right = (pixels_of(ours) == pixels_of(theirs)).all()
        assert is_right == (number != int(found)), number


@pytest.mark.parametrize("form", [each for each in Format if each.has_frames])
def test_an_animation_without_any_whole_byte_of_a_frame_is_refused(form: Format) -> None:
    data = saved(form, PICTURES, duration=50)
    with pytest.raises(CorruptImage):
        salvaged(data[:60])


def test_each_rendition_is_refused_or_salvaged_as_its_own_options_say() -> None:
    data = cut(IN_ROWS["PNG"][0], 0.5)
    refused, made = scale_each(data, [Options(50), Options(60, damaged=Damaged.SALVAGE)], Limits())
    assert isinstance(refused, CorruptImage)
    assert refused.detail.endswith(ADVICE)
    assert isinstance(made, RenderedImage)
    assert made.result.width == 60
    assert made.warnings


def test_each_rendition_of_an_animation_is_refused_or_salvaged_as_its_own_options_say() -> None:
    data = bytearray(saved(Format.GIF, PICTURES, duration=50))
    data[len(data) * 45 // 100 : len(data) * 45 // 100 + 40] = b"\xa5" * 40
    outcomes = scale_each(bytes(data), [Options(50), Options(60, damaged=Damaged.SALVAGE)], Limits())
    refused, made = outcomes
    assert isinstance(refused, CorruptImage)
    assert isinstance(made, RenderedImage)
    assert made.result.frames == len(PICTURES)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WebP", "AVIF", "TIFF"])
def test_limits_and_budget_hold_for_damaged_files(kind: str) -> None:
    data = cut(IN_ROWS[kind][0], 0.6)
    with pytest.raises(ImageTooLarge):
        scale(data, SALVAGE, Limits(max_source_pixels=1000))
    with pytest.raises(TooExpensive):
        scale(data, SALVAGE, Limits(), Budget(memory_bytes=2**40, seconds=0))


@pytest.mark.parametrize("form", ["WEBP", "AVIF"])
def test_a_file_that_announces_more_bytes_than_are_accepted_is_not_completed(form: str) -> None:
    data = cut(encoded(PHOTOGRAPH, form), 0.5)
    limits = Limits(max_source_bytes=len(data) + 1)
    with pytest.raises(CorruptImage):
        scale(data, SALVAGE, limits)


def test_the_size_of_what_is_left_of_a_file_is_compared_with_nothing() -> None:
    picture = encoded(PHOTOGRAPH, "JPEG", quality=30)
    assert any("usually smaller" in each for each in salvaged(picture).warnings)
    [warning] = salvaged(cut(picture, 0.5)).warnings
    assert "%" in warning
    frames = saved(Format.GIF, PICTURES, duration=50)
    [warning] = salvaged(cut(frames, 0.5), format=Format.PNG).warnings
    assert "frames left" in warning


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WebP", "AVIF", "TIFF"])
def test_files_that_were_compared_are_released_at_once(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    opened, really_open = list[ReferenceType[Image.Image]](), Image.open

    def remember(*arguments: Any, **options: Any) -> Image.Image:
        image = really_open(*arguments, **options)
        opened.append(ref(image))
        return image

    monkeypatch.setattr(Image, "open", remember)
    gc.collect()
    gc.disable()
    try:
        salvaged(cut(IN_ROWS[kind][0], 0.5))
        assert len(opened) > 2
        assert not any(each() for each in opened)
    finally:
        gc.enable()


def test_pillow_stays_strict() -> None:
    salvaged(cut(IN_ROWS["PNG"][0], 0.5))
    assert ImageFile.LOAD_TRUNCATED_IMAGES is False


Damage = Callable[[bytes, np.random.Generator], bytes]


def flipped(data: bytes, random: np.random.Generator) -> bytes:
    broken = bytearray(data)
    for at in random.integers(30, len(data), 20):
        broken[at] ^= int(random.integers(1, 256))
    return bytes(broken)


def holed(data: bytes, random: np.random.Generator) -> bytes:
    start, size = random.integers(30, len(data)), random.integers(1, len(data) // 2)
    return data[:start] + data[start + size :]


def shortened(data: bytes, random: np.random.Generator) -> bytes:
    return data[: random.integers(12, len(data))]


@pytest.mark.parametrize("damage", [flipped, holed, shortened])
@pytest.mark.parametrize("form", Format)
def test_any_damage_ends_in_a_picture_or_a_problem(form: Format, damage: Damage) -> None:
    random, small = np.random.default_rng(7), PHOTOGRAPH.resize((64, 43))
    images = [small, small.convert("L")]
    files = [heic(each) if form is Format.HEIC else encoded(each, form.name) for each in images]
    if form.has_frames:
        files.append(saved(form, [each.resize((48, 32)) for each in PICTURES], duration=50))
    for data in files:
        for _ in range(15):
            try:
                salvaged(damage(data, random))
            except ImageProblem:
                continue
