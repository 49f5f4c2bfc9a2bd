"""What is left of a damaged AVIF: pictures up to where their box is cut off (ISO/IEC 14496-12, 4.2)."""

from imagescaler.engine.salvage.salvage import Salvage, completed
from imagescaler.probe.iso_boxes import HEAD_BYTES

SUPERBLOCK = 64  # of which tiles are made (AV1, 5.9.15)
MAX_BOXES = 1000
# Sizes of tiles that decode to few symbols; stored as one less (AV1, 5.11.1), in two to four bytes, and divisible by
# these, so that behind each tile the next size begins.
TILE_SIZES, WIDTHS = (360, 300, 240, 600), (3, 2, 4)
FILLERS = tuple(
    (size - 1).to_bytes(width, "little")[first:] + (size - 1).to_bytes(width, "little")[:first]
    for size in TILE_SIZES
    for width in WIDTHS
    for first in range(width)
)


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
