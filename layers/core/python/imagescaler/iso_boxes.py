"""The boxes of which an AVIF is made (ISO/IEC 14496-12, section 4.2)."""

from collections.abc import Iterator

HEAD_BYTES, VERSION_BYTES = 8, 4
# Real files have some tens of boxes in a row.
MAX_BOXES = 1000


def content_of(data: bytes, *path: bytes) -> bytes:
    """Give what is in a box that is in boxes; raises LookupError where one is missing."""
    for wanted in path:
        data = next((content for kind, content in boxes(data) if kind == wanted), b"")
        if not data:
            raise LookupError(wanted)
    return data


def boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
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
