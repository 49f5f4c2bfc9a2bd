"""The options as clients send and see them: one flat list of fields, with the same names in forms and in JSON."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from imagescaler.domain.formats import Format
from imagescaler.domain.options import Fit, Gravity, Icc, Kernel, Metadata, Options
from imagescaler.web.requests.option_texts import (
    box_of,
    edges_of,
    quality_of,
    text_of_box,
    text_of_edges,
    text_of_quality,
)


def is_no_boolean(value: Any) -> Any:
    """Refuse true and false where a number is expected: pydantic would take them for 1 and 0."""
    if isinstance(value, bool):
        message = "give a number"
        raise ValueError(message)  # noqa: TRY004 - of which pydantic makes an answer
    return value


AUTO: Final = "auto"
OTHER_NAMES: Mapping[str, str] = {"jpg": "jpeg", "tif": "tiff"}
Renamed = BeforeValidator(
    lambda value: OTHER_NAMES.get(value.lower(), value.lower()) if isinstance(value, str) else value
)
SourceFormat = Annotated[Literal["jpeg", "png", "webp", "avif", "gif", "tiff"], Renamed]
OutputFormat = Annotated[Literal["auto", "jpeg", "png", "webp", "avif", "gif", "tiff"], Renamed]
NotBoolean = BeforeValidator(is_no_boolean)
Side = Annotated[int, Field(ge=1), NotBoolean]
Part = Annotated[float, Field(ge=0, le=1), NotBoolean]
Deviation = Annotated[float, Field(ge=0.3, le=100), NotBoolean]
BoxText = Annotated[str, AfterValidator(lambda text: text_of_box(box_of(text)))]
EdgesText = Annotated[str, AfterValidator(lambda text: text_of_edges(edges_of(text)))]
QualityText = Annotated[int | str, NotBoolean, AfterValidator(lambda text: text_of_quality(quality_of(text)))]


class OptionFields(BaseModel):
    """How to scale: give width, height, or both; or scale; or a minimum or a maximum."""

    model_config = ConfigDict(extra="forbid")

    width: Annotated[
        Side | None,
        Field(description="width of the result, in pixels", examples=[800]),
    ] = None
    height: Annotated[
        Side | None,
        Field(description="height of the result, in pixels", examples=[600]),
    ] = None
    preserve_ratio: Annotated[
        bool,
        Field(description="true is fit=inside; false is fit=fill, exactly width and height", examples=[True]),
    ] = True
    fit: Annotated[
        Fit | None,
        Field(
            description=(
                "how to take width and height, both given: inside or outside them, cover them and cut, be "
                "contained with room around, or fill them without the ratio"
            ),
            examples=["cover"],
        ),
    ] = None
    scale: Annotated[
        Annotated[float, Field(gt=0, le=10_000), NotBoolean] | None,
        Field(description="percent of the source, in place of width and height", examples=[50]),
    ] = None
    dpr: Annotated[
        Annotated[float, Field(ge=0.1, le=10), NotBoolean],
        Field(
            description="device pixel ratio, which multiplies width, height, scale, minimum, maximum and pad",
            examples=[2],
        ),
    ] = 1.0
    enlarge: Annotated[
        bool,
        Field(description="false never makes the picture larger than it is", examples=[False]),
    ] = True
    min_width: Annotated[
        Side | None,
        Field(description="smallest width of the result, in pixels", examples=[200]),
    ] = None
    min_height: Annotated[
        Side | None,
        Field(description="smallest height of the result, in pixels", examples=[200]),
    ] = None
    max_width: Annotated[
        Side | None,
        Field(description="largest width of the result, in pixels", examples=[1600]),
    ] = None
    max_height: Annotated[
        Side | None,
        Field(description="largest height of the result, in pixels", examples=[1600]),
    ] = None
    gravity: Annotated[
        Gravity,
        Field(
            description=(
                "what stays where fit=cover cuts, and where the picture lies where fit=contain adds room; "
                "smart finds what there is to see"
            ),
            examples=["north"],
        ),
    ] = Gravity.CENTER
    focus_x: Annotated[
        Part | None,
        Field(
            description="in place of gravity: what to keep in view, from 0 at the left edge to 1 at the right",
            examples=[0.3],
        ),
    ] = None
    focus_y: Annotated[
        Part | None,
        Field(
            description="in place of gravity: what to keep in view, from 0 at the top edge to 1 at the bottom",
            examples=[0.6],
        ),
    ] = None
    crop: Annotated[
        BoxText | None,
        Field(
            description="part of the upright source to use, before it is scaled: left,top,width,height in pixels",
            examples=["10,20,300,200"],
        ),
    ] = None
    trim: Annotated[
        Annotated[int, Field(ge=0, le=254), NotBoolean] | None,
        Field(
            description="cuts edges of the color of the top left corner, give or take so many levels of 255",
            examples=[10],
        ),
    ] = None
    pad: Annotated[
        EdgesText | None,
        Field(
            description="room around the result, in pixels: all, or vertical,horizontal, or top,right,bottom,left",
            examples=["10,20"],
        ),
    ] = None
    background: Annotated[
        Annotated[str, Field(pattern="^#[0-9a-f]{8}$")] | None,
        Field(
            description="color to lay the picture on; without it, what is transparent stays so where the format can",
            examples=["#ffcc00ff"],
        ),
    ] = None
    rotate: Annotated[
        Annotated[int, Field(ge=-270, le=270, multiple_of=90), NotBoolean],
        Field(description="degrees to turn clockwise: 90, 180 or 270", examples=[90]),
    ] = 0
    flip: Annotated[
        bool,
        Field(description="mirrors top and bottom, before rotate", examples=[True]),
    ] = False
    flop: Annotated[
        bool,
        Field(description="mirrors left and right, before rotate", examples=[True]),
    ] = False
    auto_orient: Annotated[
        bool,
        Field(description="turns the source upright, as its EXIF says", examples=[False]),
    ] = True
    kernel: Annotated[
        Kernel,
        Field(description="filter that resamples", examples=["bicubic"]),
    ] = Kernel.LANCZOS
    linear: Annotated[
        bool,
        Field(
            description="resamples in linear light, which keeps fine patterns as bright as they are, and is slower",
            examples=[True],
        ),
    ] = False
    blur: Annotated[
        Deviation | None,
        Field(description="standard deviation of a Gaussian blur, in pixels of the result", examples=[2.5]),
    ] = None
    sharpen: Annotated[
        Deviation | None,
        Field(description="standard deviation of an unsharp mask, in pixels of the result", examples=[1]),
    ] = None
    grayscale: Annotated[
        bool,
        Field(description="drops the colors", examples=[True]),
    ] = False
    format: Annotated[
        OutputFormat,
        Field(description="format of the result; auto is that of the source", examples=["webp"]),
    ] = AUTO
    quality: Annotated[
        QualityText,
        Field(description="1 to 100, for every lossy format or for each", examples=["jpeg:82,webp:78,avif:55"]),
    ] = text_of_quality(Options().quality)
    lossless: Annotated[
        bool,
        Field(description="webp: keeps every pixel", examples=[True]),
    ] = False
    progressive: Annotated[
        bool,
        Field(description="jpeg: shows coarsely at first; smaller, and slower to make", examples=[True]),
    ] = False
    palette: Annotated[
        bool,
        Field(description="png: 256 colors at most", examples=[True]),
    ] = False
    depth: Annotated[
        Annotated[int, Field(ge=8, le=8), NotBoolean] | None,
        Field(description="8 permits that 16 bits per sample become 8", examples=[8]),
    ] = None
    max_bytes: Annotated[
        Annotated[int, Field(ge=1), NotBoolean] | None,
        Field(description="searches the highest quality, up to `quality`, whose file is no larger", examples=[100_000]),
    ] = None
    metadata: Annotated[
        Metadata,
        Field(description="what of EXIF and XMP the result carries", examples=["copyright"]),
    ] = Metadata.NONE
    icc: Annotated[
        Icc,
        Field(description="converts the colors to srgb, or keeps the source's profile", examples=["keep"]),
    ] = Icc.SRGB
    animated: Annotated[
        bool,
        Field(
            description="keeps an animation one, in gif, webp, png and avif; false takes its first frame",
            examples=[False],
        ),
    ] = True

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        for contradiction in self.contradictions():
            raise ValueError(contradiction)
        return self

    def contradictions(self) -> Iterator[str]:
        """Find what cannot be meant together, and say what to do about it."""
        return _contradictions(self)

    def options(self) -> Options:
        """Give the domain's form of these fields."""
        fields: dict[str, Any] = {name: getattr(self, name) for name in Options.__dataclass_fields__}
        fields["format"] = None if self.format == AUTO else Format(self.format)
        fields["quality"] = quality_of(self.quality)
        fields["rotate"] = self.rotate % 360
        fields["crop"] = self.crop and box_of(self.crop)
        fields["pad"] = self.pad and edges_of(self.pad)
        return Options(**fields)

    @classmethod
    def of(cls, options: Options) -> Self:
        """Give the wire's form of the domain's options."""
        fields: dict[str, Any] = {name: getattr(options, name) for name in Options.__dataclass_fields__}
        fields["format"] = options.format.value if options.format else AUTO
        fields["fit"], fields["preserve_ratio"] = options.fitting, options.fitting is not Fit.FILL
        fields["quality"] = text_of_quality(options.quality)
        fields["crop"] = options.crop and text_of_box(options.crop)
        fields["pad"] = options.pad and text_of_edges(options.pad)
        return cls(**fields)


def _contradictions(fields: OptionFields) -> Iterator[str]:
    sizes = (fields.width, fields.height)
    bounds = (fields.min_width, fields.min_height, fields.max_width, fields.max_height)
    if all(wish is None for wish in (*sizes, fields.scale, *bounds)):
        yield "give width, height, or both, in pixels; or scale, in percent; or a minimum or maximum"
    if fields.scale is not None and any(sizes):
        yield "give either scale, or width and height"
    ratio_is_said = fields.fit is not None and "preserve_ratio" in fields.model_fields_set
    if ratio_is_said and fields.preserve_ratio is (fields.fit is Fit.FILL):
        yield f"preserve_ratio={str(fields.preserve_ratio).lower()} and fit={fields.fit} contradict each other"
    for side in ("width", "height"):
        least, most = getattr(fields, f"min_{side}"), getattr(fields, f"max_{side}")
        if least and most and least > most:
            yield f"min_{side} is {least}, which is more than max_{side}, {most}"
    if fields.gravity is not Gravity.CENTER and (fields.focus_x, fields.focus_y) != (None, None):
        yield "focus_x and focus_y take the place of gravity: give either"
    for option, able in (("lossless", "webp, png, gif, tiff"), ("progressive", "jpeg"), ("palette", "png, gif")):
        if getattr(fields, option) and fields.format not in (AUTO, *able.split(", ")):
            yield f"{option} is an option of {able}, and format is {fields.format}"
