"""The frames of an AVIF image sequence (ISO/IEC 14496-12, 8.6 and 8.4)."""

import struct
from fractions import Fraction

from imagescaler.iso_boxes import VERSION_BYTES, boxes, content_of
from imagescaler.timelines.timeline import Timeline

SEQUENCE, PICTURES = b"avis", b"pict"
REPEATS = 1


def read(image: bytes, most: int) -> Timeline | None:
    """Read the timeline of the first track of pictures; raises LookupError or struct.error where there is none."""
    if image[8:12] != SEQUENCE:
        return None
    movie = content_of(image, b"moov")
    track = next(content for kind, content in boxes(movie) if kind == b"trak" and _handler(content) == PICTURES)
    scale = _field(content_of(track, b"mdia", b"mdhd"), (12, 20), 4)
    times = content_of(track, b"mdia", b"minf", b"stbl", b"stts")
    durations_ms: list[Fraction] = []
    (entries,) = struct.unpack_from(">I", times, VERSION_BYTES)
    for entry in range(min(entries, most)):
        count, delta = struct.unpack_from(">II", times, 8 + 8 * entry)
        durations_ms += [Fraction(1000 * delta, scale)] * min(count, most - len(durations_ms))
    return Timeline(tuple(durations_ms), _plays(track))


def _handler(track: bytes) -> bytes:
    return content_of(track, b"mdia", b"hdlr")[8:12]


def _plays(track: bytes) -> int:
    """Give how often the edit fits into the track, if it repeats; whoever says nothing of it means for ever."""
    try:
        edits = content_of(track, b"edts", b"elst")
    except LookupError:
        return 0
    if not edits[3] & REPEATS:
        return 1
    header = content_of(track, b"tkhd")
    width = 8 if header[0] else 4
    whole, once = _field(header, (20, 28), width), _field(edits, (8, 8), 8 if edits[0] else 4)
    return 0 if whole == 2 ** (8 * width) - 1 or not once else -(-whole // once)


def _field(box: bytes, places: tuple[int, int], size: int) -> int:
    """Read a number, whose place is another in version 1 of a box than in version 0; raises IndexError without it."""
    at = places[1 if box[0] else 0]
    number = box[at : at + size]
    if len(number) < size:
        raise IndexError(at)
    return int.from_bytes(number)
