"""AVIF: size, orientation and colors (ISO/IEC 14496-12 and 23008-12), which no library reads together."""

import struct
from collections.abc import Iterator
from fractions import Fraction
from math import floor

from imagescaler.domain.geometry.turn import Size, Turn
from imagescaler.domain.options import Box
from imagescaler.probe.color_encoding import ColorSignals, of_code_points
from imagescaler.probe.format_probe import FormatProbe
from imagescaler.probe.formats.avif_sequence import SEQUENCE, read_timeline, sample_entry
from imagescaler.probe.heif_items import HeifItems
from imagescaler.probe.iso_boxes import VERSION_BYTES, boxes, content_of

# irot turns counterclockwise by quarters, imir mirrors about one of two axes (23008-12, 6.5.10 and 6.5.12).
ROTATIONS = {0: Turn(1), 1: Turn(8), 2: Turn(3), 3: Turn(6)}
MIRRORS = {0: Turn(4), 1: Turn(2)}
EXIF, EXIF_OFFSET_BYTES, TIFF_HEADERS, WIDE_ENTRY = b"Exif", 4, {b"II*\0", b"MM\0*"}, 3
MAX_EXIF = 8  # items that are looked at, whose pieces can be all of the file; real files have one
CODES = b"nclx"  # of a `colr` that has code points; others have an ICC profile


def read_size(image: bytes) -> tuple[Size, Turn]:
    """Return the size that is shown before it is turned, and the turn to upright.

    Raises LookupError or struct.error if boxes are missing or too short.
    """
    properties = dict(_properties(image))
    turn = Turn()
    if rotation := properties.get(b"irot"):
        turn = turn.then(ROTATIONS[rotation[0] & 3])
    if mirror := properties.get(b"imir"):
        turn = turn.then(MIRRORS[mirror[0] & 1])
    shown = _clean_aperture(properties)
    return (shown.width, shown.height) if shown else _coded_size(properties), turn


def clean_aperture(image: bytes) -> tuple[Size, Box] | None:
    """Return the coded size and the part of it that is shown (14496-12, 12.1.4); None if all is, or none can be.

    Raises LookupError or struct.error if boxes are missing or too short.
    """
    properties = dict(_properties(image))
    shown = _clean_aperture(properties)
    return (_coded_size(properties), shown) if shown else None


def read_colors(image: bytes) -> ColorSignals:
    """Read the code points (14496-12, 12.1.5), which for colors count only without a profile (MIAF, 23000-22, 7.3.6.4).

    Their matrix and range are the decoder's matter. Raises LookupError or struct.error if boxes are missing or short.
    """
    properties = boxes(sample_entry(image)) if image[8:12] == SEQUENCE else _properties(image)
    codes = (content for kind, content in properties if kind == b"colr" and content[:4] == CODES)
    primaries, transfer = struct.unpack_from(">HH", next(codes, bytes(8)), len(CODES))
    return ColorSignals(without_profile=of_code_points(primaries, transfer))


def _clean_aperture(properties: dict[bytes, bytes]) -> Box | None:
    aperture = properties.get(b"clap")
    if aperture is None:
        return None
    numbers = struct.unpack_from(">IIIIiIiI", aperture)
    if 0 in numbers[1::2]:
        return None
    across, down, right, below = (Fraction(*numbers[at : at + 2]) for at in range(0, 8, 2))
    width, height = _coded_size(properties)
    # The offsets are those of the center of the part from the center of the whole.
    box = Box(floor(right + (width - across) / 2), floor(below + (height - down) / 2), floor(across), floor(down))
    is_inside = min(box.left, box.top) >= 0 and box.left + box.width <= width and box.top + box.height <= height
    return box if is_inside and min(box.width, box.height) > 0 and (box.width, box.height) != (width, height) else None


def _coded_size(properties: dict[bytes, bytes]) -> Size:
    width, height = struct.unpack_from(">II", properties[b"ispe"], VERSION_BYTES)
    return width, height


def _properties(image: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the properties of the primary item (23008-12, 9.3)."""
    items = HeifItems(image)
    return items.properties(items.primary)


def repair(image: bytes) -> bytes:
    """Return a file whose EXIF libavif ignores if it is none, for which it would refuse the file."""
    items, entries = HeifItems(image), list(_entries(memoryview(image)))
    exif = [at for at, (_, kind) in enumerate(entries) if kind == EXIF][:MAX_EXIF]
    broken = [at for at in exif if not _is_exif(items.data(entries[at][0]))]
    if not broken:
        return image
    repaired = bytearray(image)
    for at, (_, kind) in enumerate(_entries(memoryview(repaired))):
        if at in broken:
            kind[:] = bytes(len(EXIF))
    return bytes(repaired)


def _entries(image: memoryview) -> Iterator[tuple[int, memoryview]]:
    """Yield the identifier of each item, and its kind, which can be changed in place (14496-12, 8.11.6)."""
    table = content_of(content_of(image, b"meta")[VERSION_BYTES:], b"iinf")
    for _, entry in boxes(table[VERSION_BYTES + (4 if table[0] else 2) :]):
        id_bytes = 4 if entry[0] == WIDE_ENTRY else 2
        kind_at = VERSION_BYTES + id_bytes + 2
        yield int.from_bytes(entry[VERSION_BYTES : VERSION_BYTES + id_bytes]), entry[kind_at : kind_at + len(EXIF)]


def _is_exif(data: memoryview) -> bool:
    """True if the data begins with the distance to the header of a TIFF (23008-12, A.2.1)."""
    start = EXIF_OFFSET_BYTES + int.from_bytes(data[:EXIF_OFFSET_BYTES])
    return bytes(data[start : start + len(EXIF)]) in TIFF_HEADERS


PROBE = FormatProbe(read_size, read_timeline, repair, read_colors)
