"""TIFF (TIFF 6.0) and BigTIFF."""

import struct
from collections import Counter
from collections.abc import Iterator, Sequence
from io import BytesIO
from math import prod
from typing import Any

from PIL import ExifTags, Image, ImageMath, TiffImagePlugin, features

from imagescaler.domain.errors import CorruptImage, TooManyScans, UnsupportedImageFormat
from imagescaler.domain.formats import Format
from imagescaler.domain.limits import Limits
from imagescaler.engine.codecs import jpeg
from imagescaler.engine.codecs.classic_tiff import with_directory
from imagescaler.engine.codecs.codec import Codec
from imagescaler.engine.codecs.tiff_samples import (
    ASSOCIATED_ALPHA,
    BITS,
    BLACK_IS_ZERO,
    COMPRESSION,
    EXTRA_SAMPLES,
    FILL_ORDER,
    JPEGS,
    LABS,
    LOW_BIT_FIRST,
    PALETTE,
    PHOTOMETRIC,
    PLANAR,
    RGB,
    SAMPLE_FORMAT,
    SAMPLES,
    SEPARATE_PLANES,
    UNASSOCIATED_ALPHA,
    VOID,
    YCBCR,
    bits_of,
    decoded,
    refused_variety,
)
from imagescaler.engine.decode.metadata import FOLDERS, EmbeddedMetadata
from imagescaler.engine.pixels.modes import COLOR_MODES, DEEP_GREY, GREY_MODES, UNBOUNDED, tiles_of
from imagescaler.engine.pixels.sample_tables import Tables, deep_looked_up, looked_up, lower_raw_mode
from imagescaler.engine.salvage.tiff import salvage
from imagescaler.probe.tiff_directories import Directory, pages, shown_page

# Pillow makes and sorts an object for each strip or tile; a picture of 30,000 rows in three planes has 90,000.
MAX_STRIPS = 100_000
STRIP_OFFSETS, TILE_OFFSETS, JPEG_OFFSET = 273, 324, 513
OFFSETS_AND_SIZES = ((STRIP_OFFSETS, 279), (TILE_OFFSETS, 325), (JPEG_OFFSET, 514))
ORIENTATION, COLORMAP, XMP, SHORT = 274, 320, 700, 3
EIGHT_BITS, EIGHT = 8, 255
FEW_PIXELS = 100_000  # of all scans of a JPEG inside, which decodes whole blocks for a picture of one pixel


def check_structure(data: bytes, limits: Limits) -> None:
    """Check the directory of the page that is shown, and JPEGs inside as they would be checked alone.

    Raises UnsupportedImageFormat with the name of a variety that is not accepted, CorruptImage if strips or tiles are
    too many or overlap, TooManyScans, and struct.error or ValueError if the directory is cut off.
    """
    page = shown_page(data)
    if max(page.count(STRIP_OFFSETS), page.count(TILE_OFFSETS)) > MAX_STRIPS:
        raise CorruptImage(f"The TIFF is in more than {MAX_STRIPS:,} pieces.")
    if variety := refused_variety(page):
        raise UnsupportedImageFormat(
            f"The TIFF is of a variety that is not accepted: {variety}. Save it as grey or RGB with Deflate."
        )
    if page.number(COMPRESSION, 1) in JPEGS:
        _check_jpegs(page, limits)


def _check_jpegs(page: Directory, limits: Limits) -> None:
    """Check JPEGs inside, and that all their scans together decode no more than those of one JPEG may.

    A JPEG may be shown in many strips, and decodes 8 rows or 16 for a strip of one.
    """
    most = max(min(limits.max_jpeg_scans * prod(page.size), limits.max_jpeg_scan_pixels), FEW_PIXELS)
    pixels = _decoded_pixels(page, limits)
    if pixels > most:
        raise TooManyScans.of(pixels, most)


def _decoded_pixels(page: Directory, limits: Limits) -> int:
    steps = pixels = 0
    for stream, count in _jpegs(page):
        steps, decoded_pixels = jpeg.walk(stream, limits, steps)
        pixels += count * decoded_pixels
    return pixels


def passes(data: bytes) -> float:
    """Return the pixels that the scans of JPEGs inside decode, divided by those of the picture; 1 without JPEGs."""
    page = shown_page(data)
    if page.number(COMPRESSION, 1) not in JPEGS:
        return 1
    return max(_decoded_pixels(page, jpeg.UNLIMITED) / prod(page.size), 1)


def _jpegs(page: Directory) -> Iterator[tuple[bytes, int]]:
    """Yield each JPEG inside once, and how often it is shown.

    One of unknown size reaches to the end of the file, as libtiff reads it. Raises CorruptImage if they overlap, so
    that checking them takes bounded time.
    """
    places = Counter[tuple[int, int]]()
    for offsets, sizes in OFFSETS_AND_SIZES:
        known = page.numbers(sizes) or (0,) * page.count(offsets)
        places.update(
            (start, min(start + size, len(page.data)) if size else len(page.data))
            for start, size in zip(page.numbers(offsets), known, strict=False)
        )
    # In the old way, strips are parts of a JPEG that has a field of its own.
    if sum(end - start for start, end in places) > 2 * len(page.data):
        raise CorruptImage("The JPEGs inside the TIFF overlap.")
    for (start, end), count in sorted(places.items()):
        yield page.data[start:end], count


def readable(data: bytes) -> bytes:
    """Rewrite the directory if Pillow would read another page or misread a field, and choose its reader."""
    page = shown_page(data)
    color, bits, extras = page.number(PHOTOMETRIC, 0), bits_of(page), page.numbers(EXTRA_SAMPLES)
    in_planes = page.number(PLANAR, 1) == SEPARATE_PLANES
    # Pillow's own reader takes 16 bits in planes for 8, and has neither YCbCr nor every order of bits.
    TiffImagePlugin.READ_LIBTIFF = (
        in_planes
        or color == YCBCR
        or page.number(FILL_ORDER, 1) == LOW_BIT_FIRST
        or (color == BLACK_IS_ZERO and bool(extras) and bits[0] > EIGHT_BITS)
    )
    changes = dict[int, Sequence[int]]()
    if VOID in page.numbers(SAMPLE_FORMAT):
        changes[SAMPLE_FORMAT] = ()
    if ORIENTATION in page.fields and page.fields[ORIENTATION].kind != SHORT:
        changes[ORIENTATION] = page.numbers(ORIENTATION)[:1]
    if XMP in page.fields and ORIENTATION not in page.fields:
        changes[ORIENTATION] = (1,)  # or Pillow turns the picture by that of XMP
    if color == PALETTE and max(colors := page.numbers(COLORMAP), default=0) < 2**EIGHT_BITS:
        changes[COLORMAP] = [value * 257 for value in colors]
    if color in LABS:
        changes[ExifTags.Base.InterColorProfile] = ()  # it describes L*a*b*, and the pixels are converted to sRGB
    if in_planes and color == RGB and len(bits) == len("RGBA") and not extras:
        changes[EXTRA_SAMPLES] = (UNASSOCIATED_ALPHA,)  # as where they are not in planes
    if in_planes and color == BLACK_IS_ZERO and len(extras) == 1 and any(extras):
        # Pillow misplaces the second of two planes, but none of three.
        changes |= {SAMPLES: (3,), BITS: bits[:1] * 3, EXTRA_SAMPLES: (*extras, 0)}
        for tag in {tag for pair in OFFSETS_AND_SIZES for tag in pair} & page.fields.keys():
            numbers = page.numbers(tag)
            changes[tag] = numbers + numbers[len(numbers) // 2 :]
    return with_directory(page, changes) if page.is_big or not page.is_first or changes else data


def warnings(_sent: bytes, data: bytes) -> tuple[str, ...]:
    """Return sentences about what is not used: a larger page than the one that is shown, and what may be alpha.

    An extra sample that is not said to be alpha can be that of a careless writer, or a mask for an editor.
    """
    page = shown_page(data)
    found = []
    if page.number(PHOTOMETRIC, 0) in {BLACK_IS_ZERO, RGB} and page.numbers(EXTRA_SAMPLES) == (0,):
        found.append("The TIFF has an extra channel that is not said to be alpha; it is not used.")
    try:
        largest = max(pages(data), key=lambda each: prod(each.size), default=page).size
    except (ValueError, struct.error):  # another page is cut off
        largest = page.size
    if prod(largest) > prod(page.size):
        used, other = (f"{width} x {height}" for width, height in (page.size, largest))
        found.append(f"The page of the TIFF that is used has {used} pixels, and another one {other}.")
    return tuple(found)


def refined(pixels: Image.Image, data: bytes, tables: Tables | None) -> Image.Image:
    """Look the samples up at 16 bits, or at the 8 that are decoded where alpha has multiplied them."""
    if tables is None:
        return pixels
    page = shown_page(data)
    with Image.open(BytesIO(readable(data)), formats=["TIFF"]) as lower:
        tiles = [(tile, lower_raw_mode(tile.args[0])) for tile in tiles_of(lower)]
        if lower.mode == "RGBA" and page.number(PHOTOMETRIC, 0) == BLACK_IS_ZERO and _has_plain_alpha(page):
            low = lower.getchannel("R")  # the lower byte of grey
            return deep_looked_up(pixels, low if pixels.mode == "L" else Image.merge("LA", (low, low)), tables)
        if lower.mode not in {"RGB", "RGBA", "RGBX"} or not all(raw_mode for _, raw_mode in tiles):
            return looked_up(pixels, tables)
        if page.number(PLANAR, 1) == SEPARATE_PLANES:
            return deep_looked_up(pixels, Image.merge("RGB", [_lower_bytes(page, band) for band in range(3)]), tables)
        assert isinstance(lower, TiffImagePlugin.TiffImageFile)
        lower.tile = [tile._replace(args=(raw_mode, *tile.args[1:])) for tile, raw_mode in tiles]
        lower.load()
        return deep_looked_up(pixels, lower, tables)


def _has_plain_alpha(page: Directory) -> bool:
    return page.numbers(EXTRA_SAMPLES)[:1] != (ASSOCIATED_ALPHA,)


def _lower_bytes(page: Directory, band: int) -> Image.Image:
    """Return the lower bytes of one of the planes, which is read as an image in grey."""
    changes: dict[int, Sequence[int]] = {SAMPLES: (1,), BITS: (16,), PHOTOMETRIC: (BLACK_IS_ZERO,), PLANAR: (1,)}
    changes |= dict.fromkeys((EXTRA_SAMPLES, SAMPLE_FORMAT, XMP), ())
    for tag in {tag for pair in OFFSETS_AND_SIZES for tag in pair} & page.fields.keys():
        numbers = page.numbers(tag)
        count = len(numbers) // len(bits_of(page))
        changes[tag] = numbers[band * count : (band + 1) * count]
    with Image.open(BytesIO(with_directory(page, changes)), formats=["TIFF"]) as plane:
        lower: Image.Image = ImageMath.lambda_eval(lambda of: of["sample"] & EIGHT, sample=plane.convert("I"))
    return lower.convert("L")


def has_deep_colors(image: Image.Image) -> bool:
    """Return True if an opened image has more than 8 bits per color or alpha sample, of which Pillow decodes 8."""
    if image.mode in DEEP_GREY | UNBOUNDED or not isinstance(image, TiffImagePlugin.TiffImageFile):
        return False
    return any(bits > EIGHT_BITS for bits in image.tag_v2.get(ExifTags.Base.BitsPerSample, ()))


def embed(metadata: EmbeddedMetadata) -> dict[str, Any]:
    """Return the metadata; EXIF and XMP are tags of the file itself."""
    tags = Image.Exif()
    tags.load(metadata.exif_bytes or b"")
    if metadata.xmp:
        tags[ExifTags.Base.XMLPacket] = metadata.xmp
    # What compresses cannot write folders of tags.
    compression = "raw" if set(FOLDERS) & set(tags) else None
    return {"icc_profile": metadata.profile, "exif": tags, "compression": compression}


CODEC = Codec(
    format=Format.TIFF,
    plugin="TIFF",
    opened_as=frozenset({"TIFF"}),
    parameters=lambda _image, _options, _quality: {"compression": "tiff_adobe_deflate"},
    embed=embed,
    check_structure=check_structure,
    readable=readable,
    warnings=warnings,
    passes=passes,
    salvage=salvage,
    decoded=decoded,
    has_deep_colors=has_deep_colors,
    refined=refined,
    profile_modes=COLOR_MODES | GREY_MODES | {"CMYK"},
    decodes_upright=True,
    versions=lambda: {"libtiff": features.version_codec("libtiff")},
)
