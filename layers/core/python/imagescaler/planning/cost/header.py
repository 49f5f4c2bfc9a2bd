"""What is known of an image before it is decoded."""

from dataclasses import dataclass

from imagescaler.domain.formats import Format
from imagescaler.domain.geometry.turn import Size


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
# For each pixel of a JPEG: one of brightness, and two of color for every four pixels (4:2:0).
USUAL_SAMPLES = 1.5


@dataclass(frozen=True, slots=True)
class Header:
    """A file's format, stored size in pixels, and bytes; where no more is known it is taken for a photograph.

    `frames` are those of an animation, which share its bytes. `quantizer` is the mean of a JPEG's steps of brightness,
    and `samples` are its samples for each pixel; `prediction_bytes` are those in which a lossy WebP says how its blocks
    are predicted, 0 where there are none. `edges` is the part of a drawing's edges that is hard, where it is known.
    """

    format: Format
    stored: Size
    bytes: int
    pixels: Pixels = PHOTOGRAPH
    is_progressive: bool = False
    is_raw: bool = False
    is_lossless: bool = False
    has_profile: bool = False
    frames: int = 1
    quantizer: float = 0
    samples: float = USUAL_SAMPLES
    prediction_bytes: int = 0
    edges: float | None = None

    def decoder(self, *, animated: bool = False) -> str:
        """Name what decodes it, all its frames or a picture."""
        if animated:
            return f"animated {self.format}"
        kinds = {"progressive": self.is_progressive, "raw": self.is_raw, "lossless": self.is_lossless}
        return " ".join([*(kind for kind, is_so in kinds.items() if is_so), self.format])


def pixels_of(mode: str, *, has_transparent_color: bool) -> Pixels:
    """Give the kind of pixels that Pillow names so."""
    found = TRANSPARENT.get(mode) if has_transparent_color else None
    return found or PIXELS.get(mode, PHOTOGRAPH)
