"""The pixels that a decoder of HEIF makes for a picture, which may be many times those of the picture."""

from dataclasses import dataclass
from itertools import zip_longest
from math import prod
from operator import attrgetter
from typing import Self

from imagescaler.domain.errors import CorruptImage
from imagescaler.domain.formats import Format
from imagescaler.probe.formats.avif_sequence import track_pixels
from imagescaler.probe.heif_items import HeifItems

# Tiles at the edges of a picture reach beyond it, and those of a small one may be much larger; layers are frames.
MOST_TIMES, FEW_PIXELS = 4, 16_000_000


@dataclass(frozen=True, slots=True)
class DecodedPixels:
    """The pixels of a picture, and those that are decoded for its colors and for its alpha."""

    shown: int
    colors: int
    alpha: int = 0

    @classmethod
    def of_item(cls, data: bytes) -> Self:
        """Count those of the primary item; raises LookupError, ValueError or struct.error for damaged files."""
        items = HeifItems(data)
        colors = items.decoded_pixels(items.primary, with_alpha=False)
        return cls(prod(items.coded_size(items.primary)), colors, items.decoded_pixels(items.primary) - colors)

    @classmethod
    def of_frames(cls, data: bytes, most: int) -> list[Self]:
        """Count those of the first frames of a sequence; raises the same."""
        tracks = track_pixels(data, most)
        shown = min(pixels for pixels, _ in tracks)
        frames = zip_longest(*(samples for _, samples in tracks), fillvalue=0)
        return [cls(shown, colors, sum(others)) for colors, *others in frames]

    @classmethod
    def sum(cls, frames: list[Self]) -> Self:
        """Add those of all frames."""
        return cls(*(sum(map(attrgetter(name), frames)) for name in ("shown", "colors", "alpha")))

    @property
    def decoded(self) -> int:
        """Number of all decoded pixels."""
        return self.colors + self.alpha

    def check(self, fmt: Format) -> None:
        """Raise CorruptImage if far more pixels are decoded than the picture has."""
        if self.decoded > MOST_TIMES * self.shown + FEW_PIXELS:
            raise CorruptImage(f"The {fmt.name} has {self.shown:,} pixels, and is composed of {self.decoded:,}.")
