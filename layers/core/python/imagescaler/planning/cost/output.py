"""A result that is to be made, and the shapes that its picture has on the way."""

from collections.abc import Container
from dataclasses import dataclass
from math import log2, sqrt
from typing import Self

from imagescaler.domain.formats import SMALL_AVIF_PIXELS, Format
from imagescaler.domain.geometry.plan import Plan
from imagescaler.domain.geometry.turn import Size
from imagescaler.domain.options import Kernel, Options
from imagescaler.planning.cost.header import Pixels

# How far each kernel reaches, in pixels of the smaller of source and target.
REACH = {
    Kernel.NEAREST: 0.0,
    Kernel.BOX: 0.5,
    Kernel.BILINEAR: 1.0,
    Kernel.HAMMING: 1.0,
    Kernel.BICUBIC: 2.0,
    Kernel.LANCZOS: 3.0,
}
# Animations in which all frames have an alpha channel, or none has.
ASKS_FOR_ALPHA = {Format.PNG, Format.AVIF}


@dataclass(frozen=True, slots=True)
class Output:
    """A result that is to be made; `frames` is 1 for a picture."""

    plan: Plan
    options: Options
    format: Format
    frames: int = 1

    @property
    def is_animated(self) -> bool:
        """Say whether it has frames."""
        return self.frames > 1

    @property
    def decodings(self) -> float:
        """Count the frames that are decoded for it: all, and again to trim, or to see whether any shows through."""
        looks = (self.options.trim is not None) + (self.format in ASKS_FOR_ALPHA and not self.options.background)
        return self.drawings + self.frames * looks if self.is_animated else 1

    @property
    def drawings(self) -> float:
        """Count the frames that are drawn: those of an animation anew for each time that it is encoded."""
        return self.frames * self.encodings if self.is_animated else 1

    @property
    def encoder(self) -> str:
        """Name what encodes it."""
        options = self.options
        if self.is_animated:
            return f"animated {self.format}"
        match self.format:
            case Format.JPEG if options.progressive:
                return "progressive jpeg"
            case Format.PNG if options.palette:
                return "palette png"
            case Format.WEBP if options.lossless:
                return "lossless webp"
            case Format.AVIF if area(self.plan.size) <= SMALL_AVIF_PIXELS:
                return "small avif"
        return str(self.format)

    @property
    def has_palette(self) -> bool:
        """Say whether colors are chosen for it."""
        return self.format is Format.GIF or (self.format is Format.PNG and self.options.palette)

    @property
    def encodings(self) -> float:
        """Give how often it is encoded at most: for `max_bytes` the quality is searched by bisection."""
        is_searched = self.options.max_bytes is not None and self.has_quality
        return 1 + log2(max(self.options.quality.of(self.format), 2)) if is_searched else 1

    @property
    def has_quality(self) -> bool:
        """Say whether the encoder is told how good the result is to be."""
        return self.format.is_lossy and not self.options.lossless

    @property
    def smaller(self) -> float:
        """Give by how much each side is made smaller; below 1 it is made larger."""
        used, scaled = self.plan.stored_area, self.plan.stored_scaled
        return sqrt(used.width * used.height / area(scaled))

    @property
    def pixels(self) -> int:
        """Count the pixels of the result, of an animation those of a frame."""
        return self.plan.size[0] * self.plan.size[1]

    def samples(self, pixels: Pixels, in_colors: Container[Format]) -> int:
        """Count the samples that are encoded: three for colors, for grey one or as many, and one for alpha."""
        return self.color_samples(pixels, in_colors) + self.alpha_samples(pixels)

    def color_samples(self, pixels: Pixels, in_colors: Container[Format]) -> int:
        """Count them without alpha."""
        is_grey = self.options.grayscale or pixels.channels - pixels.has_alpha == 1
        return self.pixels * (1 if is_grey and self.format not in in_colors else 3)

    def alpha_samples(self, pixels: Pixels) -> int:
        """Count those of alpha, as far as the header tells: it may be opaque."""
        keeps_alpha = pixels.has_alpha and self.format.has_alpha and not self.options.background
        return self.pixels if keeps_alpha else 0

    def is_laid(self, *, has_alpha: bool) -> bool:
        """Say whether the picture is laid on a canvas: for room, for a background, or as the format has no alpha."""
        return self.plan.has_room or (has_alpha and (bool(self.options.background) or not self.format.has_alpha))


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes on the way, of a picture as it lies in its file, in pixels: what is used, seen, and made of it.

    `used` is the area of the decoded picture that is used, `seen` the part of it that is resampled to `window`.
    """

    used: tuple[float, float]
    seen: tuple[float, float]
    window: Size

    @classmethod
    def of(cls, plan: Plan, shrink: int) -> Self:
        """Tell the shapes of a plan, where each side is decoded so much smaller."""
        used = plan.stored_area.width / shrink, plan.stored_area.height / shrink
        scaled, window = plan.stored_scaled, (plan.stored_window.width, plan.stored_window.height)
        seen = used[0] * window[0] / scaled[0], used[1] * window[1] / scaled[1]
        return cls(used, seen, window)

    @property
    def is_resized(self) -> bool:
        """Say whether anything is to be resampled."""
        return self.seen != self.window

    def products(self, kernel: Kernel) -> float:
        """Count the products of a sample and a weight: rows first, at the source's height, and then columns."""
        across, down = (max(seen / made, 1) for seen, made in zip(self.seen, self.window, strict=True))
        width, height = self.window
        return 2 * REACH[kernel] * (width * self.seen[1] * across + width * height * down)


def area(size: tuple[float, float]) -> float:
    """Count the pixels.

    >>> area((4, 3))
    12
    """
    return size[0] * size[1]
