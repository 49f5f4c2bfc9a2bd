"""BMP, which is only read. What Pillow misreads is rewritten: bit masks, runs of colors and short palettes."""

import struct

from imagescaler.domain.errors import UnsupportedImageFormat
from imagescaler.domain.formats import Format
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


def check_structure(data: bytes, _limits: Limits) -> None:
    """Raise UnsupportedImageFormat for a variety that is not accepted, struct.error if the header is cut off."""
    header_bytes, _, _, _, bits, compression, *_ = _header(data)
    varieties = OS2_VARIETIES if header_bytes == OS2_LONG_BYTES else VARIETIES
    variety = f"{bits} bits per pixel" if bits in BITS_OF_VARIETIES else varieties.get(compression)
    if variety:
        raise UnsupportedImageFormat(f"The BMP is of a variety that is not accepted: {variety}.")


def readable(data: bytes) -> bytes:
    """Rewrite a file that Pillow refuses or misreads; rows that it lacks stay missing."""
    header_bytes, width, height, _, bits, compression, *_, colors, _ = _header(data)
    (start,) = struct.unpack_from("<I", data, INFO - 4)
    size, end = (width, abs(height)), INFO + header_bytes
    if bits <= MOST_PALETTE_BITS and header_bytes != OS2_BYTES:
        start = start if start > end else end + 4 * (colors or 2**bits)
        palette, rows = data[end : min(end + 4 * (colors or 2**bits), start)], memoryview(data)[start:]
        if BITS_OF_RUNS.get(compression) == bits:
            return _rewritten(width, height, 8, palette, unpacked_rows(rows, size, nibbles=bits < MOST_PALETTE_BITS))
        if colors not in {0, 2**bits} or header_bytes not in PILLOW_HEADERS:
            return _rewritten(width, height, bits, palette, rows)
    if compression in {BIT_MASKS, BIT_MASKS_WITH_ALPHA}:
        has_alpha = header_bytes >= MASKS_WITH_ALPHA_BYTES or compression == BIT_MASKS_WITH_ALPHA
        *colored, alpha = struct.unpack_from("<4I", data, INFO + HEADER.size)
        masks = (*colored, alpha if has_alpha else 0)
        alphas = data[start + 3 : start + 4 * width * abs(height) : 4] if masks == WITH_ALPHA else b""
        if (masks not in PILLOW_MASKS and any(masks)) or (alphas and not any(alphas)):
            made = unmasked_rows(memoryview(data)[start:], size, bits, masks)
            return _rewritten(width, height, 32, struct.pack("<4I", *WITH_ALPHA), made, is_masked=True)
    if header_bytes not in {*PILLOW_HEADERS, OS2_BYTES}:
        return _rewritten(width, height, bits, b"", memoryview(data)[start:])
    return data


def _header(data: bytes) -> tuple[int, ...]:
    """Return the fields that all headers begin with; those that a shorter one lacks are 0, as its writer means them."""
    (header_bytes,) = struct.unpack_from("<I", data, INFO)
    if header_bytes == OS2_BYTES:
        return (*struct.unpack_from("<IHHHH", data, INFO), 0, 0, 0, 0, 0, 0)
    return HEADER.unpack(data[INFO:][: min(header_bytes, HEADER.size)].ljust(HEADER.size, b"\0"))


def _rewritten(
    width: int, height: int, bits: int, table: bytes, rows: bytearray | memoryview, *, is_masked: bool = False
) -> bytes:
    """Return a file with these rows and a whole palette, in black where it was short, or the masks."""
    if bits <= MOST_PALETTE_BITS:
        table = table[: 4 * 2**bits].ljust(4 * 2**bits, b"\0")
    header_bytes, compression = (MASKS_WITH_ALPHA_BYTES, BIT_MASKS) if is_masked else (HEADER.size, 0)
    head = HEADER.pack(header_bytes, width, height, 1, bits, compression, 0, 0, 0, 0, 0) + table
    return b"".join([FILE_HEADER.pack(b"BM", 0, 0, 0, INFO + len(head)), head, rows])


CODEC = Codec(
    format=Format.BMP,
    plugin="BMP",
    opened_as=frozenset({"BMP"}),
    check_structure=check_structure,
    readable=readable,
    has_deep_colors=lambda _image: False,  # sixteen bits are those of a pixel
)
