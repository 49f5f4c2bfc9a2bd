"""What is known of an image before it is decoded."""

from dataclasses import dataclass

from imagescaler.domain.formats import Format
from imagescaler.domain.geometry.turn import Size


@dataclass(frozen=True, slots=True)
class SourceTraits:
    """An image's format, stored size in pixels, and what its header says; by default a photograph in color.

    `bytes` is the size of the file, 0 if unknown. `pixel_bytes` are held for each decoded pixel, conversion included;
    `channels` include alpha.
    """

    format: Format
    stored: Size
    bytes: int = 0
    frames: int = 1
    pixel_bytes: int = 4
    channels: int = 3
    is_progressive: bool = False
