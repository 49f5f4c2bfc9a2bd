"""Files that nobody trusts are refused for the right reason, and before they cost anything."""

import random
import struct
import tracemalloc
import warnings
from io import BytesIO
from time import process_time

import numpy as np
import pytest
from PIL import ExifTags, Image, ImageFile

from imagescaler.domain.errors import (
    CorruptImage,
    ImageProblem,
    ImageTooLarge,
    Problem,
    RenderingFailed,
    SourceTooLarge,
    TargetTooLarge,
    TooManyChunks,
    TooManyScans,
    UnsupportedImageFormat,
)
from imagescaler.domain.formats import RESULT_FORMATS, Format
from imagescaler.domain.limits import Limits
from imagescaler.domain.options import Options
from imagescaler.engine.codecs import jpeg
from imagescaler.engine.encode.rendered import RenderedImage
from imagescaler.engine.resizers import installed
from imagescaler.engine.scale import scale
from tests.pictures import chunk, encoded, png, segment
from tests.reference import mean_difference, pixels_of, resampled
from tools.hostile import files as hostile
from tools.hostile.files import PICTURE
from tools.hostile.tiffs import strips

SMALL = (24, 16)
ORIENTED = Image.Exif()
ORIENTED[ExifTags.Base.Orientation] = 1
EXAMPLES = {
    "JPEG": encoded(PICTURE, "JPEG"),
    "progressive JPEG": encoded(PICTURE, "JPEG", progressive=True),
    "PNG": encoded(PICTURE),
    "palette PNG": encoded(PICTURE.quantize(16), transparency=0),
    "WebP": encoded(PICTURE, "WEBP"),
    "lossless WebP": encoded(PICTURE.convert("RGBA"), "WEBP", lossless=True),
    "AVIF": encoded(PICTURE, "AVIF"),
    "GIF": encoded(PICTURE, "GIF"),
    "TIFF": encoded(PICTURE, "TIFF", icc_profile=b""),
    "compressed TIFF": encoded(PICTURE, "TIFF", compression="tiff_adobe_deflate", icc_profile=b""),
}


def scaled(data: bytes, limits: Limits | None = None, form: Format | None = None) -> RenderedImage:
    return scale(data, Options(*SMALL, preserve_ratio=False, format=form), limits or Limits())


def refusal(data: bytes, limits: Limits | None = None) -> Problem | None:
    try:
        scaled(data, limits)
    except Problem as problem:
        return problem
    return None


@pytest.mark.parametrize("size", [(16_000, 11_125), (16_383, 16_383), (1, 16_384), (16_384, 1)])
# A format that is added later brings its file with its own tests.
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "AVIF", "GIF", "TIFF"])
def test_a_header_that_claims_too_much_is_refused(form: str, size: tuple[int, int]) -> None:
    data = hostile.claiming(form, *size)
    assert len(data) < 4000
    most = "64,000,000" if form == "WEBP" else "100,000,000"
    with pytest.raises(ImageTooLarge, match=rf"{size[0]} x {size[1]}; the limits are {most} pixels and 16,000 "):
        scaled(data, Limits(max_source_side=16_000))


@pytest.mark.parametrize("form", ["BMP", *(form.name for form in RESULT_FORMATS)])
def test_the_limits_on_sources_are_settings(form: str) -> None:
    data = encoded(PICTURE, form)
    width, height = PICTURE.size
    exact = Limits(max_source_bytes=len(data), max_source_pixels=width * height, max_source_side=width)
    assert refusal(data, exact) is None
    assert isinstance(refusal(data, Limits(max_source_bytes=len(data) - 1)), SourceTooLarge)
    assert isinstance(refusal(data, Limits(max_source_pixels=width * height - 1)), ImageTooLarge)
    assert isinstance(refusal(data, Limits(max_source_side=width - 1)), ImageTooLarge)
    assert isinstance(refusal(data, Limits(max_large_decoder_pixels=width * height - 1)), ImageTooLarge) == (
        form in {"WEBP", "JXL"}
    )


@pytest.mark.parametrize(("size", "problem"), [((31_000, 10), ImageTooLarge), ((31_000, 31_000), CorruptImage)])
def test_a_second_header_that_claims_too_much_is_refused(size: tuple[int, int], problem: type[Problem]) -> None:
    # With its orientation found, `measure` stops at the first frame header; Pillow believes the last.
    honest = encoded(PICTURE, "JPEG", exif=ORIENTED)
    start = honest.index(b"\xff\xc0")
    frame = honest[start : start + 19]
    second = frame[:5] + struct.pack(">HH", *size) + frame[9:]
    assert isinstance(refusal(honest[:start] + frame + second + honest[start + 19 :]), problem)


def test_a_hundred_megapixels_are_no_bomb(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1_000)
    data = encoded(Image.new("1", (10_000, 10_000)))
    assert scaled(data).result.width == SMALL[0]


def test_too_many_scans_are_refused() -> None:
    assert refusal(hostile.scan_bomb(100)) is None
    assert isinstance(refusal(hostile.scan_bomb(101)), TooManyScans)
    assert isinstance(refusal(hostile.scan_bomb(2_000)), TooManyScans)
    assert isinstance(refusal(EXAMPLES["progressive JPEG"], Limits(max_jpeg_scans=9)), TooManyScans)
    assert refusal(EXAMPLES["progressive JPEG"], Limits(max_jpeg_scans=10)) is None


@pytest.mark.parametrize(("side", "most"), [(5_000, 79), (10_000, 20)])
def test_a_large_picture_may_have_fewer_scans(side: int, most: int) -> None:
    def of(scans: int) -> bytes:
        data = hostile.scan_bomb(scans)
        at = data.index(b"\xff\xc2") + 5
        return data[:at] + struct.pack(">HH", side, side) + data[at + 4 :]

    jpeg.check_structure(of(most), Limits())
    with pytest.raises(TooManyScans, match="pixels together; the limit is 2,000,000,000"):
        jpeg.check_structure(of(most + 1), Limits())


def test_scans_behind_a_reserved_marker_are_counted() -> None:
    assert isinstance(refusal(hostile.hidden_scans(200)), TooManyScans)


def test_what_follows_a_scan_of_all_components_is_not_searched_since_no_decoder_decodes_it() -> None:
    data = EXAMPLES["JPEG"].removesuffix(b"\xff\xd9")
    scan = data[data.index(b"\xff\xda") :]
    assert isinstance(refusal(data + scan * 2_000 + b"\xff\xd9", Limits(max_jpeg_scans=1)), CorruptImage)


def test_scans_of_one_component_each_are_counted() -> None:
    data = EXAMPLES["JPEG"]
    start = data.index(b"\xff\xda")
    scan = segment(0xDA, b"\1\1\0\0\x3f\0") + b"\0"
    assert isinstance(refusal(data[:start] + scan * 101 + data[start:]), TooManyScans)


@pytest.mark.parametrize("kind", [0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF])
def test_arithmetic_coding_is_refused_before_it_is_decoded(kind: int) -> None:
    data = hostile.arithmetic(10_000, 100).replace(b"\xff\xca", bytes([0xFF, kind]), 1)
    assert len(data) < 4000
    with pytest.raises(UnsupportedImageFormat, match="arithmetic-coded"):
        scaled(data)


@pytest.mark.parametrize(
    ("marker", "bits", "name"),
    [
        (0xC3, 8, "lossless"),
        (0xC5, 8, "hierarchical"),
        (0xC7, 8, "hierarchical"),
        (0xC8, 8, "reserved"),
        (0xC1, 12, "12 bits"),
        (0xC2, 12, "12 bits"),
        (0xDE, 8, "hierarchical"),
        (0xF7, 8, "JPEG-LS"),
    ],
)
def test_a_jpeg_of_a_variety_that_is_not_accepted_is_refused_by_its_name(marker: int, bits: int, name: str) -> None:
    data = EXAMPLES["JPEG"]
    at = data.index(b"\xff\xc0")
    foreign = data[:at] + bytes([0xFF, marker]) + data[at + 2 : at + 4] + bytes([bits]) + data[at + 5 :]
    with pytest.raises(UnsupportedImageFormat, match=name):
        scaled(foreign)


def test_the_scans_of_thumbnails_and_of_what_follows_the_image_are_not_counted() -> None:
    thumbnail = segment(0xE1, b"Exif\0\0" + EXAMPLES["progressive JPEG"])
    data = EXAMPLES["JPEG"][:2] + thumbnail * 20 + EXAMPLES["JPEG"][2:] + hostile.scan_bomb(200)
    assert refusal(data, Limits(max_jpeg_scans=1)) is None


def test_a_jpeg_in_very_many_pieces_is_refused() -> None:
    assert refusal(hostile.in_pieces(10_000)) is None
    assert isinstance(refusal(hostile.in_pieces(100_001)), CorruptImage)


@pytest.mark.parametrize("name", ["JPEG", "progressive JPEG"])
def test_a_missing_end_of_a_jpeg_is_warned_of(name: str) -> None:
    made = scaled(EXAMPLES[name].removesuffix(hostile.END))
    assert made.data == scaled(EXAMPLES[name]).data
    assert made.result.receipt
    assert made.result.receipt.warnings == ("The end of the JPEG is missing; none of its pixels is.",)


def test_a_jpeg_without_its_end_costs_three_decodings() -> None:
    assert jpeg.decoded_pixels(EXAMPLES["JPEG"]) == 0
    assert jpeg.decoded_pixels(EXAMPLES["JPEG"][:-2]) == 3 * PICTURE.width * PICTURE.height


def test_what_looks_like_scans_behind_a_jpeg_takes_little_time() -> None:
    data = EXAMPLES["JPEG"].removesuffix(hostile.END)
    start = process_time()
    jpeg.lacks_end(data.replace(b"\xff\xda", b"\xff\xda\0\x0c\xff") + b"\xff\xda\0\0\xff" * 1_000_000)
    assert process_time() - start < 3


def test_an_animation_that_is_left_out_is_warned_of() -> None:
    data = png((1, 1), 8, 2, [b"\1\2\3"], chunk(b"acTL", bytes([0, 0, 0, 2, 0, 0, 0, 0])))
    made = scaled(data)
    assert made.result.receipt
    assert made.result.receipt.warnings == ("The animation in the PNG is damaged; its default image is used.",)


def test_the_sides_in_a_refusal_are_those_of_the_file() -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    with pytest.raises(ImageTooLarge, match="48 x 32"):
        scaled(encoded(PICTURE, "JPEG", exif=exif), Limits(max_source_side=40))


def test_any_number_of_fill_bytes_may_precede_a_marker() -> None:
    data, start = hostile.padded(4_000_000), process_time()
    assert scaled(data).data == scaled(EXAMPLES["JPEG"]).data
    assert process_time() - start < 2


@pytest.mark.parametrize("head", [b"ID3\4\0\0", b"fLaC\0\0\0\x22", bytes(128) + b"DICM", b"%PDF-1.7\n"])
def test_a_jpeg_in_a_file_of_another_format_is_not_the_picture(head: bytes) -> None:
    with pytest.raises(UnsupportedImageFormat):
        scaled(head + EXAMPLES["JPEG"])


@pytest.mark.parametrize("kind", [b"iTXt", b"zTXt", b"iCCP"])
def test_text_that_unpacks_to_very_much_is_refused_before_it_does(kind: bytes) -> None:
    bomb = hostile.bomb_in_text(kind)
    tracemalloc.start()
    problem = refusal(bomb)
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert isinstance(problem, CorruptImage)
    assert peak_bytes < 20_000_000


def test_a_flood_of_chunks_is_refused_before_anything_reads_them(monkeypatch: pytest.MonkeyPatch) -> None:
    flood = chunk(b"teSt", b"") * 100_000
    data = EXAMPLES["PNG"][:33] + flood + EXAMPLES["PNG"][33:]
    with monkeypatch.context() as patched:
        patched.setattr("imagescaler.engine.opened.read_timeline", None)
        assert isinstance(refusal(data), TooManyChunks)
    assert isinstance(refusal(EXAMPLES["PNG"], Limits(max_png_chunks=2)), TooManyChunks)
    assert refusal(EXAMPLES["PNG"][:33] + flood[: 12 * 1000] + EXAMPLES["PNG"][33:]) is None


def test_a_tiff_in_very_many_pieces_is_refused() -> None:
    assert refusal(strips(100_000), Limits(max_source_side=30_000)) is None
    with pytest.raises(CorruptImage, match="more than 100,000 pieces"):
        scaled(strips(100_001))


def test_a_fault_of_ours_is_not_blamed_on_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise TypeError

    monkeypatch.setattr(installed, "resize", fail)
    assert isinstance(refusal(EXAMPLES["WebP"]), RenderingFailed)


def test_a_decoder_without_memory_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(ImageFile.ImageFile, "load", fail)
    assert isinstance(refusal(EXAMPLES["WebP"]), CorruptImage)


def test_a_decompression_bomb_warning_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    def warn(_: object) -> None:
        warnings.warn("too many pixels", Image.DecompressionBombWarning, stacklevel=1)

    monkeypatch.setattr(ImageFile.ImageFile, "load", warn)
    assert isinstance(refusal(EXAMPLES["WebP"]), CorruptImage)


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_file_cut_off_anywhere_is_refused_or_whole(name: str) -> None:
    data = EXAMPLES[name]
    whole = pixels_of(scaled(data, form=Format.PNG).data)
    kept = 0
    for end in range(0, len(data), max(1, len(data) // 200)):
        try:
            result = scaled(data[:end], form=Format.PNG)
        except (CorruptImage, UnsupportedImageFormat):
            continue
        kept += 1
        assert mean_difference(pixels_of(result.data), whole) < 1, end
    assert kept <= 5


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_damaged_file_is_scaled_or_refused_and_never_an_accident(name: str) -> None:
    dice = random.Random(name)
    limits = Limits(max_source_pixels=100_000, max_target_pixels=100_000)
    for _ in range(150):
        data = bytearray(EXAMPLES[name])
        for _ in range(dice.choice([1, 2, 8])):
            data[dice.randrange(dice.choice([64, len(data)]))] ^= 1 << dice.randrange(8)
        problem = refusal(bytes(data), limits)
        assert problem is None or isinstance(problem, ImageProblem)


@pytest.mark.parametrize("form", ["PCX", "EPS", "PDF", "JPEG2000", "TGA", "PPM"])
def test_other_formats_are_not_accepted(form: str) -> None:
    with pytest.raises(UnsupportedImageFormat, match="JPEG, PNG, WEBP"):
        scaled(encoded(PICTURE, form))


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff\xd8", b"text", b"\x89PNG", b"RIFF\0\0\0\0WAVE", b"<svg width='9' height='9'/>", b"GIF88a" + bytes(99)],
)
def test_what_is_no_image_is_not_accepted(data: bytes) -> None:
    with pytest.raises(UnsupportedImageFormat):
        scaled(data)


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xd8\xff" + encoded(PICTURE),
        b"\x89PNG\r\n\x1a\n" + encoded(PICTURE, "JPEG"),
        b"RIFF\xff\0\0\0WEBP" + encoded(PICTURE),
        b"RIFF\xff\0\0\0WEBP" + encoded(PICTURE, "TIFF"),
        encoded(PICTURE, "JPEG")[:20] + encoded(PICTURE)[8:],
        b"\xff\xd8\xff",
        b"\x89PNG\r\n\x1a\n",
        b"RIFF\0\0\0\0WEBP",
    ],
)
def test_a_signature_without_its_format_is_corrupt(data: bytes) -> None:
    with pytest.raises(CorruptImage):
        scaled(data)


def test_what_opens_as_another_format_is_corrupt(monkeypatch: pytest.MonkeyPatch) -> None:
    opened = Image.open(BytesIO(encoded(PICTURE, "TIFF")))
    monkeypatch.setattr(Image, "open", lambda *_, **__: opened)
    with pytest.raises(CorruptImage, match="begins like a JPEG, but it is a TIFF"):
        scaled(EXAMPLES["JPEG"])


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_follows_an_image_is_not_read(name: str) -> None:
    assert scaled(EXAMPLES[name] + b"PK\x03\x04" + bytes(1000)).data == scaled(EXAMPLES[name]).data


def test_upscaling_to_a_bomb_is_refused() -> None:
    for options in (Options(16_383, 16_383, preserve_ratio=False), Options(width=16_384), Options(height=16_384)):
        with pytest.raises(TargetTooLarge):
            scale(EXAMPLES["JPEG"], options, Limits())


def test_a_wrong_size_of_a_whole_webp_and_its_missing_padding_are_no_damage() -> None:
    files = [encoded(PICTURE.crop((0, 0, width, 9)), "WEBP", lossless=True) for width in range(1, 20)]
    whole = next(data for data in files if data[16] % 2)
    right = pixels_of(scaled(whole, form=Format.PNG).data)
    for size in (0, len(whole), 2**31):
        resized = whole[:4] + struct.pack("<I", size) + whole[8:]
        assert np.array_equal(pixels_of(scaled(resized, form=Format.PNG).data), right)
    assert np.array_equal(pixels_of(scaled(whole[:-1], form=Format.PNG).data), right)
    with pytest.raises(CorruptImage):
        scaled(whole[:-2])


@pytest.mark.parametrize("broken", [b"MM*\0", b"\0\0\0\0"])
def test_exif_of_an_avif_that_is_none_is_no_damage(broken: bytes) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Artist] = "somebody"
    data = encoded(PICTURE, "AVIF", exif=exif)
    at = data.index(exif.tobytes().removeprefix(b"Exif\0\0")[:8])
    damaged = data[:at] + broken + data[at + 4 :]
    assert scaled(damaged, form=Format.PNG).data == scaled(data, form=Format.PNG).data


@pytest.mark.parametrize("form", ["MPO", "PNG", "WEBP"])
def test_the_first_of_many_pictures_is_scaled(form: str) -> None:
    others = [Image.new("RGB", PICTURE.size, "red"), Image.new("RGB", PICTURE.size, "blue")]
    data = encoded(PICTURE, form, save_all=True, append_images=others, quality=95, lossless=True)
    assert getattr(Image.open(BytesIO(data)), "n_frames", 1) == 3
    assert mean_difference(pixels_of(scaled(data, form=Format.PNG).data), resampled(pixels_of(PICTURE), SMALL)) < 4


def test_nothing_warns(recwarn: pytest.WarningsRecorder) -> None:
    broken_exif = b"Exif\0\0MM\0*\0\0\0\x08\xff\xff\x01\x12\0\x03\0\0\0\x01\0\x06\0\0"
    broken_mpf = segment(0xE2, b"MPF\0MM\0*\0\0\0\x08\0\x01\xb0\0\0\x07\0\0\0\x04" + bytes(8))
    animation = chunk(b"acTL", bytes(8))
    for data in (
        encoded(PICTURE, "JPEG", exif=broken_exif),
        encoded(PICTURE, exif=broken_exif),
        encoded(PICTURE, "WEBP", exif=broken_exif),
        EXAMPLES["JPEG"][:2] + broken_mpf + EXAMPLES["JPEG"][2:],
        png((1, 1), 8, 2, [b"\1\2\3"], animation),
    ):
        with warnings.catch_warnings(action="always"):
            assert np.any(pixels_of(scaled(data).data))
    assert not recwarn.list
