"""JPEG: size and orientation, and damage that costs no pixel (ITU-T T.81, annex B)."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from imagescaler.domain.geometry.turn import Size, Turn
from imagescaler.probe.exif_orientation import HEAD, orientation_of
from imagescaler.probe.format_probe import FormatProbe

START, EXIF, SCAN = b"\xff\xd8", 0xE1, 0xDA
START_OF_FILE = re.compile(rb"\xff\xd8\xff[\xc0-\xff]")
MOST_BEFORE = 512  # bytes before the start, such as the head of a mail
MARKER = re.compile(rb"\xff[\x01-\xfe]")
ALONE = {0x01, *range(0xD0, 0xDA)}  # markers without a segment: TEM, RSTn, SOI, EOI
# Headers of frames (table B.1), of a hierarchical file (B.3.2), and of a frame of JPEG-LS (ITU-T T.87) are alike.
FRAMES = {*range(0xC0, 0xD0), 0xDE, 0xF7} - {0xC4, 0xCC}
MAX_SEGMENTS = 200_000  # a fifth of a second; real files have some hundreds at most
# Segments that decoders read, by their markers: how they begin, and the least bytes of what follows the length.
LEAST = {0xE0: (b"JFIF", 14), 0xE2: (b"ICC_PROFILE\0", 15), 0xEE: (b"Adobe", 12)}


class Segment(NamedTuple):
    """A segment: its marker, the place of that, of its content and of its end."""

    kind: int
    start: int
    content: int
    end: int


def read_size(image: bytes) -> tuple[Size, Turn]:
    """Read the size in the header of the frame, and the turn in the first EXIF; raises StopIteration without one."""
    turn: Turn | None = None
    for kind, _, content, end in segments(image):
        if kind == EXIF and turn is None and image.startswith(HEAD, content):
            turn = Turn(orientation_of(image[content:end]))
        if kind in FRAMES:
            height, width = (int.from_bytes(image[at : at + 2]) for at in (content + 1, content + 3))
            return (width, height), turn or Turn()
    raise StopIteration


def repair(image: bytes) -> bytes:
    """Return a file that begins with its start, without bytes between segments and without those that are too short.

    A file that is whole is returned as it is.
    """
    start = START_OF_FILE.search(image, 0, MOST_BEFORE)
    if start is None:
        return image
    image = image[start.start() :]
    kept = [slice(0, len(START))]
    for kind, begin, content, end in segments(image):
        if kind == SCAN:
            kept.append(slice(begin, len(image)))
            is_whole = sum(part.stop - part.start for part in kept) == len(image)
            return image if is_whole else b"".join(image[part] for part in kept)
        name, least = LEAST.get(kind, (b"", 0))
        is_short = end < content or (image.startswith(name, content) and end - content < least)
        if not is_short and kind not in ALONE:
            kept.append(slice(begin, end))
    return image


def segments(image: bytes) -> Iterator[Segment]:
    """Yield the segments up to that of the first scan; the end of one of no length is before its content."""
    at = len(START)
    for _ in range(MAX_SEGMENTS):
        marker = MARKER.search(image, at)
        if marker is None:
            return
        kind, content = image[marker.end() - 1], marker.end() + 2
        length = 0 if kind in ALONE else int.from_bytes(image[marker.end() : content])
        yield Segment(kind, marker.start(), content, marker.end() + length)
        if kind == SCAN:
            return
        at = max(marker.end() + length, marker.end() if kind in ALONE else content)


PROBE = FormatProbe(read_size, repair=repair)
