"""The source image of a task."""

from dataclasses import dataclass

from imagescaler.domain.formats import Format
from imagescaler.domain.geometry.turn import Size, Turn


@dataclass(frozen=True, slots=True)
class Source:
    """Metadata of a source; width and height in pixels, after its orientation is applied.

    `orientation` is EXIF's number, 1 if unknown. `frames` is 1 until the frames of an animation are counted. `sha256`,
    in hexadecimal, is None if the file has not been hashed yet.
    """

    format: Format
    width: int
    height: int
    bytes: int
    orientation: int = 1
    frames: int = 1
    sha256: str | None = None

    @property
    def stored(self) -> Size:
        """Width and height as stored in the file, in pixels."""
        return Turn(self.orientation).size((self.width, self.height))
