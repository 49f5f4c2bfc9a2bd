"""What is left of a damaged JPEG: its segments and scans up to where it is cut off (ITU-T T.81, annex B)."""

import re

from imagescaler.engine.salvage.salvage import NOISE_BYTES, Salvage
from imagescaler.probe.formats.jpeg import FRAMES, MAX_SEGMENTS, SCAN, segments

MARKER = re.compile(rb"\xff[\xc0-\xcf\xd8-\xfe]")
END, NOISE = b"\xff\xd9", bytes(range(7, 7 + 3 * NOISE_BYTES, 3))
PROGRESSIVE = {0xC2}
COUNT_OF_FRAME = 5  # where the header of a frame has the number of components


def salvage(data: bytes, _most_bytes: int) -> Salvage:
    """End the image where it is cut off; the decoder makes grey of what is missing.

    Where each block has all its coefficients in one scan, other bytes behind the cut show which blocks are missing.
    """
    kept = _without_cut_segment(data).rstrip(b"\xff")
    has_one_scan = _has_one_scan(kept)
    return Salvage.of(kept + END, kept + NOISE * has_one_scan + END, ends_grey=has_one_scan)


def _without_cut_segment(data: bytes) -> bytes:
    at = 2
    for _ in range(MAX_SEGMENTS):
        marker = MARKER.search(data, at)
        if marker is None or marker[0] == END:
            break
        at = marker.end() + int.from_bytes(data[marker.end() : marker.end() + 2])
        if at > len(data):
            return data[: marker.start()]
    return data


def _has_one_scan(data: bytes) -> bool:
    """True if the file is sequential, and its first scan has all components (A.2)."""
    header = list(segments(data))
    frame = next((each for each in header if each.kind in FRAMES - PROGRESSIVE), None)
    scan = next((each for each in header if each.kind == SCAN), None)
    return frame is not None and scan is not None and data[frame.content + COUNT_OF_FRAME] == data[scan.content]
