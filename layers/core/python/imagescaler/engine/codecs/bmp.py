"""BMP, which is only read. What Pillow misreads is rewritten: bit masks, runs of colors and short palettes."""

import struct
from math import prod
from typing import NamedTuple, Self

from imagescaler.domain.errors import UnsupportedImageFormat
from imagescaler.domain.formats import Format
from imagescaler.domain.geometry.turn import Size
from imagescaler.domain.limits import Limits
from imagescaler.engine.codecs.bmp_masks import unmasked_rows
from imagescaler.engine.codecs.bmp_runs import unpacked_rows
from imagescaler.engine.codecs.codec import Codec
from imagescaler.probe.formats.bmp import INFO, OS2_BYTES

FILE_HEADER, HEADER = struct.Struct("<2sIHHI"), struct.Struct("<IiiHHIIiiII")
OS2_LONG_BYTES, PILLOW_HEADERS = 64, {40, 52, 56, 64, 108, 124}
BITS_OF_RUNS, BIT_MASKS, BIT_MASKS_WITH_ALPHA = {1: 8, 2: 4}, 3, 6
MOST_PALETTE_BITS = 8
VARIETIES = {4: "a JPEG inside", 5: "a PNG inside", **dict.fromkeys((11, 12, 13), "CMYK")}  # for printers
OS2_VARIETIES = {3: "Huffman coding", 4: "runs of 24-bit pixels"}
BITS_OF_VARIETIES = {2, 64}
MASKS_WITH_ALPHA_BYTES = 56
WITH_ALPHA = (0xFF0000, 0xFF00, 0xFF, 0xFF000000)
# What Pillow reads rightly, of 16 and 32 bits a pixel.
PILLOW_MASKS = {
    (0xF800, 0x7E0, 0x1F, 0),
    (0x7C00, 0x3E0, 0x1F, 0),
    (0xFF0000, 0xFF00, 0xFF, 0),
    WITH_ALPHA,
}


class Header(NamedTuple):
    """Fields that headers begin with (Microsoft, "BITMAPINFOHEADER structure"); a short one has the first of them."""

    header_bytes: int
    width: int
    height: int
    planes: int
    bits: int
    compression: int = 0
    image_bytes: int = 0
    across: int = 0
    down: int = 0
    colors: int = 0
    important_colors: int = 0

    @classmethod
    def of(cls, data: bytes) -> Self:
        """Read the header; raises struct.error if it is cut off."""
        (header_bytes,) = struct.unpack_from("<I", data, INFO)
        if header_bytes == OS2_BYTES:
            return cls(*struct.unpack_from("<IHHHH", data, INFO))
        return cls(*HEADER.unpack(data[INFO:][: min(header_bytes, HEADER.size)].ljust(HEADER.size, b"\0")))

    @property
    def size(self) -> Size:
        """Width and height in pixels; rows from the top have a negative height in the file."""
        return self.width, abs(self.height)


def check_structure(data: bytes, _limits: Limits) -> None:
    """Raise UnsupportedImageFormat for a variety that is not accepted, struct.error if the header is cut off."""
    header = Header.of(data)
    varieties = OS2_VARIETIES if header.header_bytes == OS2_LONG_BYTES else VARIETIES
    variety = f"{header.bits} bits per pixel" if header.bits in BITS_OF_VARIETIES else varieties.get(header.compression)
    if variety:
        raise UnsupportedImageFormat(f"The BMP is of a variety that is not accepted: {variety}.")


def readable(data: bytes) -> bytes:
    """Rewrite a file that Pillow refuses or misreads; rows that it lacks stay missing."""
    header, (start,) = Header.of(data), struct.unpack_from("<I", data, INFO - 4)
    if header.header_bytes == OS2_BYTES:
        return data
    if header.bits <= MOST_PALETTE_BITS:
        return _with_whole_palette(data, header, start)
    if header.compression in {BIT_MASKS, BIT_MASKS_WITH_ALPHA}:
        return _with_known_masks(data, header, start)
    if header.header_bytes not in PILLOW_HEADERS:
        return _rewritten(header, header.bits, b"", memoryview(data)[start:])
    return data


def _with_whole_palette(data: bytes, header: Header, start: int) -> bytes:
    """Return a file with a color for each value, and without runs; the same file if it is one already."""
    end = INFO + header.header_bytes
    palette_bytes = 4 * (header.colors or 2**header.bits)
    start = start if start > end else end + palette_bytes
    palette, rows = data[end : min(end + palette_bytes, start)], memoryview(data)[start:]
    if BITS_OF_RUNS.get(header.compression) == header.bits:
        nibbles = header.bits < MOST_PALETTE_BITS
        return _rewritten(header, 8, palette, unpacked_rows(rows, header.size, nibbles=nibbles))
    if header.colors not in {0, 2**header.bits} or header.header_bytes not in PILLOW_HEADERS:
        return _rewritten(header, header.bits, palette, rows)
    return data


def _with_known_masks(data: bytes, header: Header, start: int) -> bytes:
    """Return a file with masks that Pillow knows, and opaque if it has no alpha above 0; the same file if it is one."""
    has_alpha = header.header_bytes >= MASKS_WITH_ALPHA_BYTES or header.compression == BIT_MASKS_WITH_ALPHA
    *colored, alpha = struct.unpack_from("<4I", data, INFO + HEADER.size)
    masks = (*colored, alpha if has_alpha else 0)
    alphas = data[start + 3 : start + 4 * prod(header.size) : 4] if masks == WITH_ALPHA else b""
    if (masks in PILLOW_MASKS or not any(masks)) and (not alphas or any(alphas)):
        return data
    rows = unmasked_rows(memoryview(data)[start:], header.size, header.bits, masks)
    return _rewritten(header, 32, struct.pack("<4I", *WITH_ALPHA), rows)


def _rewritten(header: Header, bits: int, table: bytes, rows: bytearray | memoryview) -> bytes:
    """Return a file with these rows, and a whole palette, in black where it was short, or the masks."""
    is_masked = bits > MOST_PALETTE_BITS and bool(table)
    if bits <= MOST_PALETTE_BITS:
        table = table[: 4 * 2**bits].ljust(4 * 2**bits, b"\0")
    header_bytes, compression = (MASKS_WITH_ALPHA_BYTES, BIT_MASKS) if is_masked else (HEADER.size, 0)
    head = HEADER.pack(header_bytes, header.width, header.height, 1, bits, compression, 0, 0, 0, 0, 0) + table
    return b"".join([FILE_HEADER.pack(b"BM", 0, 0, 0, INFO + len(head)), head, rows])


CODEC = Codec(
    format=Format.BMP,
    plugin="BMP",
    opened_as=frozenset({"BMP"}),
    check_structure=check_structure,
    readable=readable,
    has_deep_colors=lambda _image: False,  # sixteen bits are those of a pixel
)
