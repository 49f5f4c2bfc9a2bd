"""The header alone tells format and size, and no damage makes it do more than refuse."""

import random
from collections.abc import Callable
from io import BytesIO

import pytest
from PIL import ExifTags, Image, ImageOps

from imagescaler.domain.errors import CorruptImage, ImageProblem, UnsupportedImageFormat
from imagescaler.domain.formats import RESULT_FORMATS, Format
from imagescaler.domain.task.source import Source
from imagescaler.probe.probe import probe
from tests.pictures import encoded, photograph, plain, png, riff, segment
from tools.hostile.files import in_pieces, padded

PICTURE = Image.new("RGB", (61, 37), "teal")
KINDS = {
    "JPEG": encoded(PICTURE, "JPEG"),
    "progressive JPEG": encoded(PICTURE, "JPEG", progressive=True),
    "grey JPEG": encoded(PICTURE.convert("L"), "JPEG"),
    "CMYK JPEG": encoded(PICTURE.convert("CMYK"), "JPEG"),
    "multi-picture JPEG": encoded(PICTURE, "MPO", save_all=True, append_images=[Image.new("RGB", (5, 5))]),
    "PNG": encoded(PICTURE),
    "palette PNG": encoded(PICTURE.quantize(4)),
    "APNG": encoded(PICTURE, save_all=True, append_images=[Image.new("RGB", (61, 37))]),
    "lossy WebP": encoded(PICTURE, "WEBP"),
    "lossless WebP": encoded(PICTURE, "WEBP", lossless=True),
    "WebP with alpha": encoded(Image.new("RGBA", (61, 37), (9, 9, 9, 9)), "WEBP"),
    "AVIF": encoded(PICTURE, "AVIF"),
    "animated AVIF": encoded(PICTURE, "AVIF", save_all=True, append_images=[Image.new("RGB", (61, 37))]),
    "GIF": encoded(PICTURE, "GIF"),
    "animated GIF": encoded(PICTURE, "GIF", save_all=True, append_images=[Image.new("RGB", (61, 37))]),
    "TIFF": encoded(PICTURE, "TIFF"),
    "compressed TIFF": encoded(PICTURE, "TIFF", compression="tiff_lzw"),
    "animated WebP": encoded(PICTURE, "WEBP", save_all=True, append_images=[Image.new("RGB", (61, 37))]),
}


def lying(orientation: int, form: str) -> bytes:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    exif[ExifTags.Base.Make] = "a camera with a long name"
    return encoded(PICTURE, form, exif=exif)


@pytest.mark.parametrize("name", KINDS)
def test_format_size_and_bytes_are_told(name: str) -> None:
    data = KINDS[name]
    form = next(form for form in Format if form.name in name.upper())
    frames = 2 if name == "APNG" or name.startswith("animated") else 1
    assert probe(data) == Source(form, 61, 37, len(data), frames=frames)


@pytest.mark.parametrize("form", ["JPEG", "TIFF", "AVIF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_size_is_the_upright_one_where_the_header_tells_how_it_lies(orientation: int, form: str) -> None:
    data = lying(orientation, form)
    source = probe(data)
    assert (source.width, source.height) == ImageOps.exif_transpose(Image.open(BytesIO(data))).size
    assert source.stored == PICTURE.size


@pytest.mark.parametrize("form", ["PNG", "WEBP", "GIF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_size_of_other_formats_is_the_stored_one(orientation: int, form: str) -> None:
    source = probe(lying(orientation, form))
    assert (source.width, source.height) == PICTURE.size


@pytest.mark.parametrize("size", [(1, 1), (16_383, 1), (1, 16_383), (255, 256), (4_097, 3)])
@pytest.mark.parametrize("options", [{}, {"lossless": True}])
@pytest.mark.parametrize("form", [form.name for form in RESULT_FORMATS])
def test_every_size_is_read_as_pillow_reads_it(form: str, options: dict[str, bool], size: tuple[int, int]) -> None:
    source = probe(encoded(Image.new("L", size), form, **options))
    assert (source.width, source.height) == size


def test_the_size_of_the_largest_gif_is_read() -> None:
    source = probe(b"GIF89a\xff\xff\0\x80" + bytes(20))
    assert (source.width, source.height) == (65_535, 32_768)


@pytest.mark.parametrize("made", [in_pieces, padded])
def test_a_header_in_many_pieces_is_read(made: Callable[[int], bytes]) -> None:
    assert (probe(made(100_000)).width, probe(made(100_000)).height) == (48, 32)


def test_a_header_in_millions_of_pieces_is_not_read_to_its_end() -> None:
    with pytest.raises(CorruptImage):
        probe(in_pieces(2_000_000))


def test_the_size_of_a_thumbnail_is_not_that_of_the_picture() -> None:
    data = segment(0xE1, b"Exif\0\0" + plain(size=(9, 9), form="JPEG")).join([KINDS["JPEG"][:2], KINDS["JPEG"][2:]])
    assert (probe(data).width, probe(data).height) == (61, 37)


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xd8\xff",
        b"\xff\xd8\xff\xe0\0\0",
        b"\xff\xd8\xff\xda\0\x02",
        b"\xff\xd8\xff" + bytes(100_000),
        b"\x89PNG\r\n\x1a\n",
        b"\x89PNG\r\n\x1a\n" + bytes(64),
        png((0, 5), 8, 2, []),
        png((5, 0), 8, 2, []),
        b"RIFF\0\0\0\0WEBP",
        riff((b"ABCD", bytes(40))),
        riff((b"VP8 ", bytes(3))),
        riff((b"VP8 ", bytes(20))),
        riff((b"VP8L", b"\x2f")),
        riff((b"VP8X", bytes(5))),
        b"GIF89a",
        b"GIF89a" + bytes(20),
        b"II*\0",
        b"MM\0*" + bytes(40),
        b"II*\0" + b"\xff" * 40,
        b"\0\0\0\x14ftypavif\0\0\0\0avif",
        b"\0\0\0\x14ftypavif\0\0\0\0avif" + b"\0\0\0\x08meta" * 9,
    ],
)
def test_a_header_without_a_size_is_corrupt(data: bytes) -> None:
    with pytest.raises(CorruptImage, match="its header has no size"):
        probe(data)


@pytest.mark.parametrize("form", ["PCX", "PDF", "EPS", "JPEG2000", "TGA", "PPM"])
def test_other_formats_are_not_accepted(form: str) -> None:
    with pytest.raises(UnsupportedImageFormat, match="accepted are " + ", ".join(each.name for each in Format)):
        probe(encoded(PICTURE, form))


@pytest.mark.parametrize("brand", [b"hevc", b"mif1", b"isom"])
def test_a_file_of_boxes_that_is_no_avif_is_not_accepted(brand: bytes) -> None:
    with pytest.raises(UnsupportedImageFormat):
        probe(KINDS["AVIF"].replace(b"avif", brand))


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xd8", b"RIFF", b"\x89PNG", b"http://localhost/picture.png", b"/etc/passwd"]
)
def test_what_is_no_image_is_not_accepted(data: bytes) -> None:
    with pytest.raises(UnsupportedImageFormat):
        probe(data)


@pytest.mark.parametrize("data", [*KINDS.values(), lying(6, "JPEG"), photograph()], ids=[*KINDS, "lying", "photograph"])
def test_damage_gives_a_size_or_a_refusal(data: bytes) -> None:
    dice = random.Random(len(data))
    for _ in range(300):
        damaged = bytearray(data[: dice.randrange(len(data))] if dice.random() < 0.3 else data)
        for _ in range(dice.choice([0, 1, 4])):
            if damaged:
                damaged[dice.randrange(min(len(damaged), 200))] = dice.randrange(256)
        try:
            source = probe(bytes(damaged))
        except ImageProblem:
            continue
        assert min(source.width, source.height) >= 1
        assert source.bytes == len(damaged)
