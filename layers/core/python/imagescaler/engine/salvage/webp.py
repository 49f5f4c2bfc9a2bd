"""What is left of a damaged WebP: a picture up to where it is cut off, or the whole frames (RFC 9649, 2.3 and 2.7)."""

from imagescaler.engine.salvage.salvage import Salvage, completed
from imagescaler.probe.formats.webp import FIRST_CHUNK, is_animated

HEAD_BYTES = 8
WHOLE_ROWS, MACROBLOCK = 1 << 14, 16  # the longest side, and the rows of a block (RFC 6386, 2)


def salvage(data: bytes, most_bytes: int) -> Salvage:
    """Complete a picture; of an animation keep the chunks that are whole."""
    size = HEAD_BYTES + int.from_bytes(data[4:HEAD_BYTES], "little")
    if not is_animated(data):
        return completed(data, size, most_bytes, column=WHOLE_ROWS, block=MACROBLOCK)
    at = FIRST_CHUNK
    while at + HEAD_BYTES <= len(data):
        length = int.from_bytes(data[at + 4 : at + HEAD_BYTES], "little")
        end = at + HEAD_BYTES + length + length % 2
        if end > len(data):
            break
        at = end
    return Salvage.of(data[:4] + (at - HEAD_BYTES).to_bytes(4, "little") + data[HEAD_BYTES:at])
