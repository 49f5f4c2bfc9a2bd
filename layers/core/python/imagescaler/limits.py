"""How large things may be: what protects the service from hostile images."""

from dataclasses import dataclass, fields

from imagescaler.errors import ImageTooLarge, SourceTooLarge
from imagescaler.formats import Format

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
    max_jpeg_scans: int = 100
    max_png_chunks: int = 20_000

    def __post_init__(self) -> None:
        for field in fields(self):
            if getattr(self, field.name) < 1:
                message = f"{field.name} must be at least 1"
                raise ValueError(message)

    def check_bytes(self, size: int) -> None:
        """Refuse a file of too many bytes; raises SourceTooLarge."""
        if size > self.max_source_bytes:
            raise SourceTooLarge(f"The file has {size:,} bytes; the limit is {self.max_source_bytes:,}.")

    def check_source(self, form: Format | None, size: tuple[int, int]) -> None:
        """Refuse a source of too many pixels, or too long a side; raises ImageTooLarge."""
        width, height = size
        most = min(self.max_source_pixels, self.max_webp_pixels) if form is Format.WEBP else self.max_source_pixels
        if width * height > most or max(size) > self.max_source_side:
            raise ImageTooLarge(
                f"The image is {width} x {height}; "
                f"the limits are {most:,} pixels and {self.max_source_side:,} for a side."
            )
