"""How large things may be: what protects the service from hostile images."""

from dataclasses import dataclass, fields

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
