"""How hard the edges in a PNG are, as its first lines tell (PNG, third edition, 9.2)."""

import struct
import zlib
from collections.abc import Iterator
from contextlib import suppress

from imagescaler.probe.png_chunks import SIGNATURE, chunks

# What is inflated, and what may come of it: some milliseconds.
BEGINNING, MOST_INFLATED = 2**14, 2**19
EIGHT_BITS = 8
CHANNELS = {0: 1, 2: 3, 4: 2, 6: 4}  # by the type of color; numbers in a palette are no levels
UNFILTERED = 0
# Of 256 levels; a filtered line has the differences to what its neighbours let one expect, modulo 256.
LARGE = 16
SMALL = bytes([*range(LARGE), *range(257 - LARGE, 256)])
FEWEST = 1_000  # what is no more than a line or a dot tells nothing of the rest


def hard_edges(image: bytes) -> float | None:
    """Give the part of all differences between neighbours that is large: letters have most, a soft drawing has few.

    None where the first lines don't tell: they are empty, not filtered, interlaced, not of eight bits, or damaged.
    """
    lines = b""
    with suppress(ValueError, struct.error, zlib.error):
        lines = b"".join(_filtered_lines(image))
    differences = len(lines) - lines.count(0)
    return len(lines.translate(None, SMALL)) / differences if differences >= FEWEST else None


def _filtered_lines(image: bytes) -> Iterator[bytes]:
    width, _, depth, color, _, _, is_interlaced = struct.unpack_from(">IIBBBBB", image, len(SIGNATURE) + 8)
    if depth != EIGHT_BITS or color not in CHANNELS or is_interlaced:
        return
    line_bytes = 1 + width * CHANNELS[color]
    lines = zlib.decompressobj().decompress(_beginning(image), MOST_INFLATED)
    for at in range(0, len(lines) - line_bytes + 1, line_bytes):
        if lines[at] != UNFILTERED:
            yield lines[at + 1 : at + line_bytes]


def _beginning(image: bytes) -> bytes:
    """Give the first of the compressed bytes."""
    beginning = bytearray()
    for kind, content in chunks(image):
        if kind == b"IDAT":
            beginning += content[: BEGINNING - len(beginning)]
        if len(beginning) == BEGINNING:
            break
    return bytes(beginning)
