"""AVIF: size and orientation of the picture (ISO/IEC 14496-12 and 23008-12), which no library reads together."""

import struct

from imagescaler.domain.geometry.turn import Size, Turn
from imagescaler.probe.format_probe import FormatProbe
from imagescaler.probe.formats.avif_sequence import read_timeline
from imagescaler.probe.iso_boxes import VERSION_BYTES, boxes, content_of

# irot turns counterclockwise by quarters, imir mirrors about one of two axes (23008-12, 6.5.10 and 6.5.12).
ROTATIONS = {0: Turn(1), 1: Turn(8), 2: Turn(3), 3: Turn(6)}
MIRRORS = {0: Turn(4), 1: Turn(2)}


def read_size(image: bytes) -> tuple[Size, Turn]:
    """Return the stored size, that of the largest image in the file, and the turn to upright.

    Raises LookupError or struct.error if boxes are missing or too short.
    """
    meta = content_of(image, b"meta")[VERSION_BYTES:]
    properties = list(boxes(content_of(meta, b"iprp", b"ipco")))
    sizes = [struct.unpack(">II", content[VERSION_BYTES:12]) for kind, content in properties if kind == b"ispe"]
    turn = Turn()
    for kind, content in properties:
        if kind == b"irot":
            turn = turn.then(ROTATIONS[content[0] & 3])
        elif kind == b"imir":
            turn = turn.then(MIRRORS[content[0] & 1])
    width, height = max(sizes, key=lambda size: size[0] * size[1], default=(0, 0))
    return (width, height), turn


PROBE = FormatProbe(read_size, read_timeline)
