"""The size of an AVIF and how it lies, as its boxes say (ISO/IEC 14496-12 and 23008-12); no library tells both."""

import struct
from collections.abc import Iterator

from imagescaler.turn import Size, Turn

BRANDS = {b"avif", b"avis"}
HEAD_BYTES, VERSION_BYTES = 8, 4
# Real files have some tens of boxes in a row, and some brands.
MAX_BOXES, MAX_BRANDS_BYTES = 1000, 256
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
    meta = _content(image, b"meta")[VERSION_BYTES:]
    properties = list(_boxes(_content(_content(meta, b"iprp"), b"ipco")))
    sizes = [struct.unpack(">II", content[VERSION_BYTES:12]) for kind, content in properties if kind == b"ispe"]
    turn = Turn()
    for kind, content in properties:
        if kind == b"irot":
            turn = turn.then(ROTATIONS[content[0] & 3])
        elif kind == b"imir":
            turn = turn.then(MIRRORS[content[0] & 1])
    width, height = max(sizes, key=lambda size: size[0] * size[1], default=(0, 0))
    return (width, height), turn


def _content(data: bytes, wanted: bytes) -> bytes:
    for kind, content in _boxes(data):
        if kind == wanted:
            return content
    raise LookupError(wanted)


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Go through the boxes in a row: a length of all, a kind, and the content; the last may reach to the end."""
    at = 0
    for _ in range(MAX_BOXES):
        if len(data) - at < HEAD_BYTES:
            return
        length, head = int.from_bytes(data[at : at + 4]), HEAD_BYTES
        if length == 1:
            length, head = int.from_bytes(data[at + HEAD_BYTES : at + 2 * HEAD_BYTES]), 2 * HEAD_BYTES
        end = len(data) if length == 0 else at + length
        if end < at + head:
            return
        yield data[at + 4 : at + HEAD_BYTES], data[at + head : end]
        at = end
