"""JPEG XL: a codestream, alone or in boxes with its metadata (ISO/IEC 18181-2)."""

from imagescaler.domain.geometry.turn import Size, Turn
from imagescaler.probe.color_encoding import ColorSignals
from imagescaler.probe.format_probe import FormatProbe
from imagescaler.probe.iso_boxes import boxes
from imagescaler.probe.jxl_header import MAX_BYTES, JxlHeader, read_header

BARE = b"\xff\x0a"
WHOLE, PART, INDEX_BYTES = b"jxlc", b"jxlp", 4  # before the content of each part


def codestream(image: bytes) -> list[memoryview]:
    """Return the parts of the codestream (9.2 and 9.3), none if the file has none."""
    data = memoryview(image)
    if image.startswith(BARE):
        return [data]
    parts = ((kind, content) for kind, content in boxes(data) if kind in {WHOLE, PART})
    return [content[INDEX_BYTES:] if kind == PART else content for kind, content in parts]


def header_of(image: bytes) -> JxlHeader:
    """Read the header of the codestream; raises LookupError, ValueError or ArithmeticError."""
    return read_header(b"".join(part[:MAX_BYTES] for part in codestream(image)))


def read_size(image: bytes) -> tuple[Size, Turn]:
    """Read the size after the turn to upright, which is a part of decoding; raises as `header_of`."""
    header = header_of(image)
    return Turn(header.orientation).size(header.stored), Turn()


def read_colors(image: bytes) -> ColorSignals:
    """Read the colors that the header states, unless it has an ICC profile; raises as `header_of`."""
    return ColorSignals(before_profile=header_of(image).colors)


PROBE = FormatProbe(read_size, colors=read_colors)
