"""How an image is to be scaled: the options, each declared once, and the types of their values."""

import re
from dataclasses import asdict, astuple, dataclass, fields
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Final, Self, dataclass_transform

from imagescaler.domain.formats import RESULT_FORMATS, Format, listed
from imagescaler.domain.option import Group, Option, formats, option, options_of, result_formats

AUTO = "auto"
MAX_QUALITY = 100
TRIED_QUALITIES = range(35, 96, 2)  # by quality=auto; 31, of which bisection tries five
MAX_TTL_S = 315_360_000  # ten years; the deployment's maximum is MAX_RESULT_TTL_S
MAX_RADIUS = 100_000  # pixels, more than half of any result
WATERMARK_NAME = "^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$"
ANIMATED = result_formats(lambda each: each.has_frames)
PROGRESSIVE = result_formats(lambda each: each.info.progressive)
DEEP = result_formats(lambda each: each.keeps_depth)
ENLARGING = ("width", "height", "scale", "min_width", "min_height")
SIZES = (*ENLARGING, "max_width", "max_height")
"""Without one of these, a result has the size of its source."""
BOTH_SIDES = ("width and height",)
PLACED = ("fit=cover", "fit=contain")  # the image is cropped, or has room around it
NUMBERS = re.compile(r"\d{1,6}(\s*,\s*\d{1,6})*")
FORMAT_QUALITY = re.compile(r"(\w+)\s*:\s*(\d{1,3})")
Color = Annotated[str, "#rrggbbaa"]


class Fit(StrEnum):
    """How the image is fitted into width and height when both are given, named as in CSS object-fit and sharp."""

    INSIDE = "inside"
    OUTSIDE = "outside"
    COVER = "cover"
    CONTAIN = "contain"
    FILL = "fill"


class Gravity(StrEnum):
    """The part of the image that stays when it is cropped, and its position when there is room around it."""

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


class Position(StrEnum):
    """Position of one image on another."""

    CENTER = "center"
    NORTH = "north"
    NORTHEAST = "northeast"
    EAST = "east"
    SOUTHEAST = "southeast"
    SOUTH = "south"
    SOUTHWEST = "southwest"
    WEST = "west"
    NORTHWEST = "northwest"


class Kernel(StrEnum):
    """Resampling filter."""

    NEAREST = "nearest"
    BOX = "box"
    BILINEAR = "bilinear"
    HAMMING = "hamming"
    BICUBIC = "bicubic"
    LANCZOS = "lanczos"


class Metadata(StrEnum):
    """The EXIF and XMP metadata that the result keeps."""

    NONE = "none"
    COPYRIGHT = "copyright"
    ALL = "all"


class Damaged(StrEnum):
    """What becomes of a file that lacks pixels."""

    REFUSE = "refuse"
    SALVAGE = "salvage"


class Placeholder(StrEnum):
    """Kind of the short text from which a page draws a blurred preview."""

    THUMBHASH = "thumbhash"
    BLURHASH = "blurhash"


class Icc(StrEnum):
    """Whether colors are converted to sRGB or keep the source's ICC profile."""

    SRGB = "srgb"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Box:
    """A part of an image, in pixels from its top left corner."""

    left: int
    top: int
    width: int
    height: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `left,top,width,height`; raises ValueError with a sentence.

        >>> Box.parse("10, 20, 300, 200")
        Box(left=10, top=20, width=300, height=200)
        """
        match _numbers(text):
            case [left, top, width, height] if width and height:
                return cls(left, top, width, height)
        raise ValueError("send left,top,width,height in pixels, such as 10,20,300,200")

    def __str__(self) -> str:
        return ",".join(map(str, astuple(self)))

    def around(self, other: Self) -> Self:
        """Return the smallest box that contains both.

        >>> Box(1, 2, 3, 4).around(Box(0, 5, 2, 2))
        Box(left=0, top=2, width=4, height=5)
        """
        left, top = min(self.left, other.left), min(self.top, other.top)
        right = max(self.left + self.width, other.left + other.width)
        bottom = max(self.top + self.height, other.top + other.height)
        return type(self)(left, top, right - left, bottom - top)


@dataclass(frozen=True, slots=True)
class Edges:
    """Pixels to add on each side, in the order of CSS."""

    top: int
    right: int
    bottom: int
    left: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read one, two or four numbers, as CSS does for padding; raises ValueError with a sentence.

        >>> Edges.parse("10"), Edges.parse("1,2")
        (Edges(top=10, right=10, bottom=10, left=10), Edges(top=1, right=2, bottom=1, left=2))
        """
        match _numbers(text):
            case [every]:
                return cls(every, every, every, every)
            case [vertical, horizontal]:
                return cls(vertical, horizontal, vertical, horizontal)
            case [top, right, bottom, left]:
                return cls(top, right, bottom, left)
        raise ValueError("send pixels for all edges, or vertical,horizontal, or top,right,bottom,left, such as 10,20")

    def __str__(self) -> str:
        return ",".join(map(str, astuple(self)))


@dataclass_transform(frozen_default=True)
def _with_lossy_formats(cls: type[Any]) -> type[Any]:
    """Make a dataclass with a field for each lossy format, whose default is that of the format."""
    defaults = {each.value: each.default_quality for each in RESULT_FORMATS if each.is_lossy}
    cls.__annotations__ = dict.fromkeys(defaults, int)
    for name, default in defaults.items():
        setattr(cls, name, default)
    return dataclass(frozen=True, slots=True)(cls)


@_with_lossy_formats
class Quality:
    """Encoder quality of each lossy format, 1 to 100; 0 is `auto`.

    >>> str(Quality()), str(Quality.same(0))
    ('jpeg:80,webp:80,avif:60,jxl:80', 'auto')
    """

    if TYPE_CHECKING:

        def __init__(self, *qualities: int, **by_format: int) -> None: ...

    @classmethod
    def same(cls, quality: int) -> Self:
        """Use one quality for every format."""
        return cls(*[quality] * len(fields(cls)))

    @classmethod
    def parse(cls, text: int | str) -> Self:
        """Read `auto`, one quality for all formats, or some by format; raises ValueError with a sentence.

        >>> str(Quality.parse(75)), str(Quality.parse("avif:50, jpeg:90"))
        ('jpeg:75,webp:75,avif:75,jxl:75', 'jpeg:90,webp:80,avif:50,jxl:80')
        """
        if str(text).strip().lower() == AUTO:
            return cls.same(0)
        parts = [part.strip() for part in str(text).split(",")]
        pairs = [pair.groups() for part in parts if (pair := FORMAT_QUALITY.fullmatch(part))]
        if len(parts) == 1 and parts[0].isdecimal():
            quality = cls.same(int(parts[0]))
        elif len(pairs) == len(parts) and {name for name, _ in pairs} <= {each.name for each in fields(cls)}:
            quality = cls(**{name: int(number) for name, number in pairs})
        else:
            quality = cls.same(0)
        if not all(1 <= number <= MAX_QUALITY for number in astuple(quality)):
            raise ValueError(f"send 1 to {MAX_QUALITY}, or one for each format, such as {cls()}, or {AUTO}")
        return quality

    @property
    def is_auto(self) -> bool:
        """True if the quality is searched; also in a row of a release with fewer formats."""
        return 0 in astuple(self)

    def __str__(self) -> str:
        return AUTO if self.is_auto else ",".join(f"{name}:{number}" for name, number in asdict(self).items())

    def of(self, form: Format) -> int:
        """Quality of a format, the highest that is tried if it is searched; 100 for a lossless format."""
        return int(getattr(self, form.value, MAX_QUALITY)) or TRIED_QUALITIES[-1]


@dataclass(frozen=True, slots=True)
class Options:
    """How an image is to be scaled; docs/options.md has the table made from this, and the order of application.

    `format` None is the source's format; `fit` None follows from `preserve_ratio`, see `fitting`. `lossless` and
    `palette` None follow from the source, see `keeps_coding`.
    """

    width: int | None = option("width of the result, in pixels", example=800, group=Group.SIZE, at_least=1)
    height: int | None = option("height of the result, in pixels", example=600, group=Group.SIZE, at_least=1)
    preserve_ratio: bool = option(
        "true is fit=inside; false is fit=fill, exactly width and height",
        default=True,
        example=True,
        group=Group.SIZE,
        needs=BOTH_SIDES,
    )
    fit: Fit | None = option(
        "how to fit the image to width and height together: inside or outside them, cover them and crop, "
        "contain the whole image and add borders, or fill them without keeping the ratio",
        example="cover",
        group=Group.SIZE,
        needs=BOTH_SIDES,
    )
    scale: float | None = option(
        "percent of the source, in place of width and height",
        example=50,
        group=Group.SIZE,
        above=0,
        at_most=10_000,
    )
    dpr: float = option(
        "device pixel ratio; multiplies width, height, scale, minimum, maximum, pad, radius and watermark_margin",
        default=1.0,
        example=2,
        group=Group.SIZE,
        at_least=0.1,
        at_most=10,
        needs=(*SIZES, "pad", "radius", "watermark_margin"),
    )
    enlarge: bool = option(
        "false never makes the image larger than the source",
        default=True,
        example=False,
        group=Group.SIZE,
        needs=ENLARGING,
    )
    min_width: int | None = option("minimum width of the result, in pixels", example=200, group=Group.SIZE, at_least=1)
    min_height: int | None = option(
        "minimum height of the result, in pixels", example=200, group=Group.SIZE, at_least=1
    )
    max_width: int | None = option("maximum width of the result, in pixels", example=1600, group=Group.SIZE, at_least=1)
    max_height: int | None = option(
        "maximum height of the result, in pixels", example=1600, group=Group.SIZE, at_least=1
    )
    gravity: Gravity = option(
        "the part to keep where fit=cover crops, and the position of the image where fit=contain adds borders; "
        "smart looks for the part with most detail",
        default=Gravity.CENTER,
        example="north",
        group=Group.POSITION,
        needs=PLACED,
    )
    focus_x: float | None = option(
        "focal point, in place of gravity: from 0 at the left edge to 1 at the right",
        example=0.3,
        group=Group.POSITION,
        at_least=0,
        at_most=1,
        needs=PLACED,
    )
    focus_y: float | None = option(
        "focal point, in place of gravity: from 0 at the top edge to 1 at the bottom",
        example=0.6,
        group=Group.POSITION,
        at_least=0,
        at_most=1,
        needs=PLACED,
    )
    crop: Box | None = option(
        "region of the upright source to use, cut before scaling: left,top,width,height in pixels",
        example="10,20,300,200",
        group=Group.POSITION,
    )
    trim: int | None = option(
        "cut borders that have the color of the top left corner, within this tolerance in levels of 255",
        example=10,
        group=Group.POSITION,
        at_least=0,
        at_most=254,
    )
    pad: Edges | None = option(
        "padding around the result, in pixels: all sides, or vertical,horizontal, or top,right,bottom,left",
        example="10,20",
        group=Group.CANVAS,
    )
    radius: int | None = option(
        "radius of rounded corners of the image, in pixels; at most half of its shorter side has an effect",
        example=(12, 9_999),
        group=Group.CANVAS,
        at_least=1,
        at_most=MAX_RADIUS,
    )
    background: Color | None = option(
        "CSS color behind the image; without it transparency is kept where the format can",
        example=("white", "#ffcc0080", "transparent"),
        group=Group.CANVAS,
        sources=formats(lambda each: each.has_alpha),
        needs=("pad", "fit=contain", "radius"),
    )
    watermark: str | None = option(
        "image to lay over the result: the id of an upload, or the name of an image of the operator",
        example="logo",
        group=Group.WATERMARK,
        pattern=WATERMARK_NAME,
    )
    watermark_gravity: Position = option(
        "position of the watermark",
        default=Position.SOUTHEAST,
        example="center",
        group=Group.WATERMARK,
        needs=("watermark",),
    )
    watermark_scale: float = option(
        "width of the watermark in percent of the result's; it keeps its ratio, and is never higher than the result",
        default=25.0,
        example=10,
        group=Group.WATERMARK,
        above=0,
        at_most=100,
        needs=("watermark",),
    )
    watermark_opacity: float = option(
        "opacity of the watermark, from 0 to 1",
        default=1.0,
        example=0.5,
        group=Group.WATERMARK,
        above=0,
        at_most=1,
        needs=("watermark",),
    )
    watermark_margin: int = option(
        "least distance of the watermark from the edges of the result, in pixels",
        default=0,
        example=16,
        group=Group.WATERMARK,
        at_least=0,
        at_most=MAX_RADIUS,
        needs=("watermark",),
    )
    rotate: int = option(
        "clockwise rotation in degrees: 90, 180 or 270",
        default=0,
        example=90,
        group=Group.ORIENTATION,
        at_least=-270,
        at_most=270,
        multiple_of=90,
    )
    flip: bool = option("mirror top and bottom, before rotate", default=False, example=True, group=Group.ORIENTATION)
    flop: bool = option("mirror left and right, before rotate", default=False, example=True, group=Group.ORIENTATION)
    auto_orient: bool = option(
        "turn the source upright by its EXIF orientation",
        default=True,
        example=False,
        group=Group.ORIENTATION,
        sources=formats(lambda each: each.info.metadata),
    )
    kernel: Kernel = option(
        "resampling filter", default=Kernel.LANCZOS, example="bicubic", group=Group.PIXELS, needs=SIZES
    )
    linear: bool = option(
        "resample in linear light: keeps the brightness of fine patterns, and is slower",
        default=False,
        example=True,
        group=Group.PIXELS,
        needs=SIZES,
    )
    blur: float | None = option(
        "standard deviation of a Gaussian blur, in pixels of the result",
        example=(1, 4),
        group=Group.PIXELS,
        at_least=0.3,
        at_most=100,
    )
    sharpen: float | None = option(
        "standard deviation of an unsharp mask, in pixels of the result",
        example=(1, 3),
        group=Group.PIXELS,
        at_least=0.3,
        at_most=100,
    )
    grayscale: bool = option("convert to grayscale", default=False, example=True, group=Group.PIXELS)
    format: Format | None = option(
        "format of the result; auto is that of the source, JPEG for HEIC, and PNG for BMP and ICO",
        example="webp",
        group=Group.OUTPUT,
        none="auto",
    )
    quality: Quality | None = option(
        "1 to 100, for every lossy format or for each, or auto: the lowest that reaches `quality_target`; "
        f"by default {Quality()}",
        example=("jpeg:82,webp:78,avif:55", AUTO),
        group=Group.OUTPUT,
        results=result_formats(lambda each: each.is_lossy),
        replaced_by=("lossless",),
    )
    quality_target: int = option(
        "perceptual score that quality=auto has to reach, on the scale of SSIMULACRA2: 90 is nearly invisible, 70 good",
        default=75,
        example=85,
        group=Group.OUTPUT,
        at_least=30,
        at_most=95,
        results=result_formats(lambda each: each.is_lossy),
        needs=(f"quality={AUTO}",),
    )
    lossless: bool | None = option(
        "keep every pixel exactly, where the format can; by default only of a lossless WebP or JPEG XL that stays one",
        example=True,
        group=Group.OUTPUT,
        results=result_formats(lambda each: each.is_lossy and each.can_be_lossless),
    )
    progressive: bool = option(
        f"{listed(PROGRESSIVE)}: load from coarse to fine; smaller, and slower to encode",
        default=False,
        example=True,
        group=Group.OUTPUT,
        results=PROGRESSIVE,
    )
    palette: bool | None = option(
        "png: at most 256 colors; by default only where a PNG had a palette, stays a PNG and does not lose by it",
        example=True,
        group=Group.OUTPUT,
        results=result_formats(lambda each: each.info.palette),
        stills_only=True,
    )
    depth: int | None = option(
        "8 permits the reduction of 16 bits per sample to 8",
        example=8,
        group=Group.OUTPUT,
        at_least=8,
        at_most=8,
        results=DEEP,
        sources=formats(lambda each: each.info.deep or each.info.deep_source),
    )
    max_bytes: int | None = option(
        "maximum size of the file: uses the highest quality, up to `quality`, that fits",
        example=100_000,
        group=Group.OUTPUT,
        at_least=1,
    )
    metadata: Metadata = option(
        "EXIF and XMP metadata to keep",
        default=Metadata.NONE,
        example="copyright",
        group=Group.OUTPUT,
        results=result_formats(lambda each: each.info.metadata),
    )
    icc: Icc = option(
        "convert the colors to sRGB, or keep the source's ICC profile",
        default=Icc.SRGB,
        example="keep",
        group=Group.OUTPUT,
        results=result_formats(lambda each: each.info.profile),
        replaced_by=("grayscale", "palette", "watermark"),
    )
    animated: bool = option(
        f"keep animations, in {listed(ANIMATED)}; false takes the first frame",
        default=True,
        example=False,
        group=Group.OUTPUT,
        results=ANIMATED,
        sources=ANIMATED,
    )
    placeholder: Placeholder | None = option(
        "compute a preview of about 30 bytes, which `result.placeholder` has, and `result.dominant_color`",
        example=("thumbhash", "blurhash"),
        group=Group.OUTPUT,
    )
    result_ttl_s: int | None = option(
        "seconds for which the result is kept; of several renditions, the longest counts for all",
        example=600,
        group=Group.OUTPUT,
        at_least=1,
        at_most=MAX_TTL_S,
    )
    target_url: str | None = option(
        "where in a bucket the result is also written: s3://bucket/name.jpg, or s3://bucket/prefix/ for a name made of "
        "the id of the task",
        example="s3://photos/small/",
        group=Group.OUTPUT,
    )
    damaged: Damaged = option(
        "refuse a file whose pixels are cut off or damaged, or salvage what can be decoded: missing pixels become "
        "transparent, or gray where the source has no transparency, and `warnings` has a sentence on them",
        default=Damaged.REFUSE,
        example="salvage",
        group=Group.OUTPUT,
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "rotate", self.rotate % 360)

    @property
    def fitting(self) -> Fit:
        """The fit that applies.

        >>> Options(5, 5).fitting, Options(5, 5, preserve_ratio=False).fitting, Options(5, 5, fit=Fit.COVER).fitting
        (<Fit.INSIDE: 'inside'>, <Fit.FILL: 'fill'>, <Fit.COVER: 'cover'>)
        """
        return self.fit or (Fit.INSIDE if self.preserve_ratio else Fit.FILL)

    @property
    def keeps_coding(self) -> bool:
        """True if the result keeps what made its source small, because neither format, quality nor bytes are asked for.

        >>> Options(5).keeps_coding, Options(5, max_bytes=1_000).keeps_coding
        (True, False)
        """
        return self.format is None and self.quality is None and self.max_bytes is None

    def quality_of(self, fmt: Format) -> int:
        """Quality of the result in a format; 100 for a lossless one.

        >>> Options(5).quality_of(Format.JPEG), Options(5, quality=Quality(jpeg=90)).quality_of(Format.JPEG)
        (80, 90)
        """
        return (self.quality or Quality()).of(fmt)

    def searches_quality(self, fmt: Format) -> bool:
        """True if the quality of a result in a format is to be found by its score.

        >>> [Options(5, quality=Quality.same(0)).searches_quality(each) for each in (Format.JPEG, Format.PNG)]
        [True, False]
        """
        return self.quality is not None and self.quality.is_auto and fmt.is_lossy and not self.lossless

    def keeps_frames(self, source: Format) -> bool:
        """True if an animation in a file of this format stays one.

        >>> Options(5).keeps_frames(Format.GIF), Options(5, format=Format.JPEG).keeps_frames(Format.GIF)
        (True, False)
        """
        return self.animated and source.has_frames and (self.format or source.result).has_frames

    def given(self) -> dict[str, Any]:
        """Return the options that differ from their defaults, as JSON values.

        A new option with a default leaves this unchanged, so idempotency keys survive an update.

        >>> Options(800, format=Format.WEBP).given()
        {'width': 800, 'format': <Format.WEBP: 'webp'>}
        """
        defaults = asdict(Options())
        return {name: value for name, value in asdict(self).items() if value != defaults[name]}


OPTIONS: Final[tuple[Option, ...]] = options_of(Options)


def _numbers(text: str) -> list[int]:
    return [int(part) for part in text.split(",")] if NUMBERS.fullmatch(text.strip()) else []
