"""The size of an AVIF and how it lies, as its boxes say (ISO/IEC 14496-12 and 23008-12); no library tells both."""

import struct

from imagescaler.domain.geometry.turn import Size, Turn
from imagescaler.probe.iso_boxes import HEAD_BYTES, VERSION_BYTES, boxes, content_of

BRANDS = {b"avif", b"avis"}
# Real files have some brands.
MAX_BRANDS_BYTES = 256
# irot turns against the clock, by quarters; imir mirrors about one of two axes.
ROTATIONS = {0: Turn(1), 1: Turn(8), 2: Turn(3), 3: Turn(6)}
MIRRORS = {0: Turn(4), 1: Turn(2)}


def is_avif(image: bytes) -> bool:
    """Say whether a file says that it is an AVIF: by its major brand, or by a compatible one."""
    if image[4:HEAD_BYTES] != b"ftyp":
        return False
    end = min(int.from_bytes(image[:4]), MAX_BRANDS_BYTES)
    return any(image[at : at + 4] in BRANDS for at in (HEAD_BYTES, *range(16, end, 4)))


def read_header(image: bytes) -> tuple[Size, Turn]:
    """Give the stored size, that of the largest image inside, and the turn upright.

    Raises LookupError or struct.error where these boxes are missing or too short.
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
