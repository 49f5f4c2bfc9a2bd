"""Counts the pieces of a file, each of which costs time, before anything else reads them."""

import re
import struct

from imagescaler.domain.errors import CorruptImage, TooManyChunks, TooManyScans, UnsupportedImageFormat
from imagescaler.domain.formats import Format
from imagescaler.domain.limits import Limits
from imagescaler.probe.png_chunks import SIGNATURE

# A marker that begins a segment (ITU-T T.81, B.1.1): not a stuffed zero byte, a restart or a fill byte, and none of the
# reserved ones below 0xC0, which a decoder passes over when it looks for a restart.
MARKER = re.compile(rb"\xff[\xc0-\xcf\xd8-\xfe]")
START_OF_SCAN, END_OF_IMAGE = 0xDA, 0xD9
# Frames that are arithmetic-coded (ITU-T T.81, table B.1): no browser shows them, and a scan without data still costs
# the decoding of every coefficient, so that 3 KB can take a minute.
ARITHMETIC = {0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF}
# Frames that are over with a scan of all their components (ITU-T T.81, table B.1, A.2.3): a decoder reads no further.
SEQUENTIAL = {0xC0, 0xC1}
# Where the header of a frame and that of a scan, behind their markers, count the components (B.2.2, B.2.3).
COMPONENTS_OF_FRAME, COMPONENTS_OF_SCAN, SHORTEST_FRAME = 7, 2, 8
# Pillow walks in Python over each segment of a JPEG and each fill byte; real files have some hundreds.
MAX_JPEG_STEPS = 100_000
# Pillow makes and sorts an object for each strip or tile; a picture of 30,000 rows in three planes has 90,000.
MAX_TIFF_STRIPS, STRIP_OFFSETS, TILE_OFFSETS = 100_000, 273, 324


def check_pieces(data: bytes, form: Format, limits: Limits) -> None:
    """Refuse a file in too many pieces.

    Raises UnsupportedImageFormat, TooManyScans, TooManyChunks, CorruptImage, and struct.error for one that is cut off.
    """
    match form:
        case Format.JPEG:
            _count_scans(data, limits.max_jpeg_scans)
        case Format.PNG:
            _count_chunks(data, limits.max_png_chunks)
        case Format.TIFF:
            _count_strips(data)


def _count_scans(data: bytes, most: int) -> None:
    """Count the scans, but not those of the thumbnails in metadata, which the walk over segments leaps."""
    scans, steps, position, components = 0, 0, 2, 0
    while (marker := MARKER.search(data, position)) and (kind := data[marker.end() - 1]) != END_OF_IMAGE:
        steps += 1 if scans else 1 + marker.start() - position
        scans += kind == START_OF_SCAN
        if kind in ARITHMETIC:
            raise UnsupportedImageFormat("The JPEG is arithmetic-coded; accepted are those with Huffman codes.")
        if scans > most:
            raise TooManyScans(f"The JPEG has more than {most} scans, and each repeats the work of decoding.")
        if steps > MAX_JPEG_STEPS:
            raise CorruptImage(f"The JPEG is in more than {MAX_JPEG_STEPS:,} pieces.")
        segment = data[marker.end() : marker.end() + SHORTEST_FRAME]
        if kind in SEQUENTIAL:
            components = segment[COMPONENTS_OF_FRAME]
        if kind == START_OF_SCAN and segment[COMPONENTS_OF_SCAN] == components:
            return
        position = marker.end() + int.from_bytes(segment[:2])


def _count_strips(data: bytes) -> None:
    """Count the strips or tiles that the first directory claims (TIFF 6.0, section 2)."""
    order = "<" if data.startswith(b"II") else ">"
    (start,) = struct.unpack_from(f"{order}4xI", data)
    (entries,) = struct.unpack_from(f"{order}H", data, start)
    for at in range(start + 2, start + 2 + 12 * entries, 12):
        tag, count = struct.unpack_from(f"{order}H2xI", data, at)
        if tag in {STRIP_OFFSETS, TILE_OFFSETS} and count > MAX_TIFF_STRIPS:
            raise CorruptImage(f"The TIFF is in more than {MAX_TIFF_STRIPS:,} pieces.")


def _count_chunks(data: bytes, most: int) -> None:
    """Count the chunks: a length, a type, so many bytes, and a checksum each (PNG, third edition, 5.3)."""
    chunks, position = 0, len(SIGNATURE)
    while position < len(data):
        chunks += 1
        if chunks > most:
            raise TooManyChunks(f"The PNG has more than {most:,} chunks, and each costs time.")
        position += 12 + int.from_bytes(data[position : position + 4])
