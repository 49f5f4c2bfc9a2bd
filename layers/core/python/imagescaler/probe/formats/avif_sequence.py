"""AVIF sequences: timeline and samples (ISO/IEC 14496-12, 8.4 to 8.7), and what libavif cannot be asked to write."""

import struct
from collections.abc import Iterator
from fractions import Fraction

from imagescaler.probe.av1_frames import FrameCounter
from imagescaler.probe.coded_units import UnitLimit
from imagescaler.probe.iso_boxes import VERSION_BYTES, Data, Field, boxes, content_of
from imagescaler.probe.timeline import Timeline

SEQUENCE, PICTURES = b"avis", b"pict"
FLAGS, REPEATS = 3, 1
VISUAL_ENTRY_BYTES = 78  # before the boxes of a description
MOVIE_DURATION, TRACK_DURATION, EDIT_DURATION = Field((16, 24)), Field((20, 28)), Field((8, 8))
SIDES = Field((76, 88), (4, 4)), Field((80, 92), (4, 4))  # of a track, with 16 bits for fractions
FRACTION_BITS = 16
CODED = b"av01"
PLACES = {b"stco": 4, b"co64": 8}  # bytes of the place of a chunk
TABLE_BYTES = VERSION_BYTES + 4  # before the entries of a table
RUN_BYTES = 12  # an entry for chunks of as many samples
TIMESCALE = Field((12, 20), (4, 4))
CREATED, MODIFIED = Field((4, 4)), Field((8, 12))


def read_timeline(image: bytes, most: int) -> Timeline | None:
    """Read the timeline of the first track of pictures; raises LookupError or struct.error if it has none."""
    if image[8:12] != SEQUENCE:
        return None
    movie = content_of(image, b"moov")
    track = next(track for track in _tracks(movie) if _handler(track) == PICTURES)
    scale = TIMESCALE.read(content_of(track, b"mdia", b"mdhd"))
    times = content_of(track, b"mdia", b"minf", b"stbl", b"stts")
    durations_ms: list[Fraction] = []
    (entries,) = struct.unpack_from(">I", times, VERSION_BYTES)
    for entry in range(min(entries, most)):
        count, delta = struct.unpack_from(">II", times, 8 + 8 * entry)
        durations_ms += [Fraction(1000 * delta, scale)] * min(count, most - len(durations_ms))
    return Timeline(tuple(durations_ms), _plays(track))


def track_pixels(image: bytes, most: int) -> list[tuple[int, list[int]]]:
    """Return the pixels of each track of AV1, and those that are decoded for each of its first `most` samples.

    Raises LookupError, ValueError or struct.error if boxes or data are damaged.
    """
    limit, found = UnitLimit(), []
    for track in _tracks(content_of(image, b"moov")):
        tables = content_of(track, b"mdia", b"minf", b"stbl")
        if CODED in (kind for kind, _ in boxes(content_of(tables, b"stsd")[TABLE_BYTES:])):
            header, counter = content_of(track, b"tkhd"), FrameCounter(limit)
            width, height = (side.read(header) >> FRACTION_BITS for side in SIDES)
            found.append((width * height, [counter.pixels(each) for each in _samples(image, tables, most)]))
    return found


def sample_entry(image: bytes) -> bytes:
    """Return the boxes that describe the frames of the first track of pictures (12.1.3); raises LookupError."""
    track = next((track for track in _tracks(content_of(image, b"moov")) if _handler(track) == PICTURES), b"")
    descriptions = content_of(track, b"mdia", b"minf", b"stbl", b"stsd")[TABLE_BYTES:]
    return content_of(descriptions, CODED)[VISUAL_ENTRY_BYTES:]


def write_plays(image: memoryview, plays: int) -> None:
    """Set, in place, how often a sequence plays; 0 is forever.

    An edit that repeats does so until the end of its track (8.6.6.1), and the edit of a sequence is all of its frames.
    Raises LookupError if the file is not a sequence, and OverflowError if a duration does not fit into its box.
    """
    movie = content_of(image, b"moov")
    header = content_of(movie, b"mvhd")
    for track in _tracks(movie):
        edits, track_header = content_of(track, b"edts", b"elst"), content_of(track, b"tkhd")
        total = plays * EDIT_DURATION.read(edits)
        edits[FLAGS] = edits[FLAGS] & ~REPEATS if plays == 1 else edits[FLAGS] | REPEATS
        TRACK_DURATION.write(track_header, total or TRACK_DURATION.largest(track_header))
        MOVIE_DURATION.write(header, total or MOVIE_DURATION.largest(header))


def clear_times(image: memoryview) -> None:
    """Set the times of creation to 0, in place (8.2.2, 8.3.2, 8.4.2), so that the same work makes the same bytes.

    Raises LookupError if the file is not a sequence.
    """
    movie = content_of(image, b"moov")
    headers = [content_of(movie, b"mvhd")]
    for track in _tracks(movie):
        headers += [content_of(track, b"tkhd"), content_of(track, b"mdia", b"mdhd")]
    for header in headers:
        CREATED.write(header, 0)
        MODIFIED.write(header, 0)


def _tracks(movie: Data) -> Iterator[Data]:
    return (content for kind, content in boxes(movie) if kind == b"trak")


def _samples(image: bytes, tables: bytes, most: int) -> Iterator[memoryview]:
    """Yield the data of the first samples of a track, as far as the file has it (8.7.3 to 8.7.5)."""
    sizes, runs = content_of(tables, b"stsz"), content_of(tables, b"stsc")
    place_bytes, places = next((PLACES[kind], content) for kind, content in boxes(tables) if kind in PLACES)
    same_size, samples = struct.unpack_from(">II", sizes, VERSION_BYTES)
    (chunks,) = struct.unpack_from(">I", places, VERSION_BYTES)
    number, run, in_chunk = 0, TABLE_BYTES, 0
    for chunk in range(chunks):
        if int.from_bytes(runs[run : run + 4]) == chunk + 1:
            (in_chunk,) = struct.unpack_from(">I", runs, run + 4)
            run += RUN_BYTES
        if in_chunk == 0:
            raise ValueError(chunk)
        place = TABLE_BYTES + place_bytes * chunk
        at = int.from_bytes(places[place : place + place_bytes])
        for _ in range(in_chunk):
            if number >= min(samples, most):
                return
            size = same_size or struct.unpack_from(">I", sizes, TABLE_BYTES + 4 + 4 * number)[0]
            yield memoryview(image)[at : at + size]
            number, at = number + 1, at + size


def _handler(track: bytes) -> bytes:
    return content_of(track, b"mdia", b"hdlr")[8:12]


def _plays(track: bytes) -> int:
    """Return how often the edit fits into the track, if it repeats; without an edit list a sequence plays forever."""
    try:
        edits = content_of(track, b"edts", b"elst")
    except LookupError:
        return 0
    if not edits[FLAGS] & REPEATS:
        return 1
    header = content_of(track, b"tkhd")
    total, once = TRACK_DURATION.read(header), EDIT_DURATION.read(edits)
    return 0 if total == TRACK_DURATION.largest(header) or not once else -(-total // once)
