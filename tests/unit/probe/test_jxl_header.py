"""The header of a JPEG XL, compared with what libjxl makes of it."""

import random

import pillow_jxl
import pytest
from PIL import Image

from imagescaler.domain.errors import CorruptImage, UnsupportedImageFormat
from imagescaler.domain.formats import Format
from imagescaler.probe.formats.jxl import header_of
from imagescaler.probe.jxl_header import MAX_BYTES, read_header
from imagescaler.probe.probe import probe, read_colors
from tests.jxl_files import (
    ALPHA,
    ANIMATION,
    BLACK,
    GREY_10,
    GREY_16_ALPHA,
    GREY_FLOAT,
    RGB_16,
    RGB_FLOAT,
    Header,
    box,
    boxed,
    coded,
    frames_of,
)

SIZE = (33, 21)
NOISE = random.Random(7)


def picture(size: tuple[int, int] = SIZE, mode: str = "RGB") -> Image.Image:
    return Image.new(mode, size, "teal")


@pytest.mark.parametrize(
    "size",
    [
        *((1, 1), (8, 8), (256, 256), (264, 256), (64, 48), (120, 100), (300, 200), (160, 90), (125, 100), (200, 100)),
        *((9, 7), (40, 16), (513, 1), (1, 9000), (8193, 3), (3, 20)),
    ],
)
@pytest.mark.parametrize("lossless", [False, True])
def test_a_size_is_read_in_every_way_to_write_it(size: tuple[int, int], *, lossless: bool) -> None:
    source = probe(coded(picture(size), lossless=lossless))
    assert (source.format, source.width, source.height, source.frames) == (Format.JXL, *size, 1)


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
@pytest.mark.parametrize("lossless", [False, True])
def test_channels_are_those_of_the_decoder(mode: str, *, lossless: bool) -> None:
    header = header_of(coded(picture(mode=mode), lossless=lossless))
    assert (header.is_grey, header.has_alpha) == ("L" in mode, "A" in mode)
    assert (header.bits, header.is_float, header.is_xyb) == (8, False, not lossless)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_size_is_that_after_the_turn(orientation: int) -> None:
    data = Header(size=SIZE, orientation=orientation).written() + frames_of(picture())
    source = probe(data)
    _, decoded, *_ = pillow_jxl.Decoder()(data)
    assert (source.width, source.height, source.orientation) == (decoded.width, decoded.height, 1)
    assert header_of(data).orientation == orientation


@pytest.mark.parametrize(
    ("stated", "name"),
    [
        ({}, "sRGB"),
        ({"primaries": 11}, "Display P3"),
        ({"primaries": 11, "white": 11, "transfer": 17}, "DCI-P3 SMPTE 428"),
        ({"primaries": 9, "transfer": 16}, "BT.2020 PQ"),
        ({"primaries": 9, "transfer": 18}, "BT.2020 HLG"),
        ({"transfer": 1}, "BT.709 BT.709"),
        ({"transfer": 8}, "BT.709 gamma 1"),
        ({"gamma": 5_000_000}, "BT.709 gamma 2"),
        ({"is_grey": True, "transfer": 8}, "BT.709 gamma 1"),
        (
            {
                "white": 2,
                "primaries": 2,
                "points": (312_700, 329_000, 680_000, 320_000, 265_000, 690_000, 150_000, 60_000),
            },
            "Display P3",
        ),
    ],
)
def test_colors_are_read_that_are_stated_by_numbers(stated: dict[str, object], name: str) -> None:
    mode = "L" if stated.get("is_grey") else "RGB"
    data = Header(size=SIZE, **stated).written() + frames_of(picture(mode=mode))  # type: ignore[arg-type]
    colors = read_colors(data, Format.JXL).before_profile
    assert colors
    assert colors.name == name
    assert pillow_jxl.Decoder()(data)[1].mode == mode  # so the header is one that libjxl reads to its end


def test_colors_are_those_of_a_profile_if_there_is_one() -> None:
    assert read_header(Header(size=SIZE, has_profile=True).written()).colors is None


@pytest.mark.parametrize(
    ("data", "bits", "is_float", "is_grey", "has_alpha"),
    [
        (RGB_16, 16, False, False, False),
        (GREY_16_ALPHA, 16, False, True, True),
        (GREY_10, 10, False, True, False),
        (RGB_FLOAT, 32, True, False, False),
        (GREY_FLOAT, 32, True, True, False),
    ],
)
def test_depths_are_read(data: bytes, bits: int, *, is_float: bool, is_grey: bool, has_alpha: bool) -> None:
    header = header_of(data)
    assert (header.bits, header.is_float, header.is_grey, header.has_alpha) == (bits, is_float, is_grey, has_alpha)


def test_animations_are_found() -> None:
    assert header_of(ANIMATION).is_animated
    assert not header_of(RGB_16).is_animated


def test_channels_with_names_are_read() -> None:
    extra = ((ALPHA, True), (BLACK, False))
    header = read_header(Header(size=SIZE, extra=extra, name=b"a name of layer", orientation=3).written())
    assert (header.has_alpha, header.is_premultiplied, header.has_black) == (True, True, True)
    assert header.orientation == 3


def test_a_codestream_in_parts_is_joined() -> None:
    whole = coded(picture())
    for cut in (1, 5, len(whole)):
        parts = box(b"jxlp", bytes(4) + whole[:cut]), box(b"Exif", b"x" * 99), box(b"jxlp", b"\x80\0\0\1" + whole[cut:])
        assert probe(boxed(*parts)).stored == SIZE


def test_the_beginning_of_a_file_is_enough() -> None:
    data = boxed(box(b"xml ", b"<x/>" * 1000), box(b"jxlc", coded(picture())))
    assert probe(data[: data.index(b"jxlc") + 24]).stored == SIZE


@pytest.mark.parametrize("data", [b"\xff\x0a", boxed(), boxed(box(b"Exif", b"")), boxed(box(b"jxlc", b"\xff\x0b" * 9))])
def test_a_file_without_a_size_is_damaged(data: bytes) -> None:
    with pytest.raises(CorruptImage):
        probe(data)


def test_any_bytes_are_a_header_or_damage() -> None:
    intact = [coded(picture()), RGB_16, ANIMATION, Header(size=SIZE, extra=((ALPHA, True), (BLACK, False))).written()]
    for number in range(4000):
        data = bytearray(intact[number % len(intact)])
        for _ in range(NOISE.randint(1, 6)):
            data[NOISE.randrange(2, min(len(data), 40))] = NOISE.randrange(256)
        try:
            source = probe(bytes(data[: NOISE.randint(2, len(data))]))
        except (CorruptImage, UnsupportedImageFormat):
            continue
        assert min(source.width, source.height) > 0
        read_colors(bytes(data), Format.JXL)


def test_a_header_of_many_channels_is_refused_before_they_are_read() -> None:
    channels = (2**14 - 1 << 32).to_bytes(6, "little")  # behind all else that is 0: the most that a header can have
    with pytest.raises(LookupError):
        read_header(b"\xff\x0a" + channels + bytes(2 * MAX_BYTES))
