"""TIFFs: which page is shown, BigTIFF, JPEGs inside, and directories that are long or circular."""

from collections.abc import Sequence
from time import process_time

import numpy as np
import pytest
from PIL import Image

from imagescaler.domain.errors import CorruptImage, TooManyScans, UnsupportedImageFormat
from imagescaler.domain.formats import Format
from imagescaler.domain.limits import Limits
from imagescaler.domain.options import Metadata, Options
from imagescaler.engine.codecs.tiff import check_structure
from imagescaler.engine.encode.rendered import RenderedImage
from imagescaler.engine.scale import scale
from imagescaler.probe.probe import probe
from imagescaler.probe.tiff_directories import MAX_FIELDS
from tests.matrix.tiff_writer import (
    COMPRESSION,
    LONG,
    SAMPLE_FORMAT,
    SHORT,
    STRIP_COUNTS,
    STRIP_OFFSETS,
    SUBFILE,
    Page,
    jpeg,
    page,
    tiff,
)
from tests.pictures import encoded
from tools.hostile.files import PICTURE

GREY, RGB = 1, 2
LARGE, SMALL = np.full((20, 30, 3), 200, np.uint8), np.full((5, 8, 3), 9, np.uint8)
THUMBNAIL = {SUBFILE: (LONG, [1])}


def scaled(data: bytes, options: Options | None = None) -> RenderedImage:
    return scale(data, options or Options(scale=100, format=Format.PNG), Limits())


def with_jpegs(streams: Sequence[bytes], *, rows: int = 16) -> bytes:
    """Return a grey TIFF whose strips are JPEGs."""
    remaining = iter(streams)
    stored = np.zeros((rows * len(streams), 16, 1), np.uint8)
    return tiff([page(stored, GREY, 8, compression=7, rows=rows, encode=lambda _block: next(remaining))])


def grey_jpeg(**options: object) -> bytes:
    return jpeg("L", **options)(np.zeros((16, 16, 1), np.uint8))


@pytest.mark.parametrize("is_big", [False, True])
@pytest.mark.parametrize("order", ["<", ">"])
def test_the_largest_page_is_shown_where_the_first_is_a_thumbnail(order: str, *, is_big: bool) -> None:
    small = page(SMALL, RGB, 8, order=order, tags=THUMBNAIL)
    data = tiff([small, page(LARGE, RGB, 8, order=order), small], order, is_big=is_big)
    assert probe(data).stored == (30, 20)
    assert scaled(data).source.stored == (30, 20)


def test_the_first_page_is_shown_where_it_is_no_thumbnail() -> None:
    data = tiff([page(SMALL, RGB, 8), page(LARGE, RGB, 8)])
    assert probe(data).stored == scaled(data).source.stored == (8, 5)


def test_a_larger_page_than_the_first_is_warned_of() -> None:
    made = scaled(tiff([page(SMALL, RGB, 8), page(LARGE, RGB, 8)])).result
    assert made.receipt
    assert made.receipt.warnings == ("The page of the TIFF that is used has 8 x 5 pixels, and another one 30 x 20.",)
    alone = scaled(tiff([page(LARGE, RGB, 8), page(SMALL, RGB, 8)])).result.receipt
    assert alone
    assert not alone.warnings


def test_an_extra_channel_that_may_be_alpha_is_warned_of() -> None:
    samples = np.full((20, 30, 4), 200, np.uint8)
    for meaning, count in ((0, 1), (1, 0), (2, 0)):
        receipt = scaled(tiff([page(samples, RGB, 8, tags={338: (SHORT, [meaning])})])).result.receipt
        assert receipt
        assert [warning.split(" that")[0] for warning in receipt.warnings] == ["The TIFF has an extra channel"] * count


def test_pages_behind_the_first_may_be_cut_off() -> None:
    data = bytearray(tiff([page(LARGE, RGB, 8)]))
    data[-4:] = (len(data) - 2).to_bytes(4, "little")
    assert scaled(bytes(data)).source.stored == (30, 20)


def test_xmp_turns_no_tiff() -> None:
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description tiff:Orientation="6"/></x:xmpmeta>'
    made = scaled(tiff([page(LARGE, RGB, 8, tags={700: (1, xmp)})]))
    assert (made.source.orientation, made.result.width, made.result.height) == (1, 30, 20)


def test_a_thumbnail_is_not_planned_for_where_the_other_pages_are_cut_off() -> None:
    data = tiff([page(SMALL, RGB, 8, tags=THUMBNAIL), page(LARGE, RGB, 8)])
    with pytest.raises(CorruptImage):
        probe(data[:-150])


def test_directories_in_a_circle_end() -> None:
    data = bytearray(tiff([page(SMALL, RGB, 8, tags=THUMBNAIL)]))
    data[-4:] = data[4:8]
    assert scaled(bytes(data)).source.stored == (8, 5)


def test_a_directory_of_very_many_fields_is_refused() -> None:
    fields = {tag: (SHORT, [1]) for tag in range(1000, 1000 + MAX_FIELDS)}
    with pytest.raises(CorruptImage):
        probe(tiff([page(SMALL, RGB, 8, tags=fields)]))


def test_metadata_of_a_big_tiff_is_kept() -> None:
    named = page(LARGE, RGB, 8, tags={315: (2, b"somebody\0")})
    result = scaled(tiff([named], is_big=True), Options(scale=100, format=Format.JPEG, metadata=Metadata.COPYRIGHT))
    assert b"somebody" in result.data


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_variety_is_refused_by_its_name(order: str) -> None:
    floats = page(LARGE, RGB, 8, order=order, tags={SAMPLE_FORMAT: (SHORT, [3] * 3)})
    with pytest.raises(UnsupportedImageFormat, match="not accepted: floating-point 8-bit RGB"):
        scaled(tiff([floats], order))
    packed = page(LARGE, RGB, 8, order=order, tags={COMPRESSION: (SHORT, [50001])})
    with pytest.raises(UnsupportedImageFormat, match="not accepted: compression by WebP"):
        scaled(tiff([packed], order))
    white = page(np.zeros((3, 5, 2), np.uint8), 0, 8, order=order, tags={338: (SHORT, [2])})
    with pytest.raises(UnsupportedImageFormat, match="not accepted: 8-bit grey whose zero is white with alpha"):
        scaled(tiff([white], order))


def test_a_jpeg_in_a_strip_has_the_limits_of_one_alone() -> None:
    plain, progressive = grey_jpeg(), grey_jpeg(progressive=True)
    assert scaled(with_jpegs([plain, progressive])).source.stored == (16, 32)
    start = progressive.index(b"\xff\xda")
    scan = progressive[start : progressive.index(b"\xff", start + 2)]
    many_scans = progressive[:-2] + 100 * scan + progressive[-2:]
    with pytest.raises(TooManyScans):
        scaled(with_jpegs([plain, many_scans]))
    arithmetic = plain.replace(b"\xff\xc0", b"\xff\xc9")
    with pytest.raises(UnsupportedImageFormat, match="arithmetic"):
        scaled(with_jpegs([plain, arithmetic]))


@pytest.mark.parametrize(("mode", "units"), [("L", 8), ("RGB", 16)])
def test_scans_of_strips_of_one_row_count_for_the_rows_that_they_decode(mode: str, units: int) -> None:
    scans, rows = 10, 300
    stream = encoded(Image.new(mode, (160, 1)), "JPEG", progressive=True, subsampling=2)
    start = stream.rindex(b"\xff\xda")
    stream = stream[:-2] + (scans - stream.count(b"\xff\xda")) * stream[start:-2] + stream[-2:]
    made = page(np.zeros((rows, 160, 1), np.uint8), GREY, 8, compression=7, rows=1, encode=lambda _block: b"")
    tags = dict(made.tags) | {STRIP_COUNTS: (LONG, [len(stream)] * rows)}
    head = tiff([Page(tags | {STRIP_OFFSETS: (LONG, [0] * rows)}, [])])
    data = tiff([Page(tags | {STRIP_OFFSETS: (LONG, [len(head)] * rows)}, [])]) + stream
    check_structure(data, Limits(max_jpeg_scans=scans * units))
    with pytest.raises(TooManyScans, match="decode"):
        check_structure(data, Limits(max_jpeg_scans=scans * units - 1))
    pixels = scans * units * rows * 160
    check_structure(data, Limits(max_jpeg_scans=200, max_jpeg_scan_pixels=pixels))
    with pytest.raises(TooManyScans, match=f"decode {pixels:,} pixels together"):
        check_structure(data, Limits(max_jpeg_scans=200, max_jpeg_scan_pixels=pixels - 1))


def test_a_jpeg_of_one_pixel_in_a_strip_is_scaled() -> None:
    stream = encoded(Image.new("RGB", (1, 1), "teal"), "JPEG", progressive=True)
    made = page(np.zeros((1, 1, 3), np.uint8), 6, 8, compression=7, rows=1, encode=lambda _block: stream)
    assert scaled(tiff([made])).source.stored == (1, 1)


@pytest.mark.parametrize(
    ("marker", "bits", "name"), [(0xC3, 8, "lossless"), (0xC5, 8, "hierarchical"), (0xC1, 12, "12 bits")]
)
def test_a_jpeg_in_a_strip_is_refused_by_its_variety(marker: int, bits: int, name: str) -> None:
    data = grey_jpeg()
    at = data.index(b"\xff\xc0")
    foreign = data[:at] + bytes([0xFF, marker]) + data[at + 2 : at + 4] + bytes([bits]) + data[at + 5 :]
    with pytest.raises(UnsupportedImageFormat, match=name):
        scaled(with_jpegs([data, foreign]))


def test_segments_of_all_jpegs_are_counted_together() -> None:
    plain = grey_jpeg()
    padded = plain[:2] + 30_000 * b"\xff\xfe\0\2" + plain[2:]
    with pytest.raises(CorruptImage, match="pieces"):
        scaled(with_jpegs([padded] * 4))


def test_jpegs_that_overlap_are_refused_before_they_are_read() -> None:
    stored = np.zeros((1600, 16, 1), np.uint8)
    made = page(stored, GREY, 8, compression=7, rows=16, encode=lambda _block: b"")
    data = tiff([Page(dict(made.tags) | {STRIP_OFFSETS: (LONG, range(8, 108)), STRIP_COUNTS: (LONG, [900] * 100)}, [])])
    with pytest.raises(CorruptImage, match="overlap"):
        scaled(data)


def test_a_jpeg_of_unknown_size_is_checked_to_the_end_of_the_file() -> None:
    arithmetic = grey_jpeg().replace(b"\xff\xc0", b"\xff\xc9")
    made = page(np.zeros((16, 16, 1), np.uint8), GREY, 8, compression=7, rows=16, encode=lambda _block: arithmetic)
    with pytest.raises(UnsupportedImageFormat, match="arithmetic"):
        scaled(tiff([Page(dict(made.tags) | {STRIP_COUNTS: (LONG, [0])}, made.segments)]))


@pytest.mark.parametrize("count", [49, 5000])
def test_many_directories_take_little_time(count: int) -> None:
    pages = [page(SMALL[:1, :1], RGB, 8, tags=THUMBNAIL)] * count
    data, start = tiff(pages), process_time()
    probe(data)
    assert process_time() - start < 0.5


def test_a_usual_tiff_is_not_rewritten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imagescaler.engine.codecs.tiff.with_directory", None)
    assert scaled(encoded(PICTURE, "TIFF")).source.stored == PICTURE.size
