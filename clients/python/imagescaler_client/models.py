"""Answers of the service, made from the OpenAPI document by `make python-client`."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field


class BoxView(BaseModel):
    """
    A part of an image, in pixels from its top left corner.
    """

    width: int
    height: int
    left: int
    top: int


class CaveatView(BaseModel):
    """
    An option by which the result may differ from the plan, and how.
    """

    option: Literal["auto_orient", "trim", "gravity"]
    detail: str


class Check(BaseModel):
    """
    Whether a server answers, and its response time in milliseconds.
    """

    status: Literal["ok", "unavailable"]
    ms: float


class FieldError(BaseModel):
    """
    The error of one field of a request.
    """

    field: str
    detail: str


class Health(BaseModel):
    """
    Whether the service can accept tasks.
    """

    status: Literal["ok", "unavailable"]
    postgres: Check
    queue: Check
    store: Check


class PictureSource(BaseModel):
    """
    Type and `srcset` of a `<source>` in `<picture>`.
    """

    type: str
    srcset: str


class PlaceView(BaseModel):
    """
    A position, in pixels from the top left corner.
    """

    left: int
    top: int


class PlannedResult(BaseModel):
    """
    The result; `format` is null where it is that of the source, which is unknown.
    """

    width: int
    height: int
    format: Literal["jpeg", "png", "webp", "avif", "jxl", "gif", "tiff", "bmp", "ico", "heic"] | None
    media_type: str | None


class PlannedSource(BaseModel):
    """
    The upright source; `format` is null where only its size was sent.
    """

    width: int
    height: int
    format: Literal["jpeg", "png", "webp", "avif", "jxl", "gif", "tiff", "bmp", "ico", "heic"] | None


class PredictedView(BaseModel):
    """
    Estimated cost for a photograph: peak memory in bytes, and processor time in seconds (docs/cost.md).
    """

    memory_bytes: int
    seconds: float


class Problem(BaseModel):
    """
    Problem details, RFC 9457.
    """

    type: str
    title: str
    status: int
    detail: str
    instance: str | None = None
    errors: list[FieldError] | None = None


class SizeView(BaseModel):
    """
    A width and a height, in pixels.
    """

    width: int
    height: int


class SourceView(BaseModel):
    """
    The source image: from its header at first, and upright once the task is completed.
    """

    format: Annotated[
        Literal["jpeg", "png", "webp", "avif", "jxl", "gif", "tiff", "bmp", "ico", "heic"],
        Field(description="An image format that is read; not all are written."),
    ]
    width: int
    height: int
    bytes: int
    frames: Annotated[int, Field(description="frames of an animation; 1 until more are known")] = 1


class TaskError(BaseModel):
    """
    Why a task failed: a problem without a status.
    """

    type: str
    title: str
    detail: str


class UploadView(BaseModel):
    """
    The request that uploads the file, to be sent exactly so, and the `id` for tasks; both until `expires_at`.
    """

    id: UUID
    method: str
    url: str
    headers: dict[str, Any]
    expires_at: AwareDatetime


class UsageView(BaseModel):
    """
    What the work used: elapsed seconds, processor seconds, and the peak memory of the process.
    """

    seconds: float
    cpu_seconds: float
    peak_memory_bytes: int
    peak_of: Annotated[
        Literal["attempt", "process"],
        Field(description="Period of a memory peak: the attempt, or the whole life of its process."),
    ]


class GeometryView(BaseModel):
    """
    How the source becomes the result.

    `area` of the upright source is used. After `flip`, `flop` and `rotate` it is resized to `scaled`; `window` is cut
    out of that, and placed at `position` in the result.
    """

    area: BoxView
    scaled: SizeView
    window: BoxView
    position: PlaceView


class OptionsView(BaseModel):
    """
    How a result is scaled: every option, with its default where it was not given.
    """

    width: Annotated[int | None, Field(description="width of the result, in pixels")] = None
    height: Annotated[int | None, Field(description="height of the result, in pixels")] = None
    preserve_ratio: Annotated[
        bool, Field(description="true is fit=inside; false is fit=fill, exactly width and height")
    ] = True
    fit: Annotated[
        Literal["inside", "outside", "cover", "contain", "fill"] | None,
        Field(
            description="how to fit the image to width and height together: inside or outside them, cover them and crop, contain the whole image and add borders, or fill them without keeping the ratio"
        ),
    ] = None
    scale: Annotated[float | None, Field(description="percent of the source, in place of width and height")] = None
    dpr: Annotated[
        float,
        Field(
            description="device pixel ratio; multiplies width, height, scale, minimum, maximum, pad, radius and watermark_margin"
        ),
    ] = 1.0
    enlarge: Annotated[bool, Field(description="false never makes the image larger than the source")] = True
    min_width: Annotated[int | None, Field(description="minimum width of the result, in pixels")] = None
    min_height: Annotated[int | None, Field(description="minimum height of the result, in pixels")] = None
    max_width: Annotated[int | None, Field(description="maximum width of the result, in pixels")] = None
    max_height: Annotated[int | None, Field(description="maximum height of the result, in pixels")] = None
    gravity: Annotated[
        Literal[
            "center", "north", "northeast", "east", "southeast", "south", "southwest", "west", "northwest", "smart"
        ],
        Field(
            description="the part to keep where fit=cover crops, and the position of the image where fit=contain adds borders; smart looks for the part with most detail"
        ),
    ] = "center"
    focus_x: Annotated[
        float | None, Field(description="focal point, in place of gravity: from 0 at the left edge to 1 at the right")
    ] = None
    focus_y: Annotated[
        float | None, Field(description="focal point, in place of gravity: from 0 at the top edge to 1 at the bottom")
    ] = None
    crop: Annotated[
        str | None,
        Field(description="region of the upright source to use, cut before scaling: left,top,width,height in pixels"),
    ] = None
    trim: Annotated[
        int | None,
        Field(
            description="cut borders that have the color of the top left corner, within this tolerance in levels of 255"
        ),
    ] = None
    pad: Annotated[
        str | None,
        Field(
            description="padding around the result, in pixels: all sides, or vertical,horizontal, or top,right,bottom,left"
        ),
    ] = None
    radius: Annotated[
        int | None,
        Field(
            description="radius of rounded corners of the image, in pixels; at most half of its shorter side has an effect"
        ),
    ] = None
    background: Annotated[
        str | None,
        Field(description="CSS color behind the image; without it transparency is kept where the format can"),
    ] = None
    watermark: Annotated[
        str | None,
        Field(description="image to lay over the result: the id of an upload, or the name of an image of the operator"),
    ] = None
    watermark_gravity: Annotated[
        Literal["center", "north", "northeast", "east", "southeast", "south", "southwest", "west", "northwest"],
        Field(description="position of the watermark"),
    ] = "southeast"
    watermark_scale: Annotated[
        float,
        Field(
            description="width of the watermark in percent of the result's; it keeps its ratio, and is never higher than the result"
        ),
    ] = 25.0
    watermark_opacity: Annotated[float, Field(description="opacity of the watermark, from 0 to 1")] = 1.0
    watermark_margin: Annotated[
        int, Field(description="least distance of the watermark from the edges of the result, in pixels")
    ] = 0
    rotate: Annotated[int, Field(description="clockwise rotation in degrees: 90, 180 or 270")] = 0
    flip: Annotated[bool, Field(description="mirror top and bottom, before rotate")] = False
    flop: Annotated[bool, Field(description="mirror left and right, before rotate")] = False
    auto_orient: Annotated[bool, Field(description="turn the source upright by its EXIF orientation")] = True
    kernel: Annotated[
        Literal["nearest", "box", "bilinear", "hamming", "bicubic", "lanczos"], Field(description="resampling filter")
    ] = "lanczos"
    linear: Annotated[
        bool, Field(description="resample in linear light: keeps the brightness of fine patterns, and is slower")
    ] = False
    blur: Annotated[
        float | None, Field(description="standard deviation of a Gaussian blur, in pixels of the result")
    ] = None
    sharpen: Annotated[
        float | None, Field(description="standard deviation of an unsharp mask, in pixels of the result")
    ] = None
    grayscale: Annotated[bool, Field(description="convert to grayscale")] = False
    format: Annotated[
        Literal["auto", "jpeg", "png", "webp", "avif", "jxl", "gif", "tiff"],
        Field(description="format of the result; auto is that of the source, JPEG for HEIC, and PNG for BMP and ICO"),
    ] = "auto"
    quality: Annotated[
        int | str | None,
        Field(
            description="1 to 100, for every lossy format or for each, or auto: the lowest that reaches `quality_target`; by default jpeg:80,webp:80,avif:60,jxl:80"
        ),
    ] = None
    quality_target: Annotated[
        int,
        Field(
            description="perceptual score that quality=auto has to reach, on the scale of SSIMULACRA2: 90 is nearly invisible, 70 good"
        ),
    ] = 75
    lossless: Annotated[
        bool | None,
        Field(
            description="keep every pixel exactly, where the format can; by default only of a lossless WebP or JPEG XL that stays one"
        ),
    ] = None
    progressive: Annotated[bool, Field(description="jpeg: load from coarse to fine; smaller, and slower to encode")] = (
        False
    )
    palette: Annotated[
        bool | None,
        Field(
            description="png: at most 256 colors; by default only where a PNG had a palette, stays a PNG and does not lose by it"
        ),
    ] = None
    depth: Annotated[int | None, Field(description="8 permits the reduction of 16 bits per sample to 8")] = None
    max_bytes: Annotated[
        int | None, Field(description="maximum size of the file: uses the highest quality, up to `quality`, that fits")
    ] = None
    metadata: Annotated[Literal["none", "copyright", "all"], Field(description="EXIF and XMP metadata to keep")] = (
        "none"
    )
    icc: Annotated[
        Literal["srgb", "keep"], Field(description="convert the colors to sRGB, or keep the source's ICC profile")
    ] = "srgb"
    animated: Annotated[
        bool, Field(description="keep animations, in png, webp, avif and gif; false takes the first frame")
    ] = True
    placeholder: Annotated[
        Literal["thumbhash", "blurhash"] | None,
        Field(
            description="compute a preview of about 30 bytes, which `result.placeholder` has, and `result.dominant_color`"
        ),
    ] = None
    result_ttl_s: Annotated[
        int | None,
        Field(description="seconds for which the result is kept; of several renditions, the longest counts for all"),
    ] = None
    target_url: Annotated[
        str | None,
        Field(
            description="where in a bucket the result is also written: s3://bucket/name.jpg, or s3://bucket/prefix/ for a name made of the id of the task"
        ),
    ] = None
    damaged: Annotated[
        Literal["refuse", "salvage"],
        Field(
            description="refuse a file whose pixels are cut off or damaged, or salvage what can be decoded: missing pixels become transparent, or gray where the source has no transparency, and `warnings` has a sentence on them"
        ),
    ] = "refuse"


class PlanView(BaseModel):
    """
    What a task would make; exact if there are no `doubts`.
    """

    source: PlannedSource
    options: OptionsView
    result: PlannedResult
    geometry: GeometryView
    doubts: list[CaveatView]
    warnings: Annotated[list[str], Field(description="options that have no effect")]
    predicted: PredictedView | None


class PresetRendition(BaseModel):
    """
    One of several results of a preset.
    """

    name: str
    options: OptionsView


class PresetView(BaseModel):
    """
    A preset: the options of its result, of which width and height are the size, or its renditions.
    """

    name: str
    options: Annotated[OptionsView | None, Field(description="null for a preset with renditions")] = None
    renditions: Annotated[list[PresetRendition] | None, Field(description="null for a preset with one result")] = None


class PresetsView(BaseModel):
    """
    All presets of the deployment.
    """

    presets: list[PresetView]
    presets_only: Annotated[bool, Field(description="true if requests must name a preset, and set no options")]


class ReceiptView(BaseModel):
    """
    How a result was made: source file, software versions, and the operations in order.
    """

    source_sha256: str
    result_sha256: str
    software: dict[str, Any]
    operations: list[str]
    usage: UsageView
    warnings: list[str] = []
    score: Annotated[
        float | None,
        Field(description="perceptual score of a result whose quality was searched, on the scale of SSIMULACRA2"),
    ] = None


class RenditionPlan(BaseModel):
    """
    The plan of one rendition, or why it cannot be made.
    """

    name: str
    plan: PlanView | None = None
    error: TaskError | None = None


class RenditionsPlan(BaseModel):
    """
    The plans of all renditions; `predicted` is for all that can be made, with one decoding.
    """

    renditions: list[RenditionPlan]
    predicted: PredictedView | None


class ResultView(BaseModel):
    """
    The scaled image; GET of `url` fetches it.
    """

    format: Annotated[
        Literal["jpeg", "png", "webp", "avif", "jxl", "gif", "tiff", "bmp", "ico", "heic"],
        Field(description="An image format that is read; not all are written."),
    ]
    url: Annotated[str, Field(description="path of the image, on the host of the request")]
    media_type: str
    width: int
    height: int
    bytes: int
    sha256: str
    receipt: ReceiptView | None = None
    frames: Annotated[int, Field(description="frames of an animation")] = 1
    placeholder: Annotated[
        str | None, Field(description="the ThumbHash in base64, or the BlurHash, if `placeholder` was asked for")
    ] = None
    dominant_color: Annotated[
        str | None, Field(description="#rrggbb, beside `placeholder`; null if no pixel is visible")
    ] = None


class RenditionView(BaseModel):
    """
    One of several results of a task, which may fail by itself. `url` is where its result is, or will be.
    """

    name: str
    status: Annotated[
        Literal["pending", "processing", "completed", "failed", "expired", "deleted"],
        Field(description="The status of a task."),
    ]
    options: OptionsView
    url: str
    result: ResultView | None = None
    error: TaskError | None = None


class TaskView(BaseModel):
    """
    A task; times are UTC.
    """

    id: UUID
    status: Annotated[
        Literal["pending", "processing", "completed", "failed", "expired", "deleted"],
        Field(description="The status of a task."),
    ]
    created_at: AwareDatetime
    started_at: AwareDatetime | None = None
    completed_at: AwareDatetime | None = None
    expires_at: AwareDatetime | None = None
    attempts: int
    source: Annotated[SourceView | None, Field(description="null until the image has been fetched from `source_url`")]
    source_url: str | None = None
    options: Annotated[OptionsView | None, Field(description="null if the task has renditions, which have their own")]
    result: ResultView | None = None
    error: TaskError | None = None
    warnings: Annotated[
        list[str],
        Field(description="options without effect; of a completed task, also what the results lack or could do better"),
    ] = []
    renditions: list[RenditionView] | None = None
    srcset: Annotated[str | None, Field(description="for `<img>`: the renditions in one format, by width")] = None
    sources: Annotated[
        list[PictureSource] | None, Field(description="for `<source>`, in this order: the renditions in other formats")
    ] = None


class WebhookEvent(BaseModel):
    """
    The body of a webhook (Standard Webhooks): `data` is the task as it was when this happened.

    A body has less than 20 kB. Where it would have more, it is without receipts, or without results and errors.
    """

    type: Annotated[
        Literal["task.completed", "task.failed", "task.expired"], Field(description="What has happened to the task.")
    ]
    timestamp: Annotated[AwareDatetime, Field(description="when it happened")]
    data: TaskView


class TaskListView(BaseModel):
    """
    A page of tasks, newest first.
    """

    tasks: list[TaskView]
