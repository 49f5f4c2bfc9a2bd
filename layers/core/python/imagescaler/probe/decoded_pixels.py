"""The pixels that a decoder of HEIF makes for a picture, which may be many times those of the picture."""

from dataclasses import dataclass
from math import prod
from typing import Self

from imagescaler.domain.errors import CorruptImage
from imagescaler.domain.formats import Format
from imagescaler.probe.heif_items import HeifItems

# Tiles at the edges of a picture reach beyond it, and those of a small one may be much larger; layers are frames.
MOST_TIMES, FEW_PIXELS = 4, 16_000_000


@dataclass(frozen=True, slots=True)
class DecodedPixels:
    """The pixels of a picture, and those that are decoded for it."""

    shown: int
    decoded: int

    @classmethod
    def of(cls, data: bytes) -> Self:
        """Count; raises what HeifItems raises for damaged boxes."""
        items = HeifItems(data)
        return cls(prod(items.coded_size(items.primary)), items.decoded_pixels(items.primary))

    @property
    def passes(self) -> float:
        """How often the picture is decoded."""
        return max(self.decoded / self.shown, 1)

    def check(self, fmt: Format) -> None:
        """Raise CorruptImage if far more pixels are decoded than the picture has."""
        if self.decoded > MOST_TIMES * self.shown + FEW_PIXELS:
            raise CorruptImage(f"The {fmt.name} has {self.shown:,} pixels, and is composed of {self.decoded:,}.")
