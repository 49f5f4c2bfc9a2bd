"""Finds metadata of the source in a result, byte by byte, without an image library."""

from collections.abc import Iterator

from tools.hostile.metadata import MARKER

# JFIF's head, tables, frame, scan, restarts, and how CMYK is meant (Adobe).
JPEG_SEGMENTS = {0xE0, 0xEE, 0xDB, 0xC4, 0xC0, 0xC1, 0xC2, 0xDA, 0xDD}
PNG_CHUNKS = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"acTL", b"fcTL", b"fdAT"}
WEBP_CHUNKS = {b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF"}
# The one application extension among them says how often an animation is repeated.
REPEATING, NETSCAPE = 0x1FF, b"\x0bNETSCAPE2.0\3\1"
GIF_BLOCKS = {0x2C, 0xF9, 0x3B, REPEATING}
# What a picture is and where; not who made it, with what, and when.
TIFF_TAGS = {256, 257, 258, 259, 262, 273, 277, 278, 279, 282, 283, 284, 296, 317, 320, 338, 339}
JXL_BOXES = {b"JXL ", b"ftyp", b"jxll", b"jxlc", b"jxlp"}
AVIF_METADATA = (b"Exif", b"mime", b"prof")
HEAD_BYTES = 12


def leaks(result: bytes) -> list[str]:
    """List the parts of a file that are not its picture; raises ValueError for an unknown format."""
    match result[:4]:
        case b"\x89PNG":
            found = [kind for kind in _png(result) if kind not in PNG_CHUNKS]
        case b"RIFF":
            found = [kind for kind in _webp(result) if kind not in WEBP_CHUNKS]
        case head if head.startswith(b"\xff\xd8"):
            found = [b"%02x" % kind for kind in _jpeg(result) if kind not in JPEG_SEGMENTS]
        case b"GIF8":
            found = [b"%02x" % kind for kind in _gif(result) if kind not in GIF_BLOCKS]
        case b"II*\0":
            found = [b"%d" % tag for tag in _tiff(result) if tag not in TIFF_TAGS]
        case b"\0\0\0\x0c":
            found = [kind for kind in _boxes(result) if kind not in JXL_BOXES]
        case head if head.startswith(b"\xff\x0a"):
            found = []  # a codestream of JPEG XL, which has no place for metadata
        case _ if result[4:12] in {b"ftypavif", b"ftypavis"}:
            found = [word for word in AVIF_METADATA if word in result]
        case _:
            message = f"a result begins with {result[:8]!r}"
            raise ValueError(message)
    return [kind.decode("latin-1") for kind in found] + [MARKER.decode()] * (MARKER in result)


def _png(data: bytes) -> Iterator[bytes]:
    position = 8
    while position < len(data):
        yield data[position + 4 : position + 8]
        position += HEAD_BYTES + int.from_bytes(data[position : position + 4])


def _boxes(data: bytes) -> Iterator[bytes]:
    position = 0
    while position < len(data):
        yield data[position + 4 : position + 8]
        position += int.from_bytes(data[position : position + 4]) or len(data)


def _webp(data: bytes) -> Iterator[bytes]:
    position = HEAD_BYTES
    while position < len(data):
        yield data[position : position + 4]
        size = int.from_bytes(data[position + 4 : position + 8], "little")
        position += 8 + size + size % 2


def _jpeg(data: bytes) -> Iterator[int]:
    """Go through the segments, and through what follows the end as well: there must be nothing."""
    position = 2
    while position < len(data):
        kind = data[position + 1]
        if kind == 0xD9:
            yield from data[position + 2 :]
            return
        yield kind
        position += 2 + int.from_bytes(data[position + 2 : position + 4])
        while kind == 0xDA and (data[position] != 0xFF or data[position + 1] in {0, *range(0xD0, 0xD8)}):
            position += 1


def _gif(data: bytes) -> Iterator[int]:
    """Go through the pictures and the labels of extensions."""
    position = 13 + _palette_bytes(data[10])
    while position < len(data):
        kind = data[position]
        if kind == 0x21:
            kind, position = data[position + 1], position + 2
            kind = REPEATING if kind == 0xFF and data.startswith(NETSCAPE, position) else kind
        elif kind == 0x2C:
            position += 11 + _palette_bytes(data[position + 9])
        else:
            position += 1
        yield kind
        while kind != 0x3B and data[position]:
            position += 1 + data[position]
        position += kind != 0x3B


def _palette_bytes(flags: int) -> int:
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _tiff(data: bytes) -> Iterator[int]:
    start = int.from_bytes(data[4:8], "little")
    count = int.from_bytes(data[start : start + 2], "little")
    return (int.from_bytes(data[at : at + 2], "little") for at in range(start + 2, start + 2 + 12 * count, 12))
