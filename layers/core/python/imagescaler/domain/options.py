"""How an image is to be scaled, as the domain has it; `option_fields` is what clients see of it."""

from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any, Self

from imagescaler.domain.formats import Format

DEFAULT_QUALITY = {Format.JPEG: 80, Format.WEBP: 80, Format.AVIF: 60}


class Fit(StrEnum):
    """How a picture takes a width and a height, both given; the names are those of CSS object-fit and of sharp."""

    INSIDE = "inside"
    OUTSIDE = "outside"
    COVER = "cover"
    CONTAIN = "contain"
    FILL = "fill"


class Gravity(StrEnum):
    """Which part of the picture stays when it is cut, and where it lies when there is room around it."""

    CENTER = "center"
    NORTH = "north"
    NORTHEAST = "northeast"
    EAST = "east"
    SOUTHEAST = "southeast"
    SOUTH = "south"
    SOUTHWEST = "southwest"
    WEST = "west"
    NORTHWEST = "northwest"
    SMART = "smart"


class Kernel(StrEnum):
    """The filter that resamples."""

    NEAREST = "nearest"
    BOX = "box"
    BILINEAR = "bilinear"
    HAMMING = "hamming"
    BICUBIC = "bicubic"
    LANCZOS = "lanczos"


class Metadata(StrEnum):
    """What of the source's EXIF and XMP the result carries."""

    NONE = "none"
    COPYRIGHT = "copyright"
    ALL = "all"


class Icc(StrEnum):
    """Whether colors are converted to sRGB, or keep the source's profile."""

    SRGB = "srgb"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Box:
    """A part of a picture, in pixels from its top left corner."""

    left: int
    top: int
    width: int
    height: int

    def around(self, other: Self) -> Self:
        """Give the box around two.

        >>> Box(1, 2, 3, 4).around(Box(0, 5, 2, 2))
        Box(left=0, top=2, width=4, height=5)
        """
        left, top = min(self.left, other.left), min(self.top, other.top)
        right = max(self.left + self.width, other.left + other.width)
        bottom = max(self.top + self.height, other.top + other.height)
        return type(self)(left, top, right - left, bottom - top)


@dataclass(frozen=True, slots=True)
class Edges:
    """What is added on each side, in pixels; the order is that of CSS."""

    top: int
    right: int
    bottom: int
    left: int


@dataclass(frozen=True, slots=True)
class Quality:
    """The quality of each lossy format, 1 to 100."""

    jpeg: int = DEFAULT_QUALITY[Format.JPEG]
    webp: int = DEFAULT_QUALITY[Format.WEBP]
    avif: int = DEFAULT_QUALITY[Format.AVIF]

    @classmethod
    def same(cls, quality: int) -> Self:
        """Give one quality to every format."""
        return cls(*[quality] * len(fields(cls)))

    def of(self, form: Format) -> int:
        """Give the quality of a format; 100 for one that loses nothing."""
        return int(getattr(self, form.value, 100))


@dataclass(frozen=True, slots=True)
class Options:
    """How an image is to be scaled; docs/options.md says what each option does, and in which order.

    Sides are in pixels, `scale` is in percent of the source, `rotate` in degrees clockwise (0, 90, 180, 270),
    `blur` and `sharpen` are standard deviations in pixels, `background` is #rrggbbaa, `format` None is that of the
    source, `fit` None follows from `preserve_ratio`.
    """

    width: int | None = None
    height: int | None = None
    preserve_ratio: bool = True
    format: Format | None = None
    scale: float | None = None
    dpr: float = 1.0
    fit: Fit | None = None
    enlarge: bool = True
    min_width: int | None = None
    min_height: int | None = None
    max_width: int | None = None
    max_height: int | None = None
    gravity: Gravity = Gravity.CENTER
    focus_x: float | None = None
    focus_y: float | None = None
    crop: Box | None = None
    trim: int | None = None
    pad: Edges | None = None
    background: str | None = None
    rotate: int = 0
    flip: bool = False
    flop: bool = False
    auto_orient: bool = True
    kernel: Kernel = Kernel.LANCZOS
    linear: bool = False
    blur: float | None = None
    sharpen: float | None = None
    grayscale: bool = False
    quality: Quality = Quality()
    lossless: bool = False
    progressive: bool = False
    palette: bool = False
    depth: int | None = None
    max_bytes: int | None = None
    metadata: Metadata = Metadata.NONE
    icc: Icc = Icc.SRGB
    animated: bool = True

    @property
    def fitting(self) -> Fit:
        """Give the fit that counts.

        >>> Options(5, 5).fitting, Options(5, 5, preserve_ratio=False).fitting, Options(5, 5, fit=Fit.COVER).fitting
        (<Fit.INSIDE: 'inside'>, <Fit.FILL: 'fill'>, <Fit.COVER: 'cover'>)
        """
        return self.fit or (Fit.INSIDE if self.preserve_ratio else Fit.FILL)

    def keeps_frames(self, source: Format) -> bool:
        """Say whether an animation in a file of this format stays one.

        >>> Options(5).keeps_frames(Format.GIF), Options(5, format=Format.JPEG).keeps_frames(Format.GIF)
        (True, False)
        """
        return self.animated and source.has_frames and (self.format or source).has_frames

    def given(self) -> dict[str, Any]:
        """Give the options that differ from their defaults, as JSON values: two releases agree on what a wish is.

        >>> Options(800, format=Format.WEBP).given()
        {'width': 800, 'format': <Format.WEBP: 'webp'>}
        """
        defaults = asdict(Options())
        return {name: value for name, value in asdict(self).items() if value != defaults[name]}
