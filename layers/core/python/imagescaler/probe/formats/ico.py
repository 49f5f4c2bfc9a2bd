"""ICO: a directory of pictures, of which the largest with the most colors is shown.

Each picture is a PNG, or a BMP without file header whose rows of pixels are followed by those of a mask of one bit, so
that its header has twice the height (Microsoft, "ICONDIR" and "The evolution of the ICO file format").
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from imagescaler.domain.geometry.turn import Size, Turn
from imagescaler.probe.format_probe import FormatProbe
from imagescaler.probe.formats.png import COLOR_TYPE, DEPTH
from imagescaler.probe.png_chunks import SIGNATURE

DIRECTORY = 6
ENTRY = struct.Struct("<4B2H2I")
PNG_SIZE = 16
PNG_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # of a pixel, by color type
BITMAP = struct.Struct("<IiiHHI")


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture in an icon: its size in pixels, its bits for a pixel, and its file without that of the icon."""

    size: Size
    bits: int
    content: memoryview

    @property
    def is_png(self) -> bool:
        """True for a PNG, False for a bitmap with a mask."""
        return self.content[: len(SIGNATURE)] == SIGNATURE


def shown_picture(image: bytes) -> Picture:
    """Return the picture that is shown; raises ValueError if there is none, struct.error if the file is cut off."""
    return max(_pictures(image), key=lambda each: (each.size[0] * each.size[1], each.bits))


def _pictures(image: bytes) -> Iterator[Picture]:
    (count,) = struct.unpack_from("<H", image, DIRECTORY - 2)
    for number in range(count):
        *_, size, start = ENTRY.unpack_from(image, DIRECTORY + number * ENTRY.size)
        content = memoryview(image)[start : start + size]
        if content[: len(SIGNATURE)] == SIGNATURE:
            width, height = struct.unpack_from(">II", content, PNG_SIZE)
            bits = content[DEPTH] * PNG_SAMPLES.get(content[COLOR_TYPE], 0)
        else:
            _, width, height, _, bits, _ = BITMAP.unpack_from(content)
            height //= 2
        yield Picture((width, height), bits, content)


def read_size(image: bytes) -> tuple[Size, Turn]:
    """Read the size of the picture that is shown; raises ValueError or struct.error for a damaged file."""
    return shown_picture(image).size, Turn()


PROBE = FormatProbe(read_size)
