"""What is known of an image before it is decoded."""

from dataclasses import dataclass

from imagescaler.formats import Format
from imagescaler.turn import Size


@dataclass(frozen=True, slots=True)
class Pixels:
    """A kind of pixels: bytes of one in its file, as it is decoded, and as it is converted, if it is; channels then."""

    file_bytes: int
    bytes: int
    converted_bytes: int
    channels: int
    has_alpha: bool = False
    is_deep: bool = False

    @property
    def held_bytes(self) -> int:
        """Give what a pixel takes that is ready to be resampled; both kinds stay in memory."""
        return self.bytes + self.converted_bytes


# By Pillow's name for them; sixteen bits go through integers to floats.
DEEP = Pixels(2, 2, 8, 1, is_deep=True)
PIXELS = {
    "1": Pixels(1, 1, 1, 1),
    "L": Pixels(1, 1, 0, 1),
    "LA": Pixels(2, 4, 0, 2, has_alpha=True),
    "P": Pixels(1, 1, 4, 3),
    "PA": Pixels(2, 4, 4, 4, has_alpha=True),
    "RGB": Pixels(3, 4, 0, 3),
    "RGBA": Pixels(4, 4, 0, 4, has_alpha=True),
    "CMYK": Pixels(4, 4, 0, 4),
    "YCbCr": Pixels(3, 4, 4, 3),
    **dict.fromkeys(("I;16", "I;16L", "I;16B", "I;16N"), DEEP),
}
TRANSPARENT = {
    "1": Pixels(1, 1, 4, 2, has_alpha=True),
    "L": Pixels(1, 1, 4, 2, has_alpha=True),
    "P": Pixels(1, 1, 4, 4, has_alpha=True),
    "RGB": Pixels(3, 4, 4, 4, has_alpha=True),
}
PHOTOGRAPH = PIXELS["RGB"]
LOSSLESS = {Format.PNG, Format.GIF, Format.TIFF}
# Bytes for each sample of a photograph with fine detail; screenshots and clip art take less than a fourth of it.
FINE = {
    Format.JPEG: 0.08,
    Format.PNG: 0.5,
    Format.WEBP: 0.04,
    Format.AVIF: 0.04,
    Format.GIF: 0.5,
    Format.TIFF: 0.6,
}
FLAT = 0.25


@dataclass(frozen=True, slots=True)
class Header:
    """A file's format, stored size in pixels, and bytes; where no more is known it is taken for a photograph.

    `frames` are those of an animation, which share its bytes.
    """

    format: Format
    stored: Size
    bytes: int
    pixels: Pixels = PHOTOGRAPH
    is_progressive: bool = False
    is_raw: bool = False
    has_profile: bool = False
    frames: int = 1

    def decoder(self, *, animated: bool = False) -> str:
        """Name what decodes it, all its frames or a picture."""
        kind = "animated " if animated else "progressive " if self.is_progressive else "raw " if self.is_raw else ""
        return f"{kind}{self.format}"

    @property
    def detail(self) -> float:
        """Give how much there is to see, from 0 to 1, a photograph with fine detail, as far as the file's size tells.

        >>> Header(Format.JPEG, (1000, 1000), 240_000).detail, Header(Format.JPEG, (1000, 1000), 120_000).detail
        (1.0, 0.5)
        """
        if self.is_raw:
            return 1.0
        samples = self.stored[0] * self.stored[1] * self.pixels.file_bytes * self.frames
        return min(self.bytes / samples / FINE[self.format], 1.0)

    @property
    def is_flat(self) -> bool:
        """Say whether it is a drawing rather than a photograph: one that loses nothing, and is small all the same."""
        return self.format in LOSSLESS and self.detail < FLAT


def pixels_of(mode: str, *, has_transparent_color: bool) -> Pixels:
    """Give the kind of pixels that Pillow names so."""
    found = TRANSPARENT.get(mode) if has_transparent_color else None
    return found or PIXELS.get(mode, PHOTOGRAPH)
