"""ICO, which is only read: its largest picture, with the most colors. Pillow decodes it when it opens the file."""

import struct

from imagescaler.domain.formats import Format
from imagescaler.domain.limits import Limits
from imagescaler.engine.codecs import png
from imagescaler.engine.codecs.codec import Codec
from imagescaler.probe.formats.ico import BITMAP, DIRECTORY, ENTRY, Picture, shown_picture

MOST_SIDE = 255  # that an entry can tell; a larger one is 0
TRUE_COLOR, WITH_ALPHA, MOST_PALETTE_BITS = 24, 32, 8
COLORS_USED = 32


def check_structure(data: bytes, limits: Limits) -> None:
    """Check a PNG inside as it would be alone; raises TooManyChunks."""
    picture = shown_picture(data)
    if picture.is_png:
        png.check_structure(bytes(picture.content), limits)


def readable(data: bytes) -> bytes:
    """Return an icon of the shown picture alone, which Pillow would not choose if another has fewer colors."""
    picture = shown_picture(data)
    content, bits = (bytes(picture.content), picture.bits) if picture.is_png else _with_mask(picture)
    width, height = (side if side <= MOST_SIDE else 0 for side in picture.size)
    start = DIRECTORY + ENTRY.size
    return struct.pack("<3H", 0, 1, 1) + ENTRY.pack(width, height, 0, 0, 1, bits, len(content), start) + content


def _with_mask(picture: Picture) -> tuple[bytes, int]:
    """Return a bitmap with a whole palette and its mask at the end, as Pillow expects it, and its bits for a pixel.

    Pillow takes a short palette of black and white for one bit. A missing mask hides nothing. If the alpha channel is
    empty, the mask counts, as in browsers and in Windows.
    """
    (width, height), bits, content = picture.size, picture.bits, bytes(picture.content)
    header_bytes, *_, compression = BITMAP.unpack_from(content)
    if compression:
        return content, bits
    (colors,) = struct.unpack_from("<I", content, COLORS_USED)
    start = header_bytes + (4 * (colors or 2**bits) if bits <= MOST_PALETTE_BITS else 0)
    end = start + _row_bytes(width, bits) * height
    pixels, mask = content[start:end], content[end:][: _row_bytes(width, 1) * height]
    mask = mask.ljust(_row_bytes(width, 1) * height, b"\0")
    if bits == WITH_ALPHA and not any(pixels[3::4]):
        bits, pixels = TRUE_COLOR, _without_alpha(pixels, width)
        content = content[:14] + struct.pack("<H", bits) + content[16:]
    head, palette = content[:header_bytes], content[header_bytes:start]
    if palette:
        head = head[:COLORS_USED] + bytes(4) + head[COLORS_USED + 4 :]
        palette = palette[: 4 * 2**bits].ljust(4 * 2**bits, b"\0")
    return head + palette + pixels + mask, bits


def _row_bytes(width: int, bits: int) -> int:
    return (width * bits + 31) // 32 * 4


def _without_alpha(pixels: bytes, width: int) -> bytes:
    row_bytes = _row_bytes(width, TRUE_COLOR)
    rows = bytearray()
    for at in range(0, len(pixels), 4 * width):
        row, pixel_row = bytearray(row_bytes), pixels[at : at + 4 * width]
        for channel in range(3):
            samples = pixel_row[channel::4]
            row[channel : 3 * len(samples) : 3] = samples
        rows += row
    return bytes(rows)


CODEC = Codec(
    format=Format.ICO,
    plugin="ICO",
    opened_as=frozenset({"ICO"}),
    check_structure=check_structure,
    readable=readable,
)
