"""HEIC: size and colors are in the same boxes as those of an AVIF (ISO/IEC 23008-12)."""

from imagescaler.domain.geometry.turn import Size, Turn
from imagescaler.probe.format_probe import FormatProbe
from imagescaler.probe.formats import avif


def read_size(image: bytes) -> tuple[Size, Turn]:
    """Read the size after the turn to upright, which is a part of decoding; raises LookupError or struct.error."""
    size, turn = avif.read_size(image)
    return turn.size(size), Turn()


PROBE = FormatProbe(read_size, colors=avif.read_colors)
