"""A result as a file."""

from dataclasses import dataclass

from imagescaler.domain.geometry.turn import Size


@dataclass(frozen=True, slots=True)
class Drawn:
    """A file that was drawn and encoded: its size in pixels, what was done, and how many frames it has."""

    data: bytes
    size: Size
    operations: tuple[str, ...]
    frames: int = 1
