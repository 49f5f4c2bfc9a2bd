"""BMP: the size, in a header of 12 bytes (OS/2) or of 40 and more; the height is negative if the first row is the top.

Source: Microsoft, "BITMAPINFOHEADER structure (wingdi.h)".
"""

import struct

from imagescaler.domain.geometry.turn import Size, Turn
from imagescaler.probe.format_probe import FormatProbe

INFO, OS2_BYTES = 14, 12


def read_size(image: bytes) -> tuple[Size, Turn]:
    """Read the size; raises struct.error if the header is cut off."""
    (header_bytes,) = struct.unpack_from("<I", image, INFO)
    width, height = struct.unpack_from("<HH" if header_bytes == OS2_BYTES else "<ii", image, INFO + 4)
    return (width, abs(height)), Turn()


PROBE = FormatProbe(read_size)
