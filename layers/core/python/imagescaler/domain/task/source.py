"""The image that was sent."""

from dataclasses import dataclass

from imagescaler.domain.formats import Format
from imagescaler.domain.geometry.turn import Size, Turn


@dataclass(frozen=True, slots=True)
class Source:
    """What is known of an uploaded image; width and height are those of the upright one, in pixels.

    `orientation` is how it lies in its file, as far as that is known: EXIF's number; `frames` is 1 until more are
    known of.
    """

    format: Format
    width: int
    height: int
    bytes: int
    orientation: int = 1
    frames: int = 1

    @property
    def stored(self) -> Size:
        """Give the size that it has in its file."""
        return Turn(self.orientation).size((self.width, self.height))
