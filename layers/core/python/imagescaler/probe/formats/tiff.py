"""TIFF: size and orientation of the page that is shown."""

from imagescaler.domain.geometry.turn import STEPS, Size, Turn
from imagescaler.probe.format_probe import FormatProbe
from imagescaler.probe.tiff_directories import shown_page

ORIENTATION = 274


def read_size(image: bytes) -> tuple[Size, Turn]:
    """Read the stored size and the turn to upright."""
    page = shown_page(image)
    orientation = page.number(ORIENTATION, 1)
    return page.size, Turn(orientation if orientation in STEPS else 1)


PROBE = FormatProbe(size=read_size)
