"""What is left of a damaged GIF: its blocks up to where it is cut off (GIF89a, CompuServe)."""

from PIL import Image, ImageFile

from imagescaler.engine.salvage.salvage import Grid, Salvage
from imagescaler.probe.formats.gif import DESCRIPTOR_BYTES, EXTENSION, PADDING, PICTURE, head, palette_bytes

END_OF_BLOCKS, TRAILER = b"\0", b";"
# After the third, the second and the first pass (appendix E).
GRIDS: tuple[Grid, ...] = ((1, 2), (1, 4), (1, 8))


def salvage(data: bytes, _most_bytes: int) -> Salvage:
    """End the file behind the last pixels that are there."""
    return Salvage.of(_ended(data), grids=grids)


def grids(image: Image.Image) -> tuple[Grid, ...]:
    """Return the distances of rows of an opened image after each pass but the last."""
    arguments = image.tile[0].args if isinstance(image, ImageFile.ImageFile) and image.tile else None
    match arguments:
        case (_bits, interlaced, _transparency) if interlaced:
            return GRIDS
    return ()


def _ended(data: bytes) -> bytes:
    at = len(head(data))
    while at < len(data) and (kind := data[at]) in {PICTURE, EXTENSION, PADDING}:
        if kind == PADDING:
            at += 1
            continue
        descriptor = data[at : at + DESCRIPTOR_BYTES]
        first = at + (DESCRIPTOR_BYTES + 1 + palette_bytes(descriptor[-1]) if kind == PICTURE else 2)
        last = _last_block(data, first)
        if last < len(data) and not data[last]:
            at = last + 1
        elif kind == PICTURE and last + 1 < len(data):
            return data[:last] + bytes([len(data) - last - 1]) + data[last + 1 :] + END_OF_BLOCKS + TRAILER
        elif kind == PICTURE and last > first:
            return data[:last] + END_OF_BLOCKS + TRAILER
        else:
            break
    return data[:at] + TRAILER


def _last_block(data: bytes, at: int) -> int:
    """Return the place of the empty block that ends a row of blocks, or of the block that is cut off."""
    while at < len(data) and (size := data[at]) and at + size < len(data):
        at += size + 1
    return at
