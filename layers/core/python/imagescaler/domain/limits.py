"""How large things may be: what protects the service from hostile images."""

from dataclasses import dataclass, fields

from imagescaler.domain.errors import ImageTooLarge, ResultTooLarge, SourceTooLarge, TooManyFrames, TooManyRenditions
from imagescaler.domain.formats import Format

MEGA = 1_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits on sources and targets; each can be set by the environment variable of its name in capitals.

    >>> Limits(max_source_side=0)
    Traceback (most recent call last):
    ValueError: max_source_side must be at least 1
    """

    max_source_bytes: int = 50 * MEGA
    max_source_pixels: int = 100 * MEGA
    max_webp_pixels: int = 64 * MEGA  # while it is decoded, a pixel takes 16 bytes, and in other formats 8 or 9
    max_source_side: int = 30_000
    max_target_pixels: int = 50 * MEGA
    max_target_side: int = 16_383
    max_result_bytes: int = 50 * MEGA  # what the service makes, it takes again
    max_jpeg_scans: int = 100
    max_png_chunks: int = 20_000
    max_renditions: int = 12
    max_frames: int = 1_000
    max_animation_pixels: int = 250 * MEGA  # of all frames together, as they are stored and as they are made

    def __post_init__(self) -> None:
        for field in fields(self):
            if getattr(self, field.name) < 1:
                message = f"{field.name} must be at least 1"
                raise ValueError(message)

    def check_bytes(self, size: int) -> None:
        """Refuse a file of too many bytes; raises SourceTooLarge."""
        if size > self.max_source_bytes:
            raise SourceTooLarge(f"The file has {size:,} bytes; the limit is {self.max_source_bytes:,}.")

    def check_renditions(self, count: int) -> None:
        """Refuse too many results of one image; raises TooManyRenditions."""
        if count > self.max_renditions:
            raise TooManyRenditions(f"The request asks for {count:,} renditions; the limit is {self.max_renditions:,}.")

    def check_source(self, form: Format | None, size: tuple[int, int]) -> None:
        """Refuse a source of too many pixels, or too long a side; raises ImageTooLarge."""
        width, height = size
        most = min(self.max_source_pixels, self.max_webp_pixels) if form is Format.WEBP else self.max_source_pixels
        if width * height > most or max(size) > self.max_source_side:
            raise ImageTooLarge(
                f"The image is {width} x {height}; "
                f"the limits are {most:,} pixels and {self.max_source_side:,} for a side."
            )

    def check_result(self, form: Format, size: int) -> None:
        """Refuse a result of too many bytes; raises ResultTooLarge."""
        if size > self.max_result_bytes:
            raise ResultTooLarge(
                f"The {form.name} has {size:,} bytes; the limit is {self.max_result_bytes:,}. "
                "Ask for fewer pixels, or for jpeg, webp or avif with max_bytes."
            )

    def check_frames(self, frames: int, size: tuple[int, int], what: str = "animation") -> None:
        """Refuse an animation of too many frames of this size, or too many pixels in all; raises TooManyFrames."""
        width, height = size
        if frames > 1 and (frames > self.max_frames or frames * width * height > self.max_animation_pixels):
            raise TooManyFrames(
                f"The {what} has {frames:,} frames of {width} x {height}; "
                f"the limits are {self.max_frames:,} frames and {self.max_animation_pixels:,} pixels in all of them."
            )
