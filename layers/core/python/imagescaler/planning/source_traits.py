"""What is known of an image before it is decoded."""

from dataclasses import dataclass
from typing import Self

from imagescaler.domain.formats import Format
from imagescaler.domain.geometry.turn import Size
from imagescaler.domain.task.source import Source


@dataclass(frozen=True, slots=True)
class SourceTraits:
    """An image's stored size in pixels, its format if known, and what its header says; by default a photograph.

    `orientation` is EXIF's number, None if it may follow the pixels; `frames` is 1 unless more are known of. `bytes` is
    the size of the file, 0 if unknown. `pixel_bytes` are held for each decoded pixel, conversion included; `channels`
    include alpha. `decoded_pixels` are those that decoding takes, 0 if they are those of the stored size; others are
    of a part that is not shown, or of decoding more than once, at half the sides or more. `has_few_colors` is True if
    the result may get a palette without being asked for one. `decodings` are more than one of a damaged file,
    and `passes` more than one of a JPEG of several scans or a file of frames over each other.
    """

    stored: Size
    format: Format | None = None
    orientation: int | None = 1
    frames: int = 1
    bytes: int = 0
    pixel_bytes: int = 4
    channels: int = 3
    is_progressive: bool = False
    decoded_pixels: int = 0
    has_few_colors: bool = False
    decodings: int = 1
    passes: float = 1

    @classmethod
    def of(cls, source: Source) -> Self:
        """Return what the header of a file reveals; the orientation in a PNG or WebP may follow the pixels."""
        is_known = source.format.info.orientation_in_header
        return cls(source.stored, source.format, source.orientation if is_known else None, source.frames)
