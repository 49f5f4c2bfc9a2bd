"""A result as a file."""

from dataclasses import dataclass

from imagescaler.domain.geometry.turn import Size


@dataclass(frozen=True, slots=True)
class RenderedImage:
    """An encoded result: its bytes, its size in pixels, the operations that made it, and its number of frames."""

    data: bytes
    size: Size
    operations: tuple[str, ...]
    frames: int = 1
