"""How the header of each format is read; the default is imagesize, for pictures that are not animated."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from io import BytesIO

import imagesize

from imagescaler.domain.formats import Format
from imagescaler.domain.geometry.turn import STEPS, Size, Turn
from imagescaler.probe.color_encoding import ColorSignals
from imagescaler.probe.timeline import Timeline

MAX_READS = 500_000  # a fifth of a second; real headers take hundreds


class BoundedFile(BytesIO):
    """A file that may be read a limited number of times: a JPEG may have millions of segments before its size."""

    def __init__(self, image: bytes) -> None:
        super().__init__(image)
        self._reads_left = MAX_READS

    def read(self, size: int | None = -1, /) -> bytes:
        """Read; raises ValueError after too many reads."""
        self._reads_left -= 1
        if self._reads_left < 0:
            message = "the header is in too many pieces"
            raise ValueError(message)
        return super().read(size)


def size_by_imagesize(image: bytes) -> tuple[Size, Turn]:
    """Read the stored size and the turn to upright; raises whatever a damaged file makes the parser raise."""
    header = imagesize.get_info(BoundedFile(image), dpi=False, colors=False, exif_rotation=False, channels=False)
    return (header.width, header.height), Turn(header.rotation if header.rotation in STEPS else 1)


@dataclass(frozen=True, slots=True)
class FormatProbe:
    """Readers of one format's files.

    `repair` returns the file without damage that costs no pixel, and the same file if there is none. `size` returns the
    stored size and the turn to upright. `timeline` takes the most frames to read and returns None for a still image.
    `colors` returns what the file states of its colors besides an ICC profile. All may raise anything on damaged files.
    """

    size: Callable[[bytes], tuple[Size, Turn]] = size_by_imagesize
    timeline: Callable[[bytes, int], Timeline | None] = lambda _image, _most: None
    repair: Callable[[bytes], bytes] = lambda image: image
    colors: Callable[[bytes], ColorSignals] = lambda _image: ColorSignals()


@cache
def probe_of(fmt: Format) -> FormatProbe:
    """Return the PROBE of the module in `probe/formats` that is named like the format; the default where none is."""
    name = f"imagescaler.probe.formats.{fmt}"
    return import_module(name).PROBE if find_spec(name) else FormatProbe()
