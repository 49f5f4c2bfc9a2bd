"""What is left of a damaged AVIF: pictures up to where their box is cut off (ISO/IEC 14496-12, 4.2)."""

from imagescaler.engine.salvage.salvage import Salvage, completed
from imagescaler.probe.iso_boxes import HEAD_BYTES

SUPERBLOCK = 64  # of which tiles are made (AV1, 5.9.15)
MAX_BOXES = 1000
# Bytes that are a plausible size of a tile if they are repeated, and decode to few symbols.
FILLERS = (96, 54, 66, 84, 105, 117, 132)


def salvage(data: bytes, most_bytes: int) -> Salvage:
    """Complete the last box of the file."""
    at = 0
    for _ in range(MAX_BOXES):
        if at + HEAD_BYTES > len(data):
            break
        length = int.from_bytes(data[at : at + 4])
        if length == 1:
            length = int.from_bytes(data[at + HEAD_BYTES : at + 2 * HEAD_BYTES])
        if length < HEAD_BYTES:
            break
        at += length
    return completed(data, at, most_bytes, FILLERS, column=SUPERBLOCK, block=SUPERBLOCK)
