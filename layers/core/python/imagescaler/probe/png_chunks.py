"""The chunks of a PNG (PNG, third edition, 5.3)."""

import struct
import zlib
from collections.abc import Iterator

SIGNATURE = b"\x89PNG\r\n\x1a\n"
END = b"IEND"
MAX_CHUNKS = 100_000  # a tenth of a second; real files have some thousands at most


def chunk(kind: bytes, content: bytes) -> bytes:
    """Return a chunk: length, type, content and checksum."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(content, zlib.crc32(kind)))


def chunks(image: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield type and content of each chunk.

    Raises ValueError or struct.error if a chunk is cut off, the last one is missing, or there are too many.
    """
    for kind, content in places(image):
        if content.stop + 4 > len(image):
            message = "a chunk is cut off"
            raise ValueError(message)
        yield kind, image[content]


def places(image: bytes) -> Iterator[tuple[bytes, slice]]:
    """Yield type of each chunk and place of its content, which may be cut off; raises as `chunks` for all else."""
    at, kind, left = len(SIGNATURE), b"", MAX_CHUNKS
    while kind != END:
        left -= 1
        if left < 0:
            message = "the file is in too many chunks"
            raise ValueError(message)
        length, kind = struct.unpack_from(">I4s", image, at)
        yield kind, slice(at + 8, at + 8 + length)
        at += 12 + length
