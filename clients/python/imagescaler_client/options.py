"""Options of tasks and plans, made from the OpenAPI document by `make python-client`."""

from __future__ import annotations

from typing import Literal, TypedDict

from typing_extensions import NotRequired


class RenditionRequest(TypedDict):
    """
    One of several results: its name and its own options; null undoes an option from beside the list.
    """

    width: NotRequired[int | None]
    """
    width of the result, in pixels
    """
    height: NotRequired[int | None]
    """
    height of the result, in pixels
    """
    preserve_ratio: NotRequired[bool]
    """
    true is fit=inside; false is fit=fill, exactly width and height; by default true
    """
    fit: NotRequired[Literal["inside", "outside", "cover", "contain", "fill"] | None]
    """
    how to fit the image to width and height together: inside or outside them, cover them and crop, contain the whole image and add borders, or fill them without keeping the ratio
    """
    scale: NotRequired[float | None]
    """
    percent of the source, in place of width and height
    """
    dpr: NotRequired[float]
    """
    device pixel ratio; multiplies width, height, scale, minimum, maximum, pad, radius and watermark_margin; by default 1.0
    """
    enlarge: NotRequired[bool]
    """
    false never makes the image larger than the source; by default true
    """
    min_width: NotRequired[int | None]
    """
    minimum width of the result, in pixels
    """
    min_height: NotRequired[int | None]
    """
    minimum height of the result, in pixels
    """
    max_width: NotRequired[int | None]
    """
    maximum width of the result, in pixels
    """
    max_height: NotRequired[int | None]
    """
    maximum height of the result, in pixels
    """
    gravity: NotRequired[
        Literal["center", "north", "northeast", "east", "southeast", "south", "southwest", "west", "northwest", "smart"]
    ]
    """
    the part to keep where fit=cover crops, and the position of the image where fit=contain adds borders; smart looks for the part with most detail; by default center
    """
    focus_x: NotRequired[float | None]
    """
    focal point, in place of gravity: from 0 at the left edge to 1 at the right
    """
    focus_y: NotRequired[float | None]
    """
    focal point, in place of gravity: from 0 at the top edge to 1 at the bottom
    """
    crop: NotRequired[str | None]
    """
    region of the upright source to use, cut before scaling: left,top,width,height in pixels
    """
    trim: NotRequired[int | None]
    """
    cut borders that have the color of the top left corner, within this tolerance in levels of 255
    """
    pad: NotRequired[str | None]
    """
    padding around the result, in pixels: all sides, or vertical,horizontal, or top,right,bottom,left
    """
    radius: NotRequired[int | None]
    """
    radius of rounded corners of the image, in pixels; at most half of its shorter side has an effect
    """
    background: NotRequired[str | None]
    """
    CSS color behind the image; without it transparency is kept where the format can
    """
    watermark: NotRequired[str | None]
    """
    image to lay over the result: the id of an upload, or the name of an image of the operator
    """
    watermark_gravity: NotRequired[
        Literal["center", "north", "northeast", "east", "southeast", "south", "southwest", "west", "northwest"]
    ]
    """
    position of the watermark; by default southeast
    """
    watermark_scale: NotRequired[float]
    """
    width of the watermark in percent of the result's; it keeps its ratio, and is never higher than the result; by default 25.0
    """
    watermark_opacity: NotRequired[float]
    """
    opacity of the watermark, from 0 to 1; by default 1.0
    """
    watermark_margin: NotRequired[int]
    """
    least distance of the watermark from the edges of the result, in pixels; by default 0
    """
    rotate: NotRequired[int]
    """
    clockwise rotation in degrees: 90, 180 or 270; by default 0
    """
    flip: NotRequired[bool]
    """
    mirror top and bottom, before rotate; by default false
    """
    flop: NotRequired[bool]
    """
    mirror left and right, before rotate; by default false
    """
    auto_orient: NotRequired[bool]
    """
    turn the source upright by its EXIF orientation; by default true
    """
    kernel: NotRequired[Literal["nearest", "box", "bilinear", "hamming", "bicubic", "lanczos"]]
    """
    resampling filter; by default lanczos
    """
    linear: NotRequired[bool]
    """
    resample in linear light: keeps the brightness of fine patterns, and is slower; by default false
    """
    blur: NotRequired[float | None]
    """
    standard deviation of a Gaussian blur, in pixels of the result
    """
    sharpen: NotRequired[float | None]
    """
    standard deviation of an unsharp mask, in pixels of the result
    """
    grayscale: NotRequired[bool]
    """
    convert to grayscale; by default false
    """
    format: NotRequired[Literal["auto", "jpeg", "png", "webp", "avif", "jxl", "gif", "tiff"]]
    """
    format of the result; auto is that of the source, JPEG for HEIC, and PNG for BMP and ICO; by default auto
    """
    quality: NotRequired[int | str | None]
    """
    1 to 100, for every lossy format or for each, or auto: the lowest that reaches `quality_target`; by default jpeg:80,webp:80,avif:60,jxl:80
    """
    quality_target: NotRequired[int]
    """
    perceptual score that quality=auto has to reach, on the scale of SSIMULACRA2: 90 is nearly invisible, 70 good; by default 75
    """
    lossless: NotRequired[bool | None]
    """
    keep every pixel exactly, where the format can; by default only of a lossless WebP or JPEG XL that stays one
    """
    progressive: NotRequired[bool]
    """
    jpeg: load from coarse to fine; smaller, and slower to encode; by default false
    """
    palette: NotRequired[bool | None]
    """
    png: at most 256 colors; by default only where a PNG had a palette, stays a PNG and does not lose by it
    """
    depth: NotRequired[int | None]
    """
    8 permits the reduction of 16 bits per sample to 8
    """
    max_bytes: NotRequired[int | None]
    """
    maximum size of the file: uses the highest quality, up to `quality`, that fits
    """
    metadata: NotRequired[Literal["none", "copyright", "all"]]
    """
    EXIF and XMP metadata to keep; by default none
    """
    icc: NotRequired[Literal["srgb", "keep"]]
    """
    convert the colors to sRGB, or keep the source's ICC profile; by default srgb
    """
    animated: NotRequired[bool]
    """
    keep animations, in png, webp, avif and gif; false takes the first frame; by default true
    """
    placeholder: NotRequired[Literal["thumbhash", "blurhash"] | None]
    """
    compute a preview of about 30 bytes, which `result.placeholder` has, and `result.dominant_color`
    """
    result_ttl_s: NotRequired[int | None]
    """
    seconds for which the result is kept; of several renditions, the longest counts for all
    """
    target_url: NotRequired[str | None]
    """
    where in a bucket the result is also written: s3://bucket/name.jpg, or s3://bucket/prefix/ for a name made of the id of the task
    """
    damaged: NotRequired[Literal["refuse", "salvage"]]
    """
    refuse a file whose pixels are cut off or damaged, or salvage what can be decoded: missing pixels become transparent, or gray where the source has no transparency, and `warnings` has a sentence on them; by default refuse
    """
    name: str
    """
    at most 32 letters, digits, - and _; unique in the list
    """


class TaskOptions(TypedDict):
    """
    An image, also one at a URL, and how to scale it.
    """

    width: NotRequired[int | None]
    """
    width of the result, in pixels
    """
    height: NotRequired[int | None]
    """
    height of the result, in pixels
    """
    preserve_ratio: NotRequired[bool]
    """
    true is fit=inside; false is fit=fill, exactly width and height; by default true
    """
    fit: NotRequired[Literal["inside", "outside", "cover", "contain", "fill"] | None]
    """
    how to fit the image to width and height together: inside or outside them, cover them and crop, contain the whole image and add borders, or fill them without keeping the ratio
    """
    scale: NotRequired[float | None]
    """
    percent of the source, in place of width and height
    """
    dpr: NotRequired[float]
    """
    device pixel ratio; multiplies width, height, scale, minimum, maximum, pad, radius and watermark_margin; by default 1.0
    """
    enlarge: NotRequired[bool]
    """
    false never makes the image larger than the source; by default true
    """
    min_width: NotRequired[int | None]
    """
    minimum width of the result, in pixels
    """
    min_height: NotRequired[int | None]
    """
    minimum height of the result, in pixels
    """
    max_width: NotRequired[int | None]
    """
    maximum width of the result, in pixels
    """
    max_height: NotRequired[int | None]
    """
    maximum height of the result, in pixels
    """
    gravity: NotRequired[
        Literal["center", "north", "northeast", "east", "southeast", "south", "southwest", "west", "northwest", "smart"]
    ]
    """
    the part to keep where fit=cover crops, and the position of the image where fit=contain adds borders; smart looks for the part with most detail; by default center
    """
    focus_x: NotRequired[float | None]
    """
    focal point, in place of gravity: from 0 at the left edge to 1 at the right
    """
    focus_y: NotRequired[float | None]
    """
    focal point, in place of gravity: from 0 at the top edge to 1 at the bottom
    """
    crop: NotRequired[str | None]
    """
    region of the upright source to use, cut before scaling: left,top,width,height in pixels
    """
    trim: NotRequired[int | None]
    """
    cut borders that have the color of the top left corner, within this tolerance in levels of 255
    """
    pad: NotRequired[str | None]
    """
    padding around the result, in pixels: all sides, or vertical,horizontal, or top,right,bottom,left
    """
    radius: NotRequired[int | None]
    """
    radius of rounded corners of the image, in pixels; at most half of its shorter side has an effect
    """
    background: NotRequired[str | None]
    """
    CSS color behind the image; without it transparency is kept where the format can
    """
    watermark: NotRequired[str | None]
    """
    image to lay over the result: the id of an upload, or the name of an image of the operator
    """
    watermark_gravity: NotRequired[
        Literal["center", "north", "northeast", "east", "southeast", "south", "southwest", "west", "northwest"]
    ]
    """
    position of the watermark; by default southeast
    """
    watermark_scale: NotRequired[float]
    """
    width of the watermark in percent of the result's; it keeps its ratio, and is never higher than the result; by default 25.0
    """
    watermark_opacity: NotRequired[float]
    """
    opacity of the watermark, from 0 to 1; by default 1.0
    """
    watermark_margin: NotRequired[int]
    """
    least distance of the watermark from the edges of the result, in pixels; by default 0
    """
    rotate: NotRequired[int]
    """
    clockwise rotation in degrees: 90, 180 or 270; by default 0
    """
    flip: NotRequired[bool]
    """
    mirror top and bottom, before rotate; by default false
    """
    flop: NotRequired[bool]
    """
    mirror left and right, before rotate; by default false
    """
    auto_orient: NotRequired[bool]
    """
    turn the source upright by its EXIF orientation; by default true
    """
    kernel: NotRequired[Literal["nearest", "box", "bilinear", "hamming", "bicubic", "lanczos"]]
    """
    resampling filter; by default lanczos
    """
    linear: NotRequired[bool]
    """
    resample in linear light: keeps the brightness of fine patterns, and is slower; by default false
    """
    blur: NotRequired[float | None]
    """
    standard deviation of a Gaussian blur, in pixels of the result
    """
    sharpen: NotRequired[float | None]
    """
    standard deviation of an unsharp mask, in pixels of the result
    """
    grayscale: NotRequired[bool]
    """
    convert to grayscale; by default false
    """
    format: NotRequired[Literal["auto", "jpeg", "png", "webp", "avif", "jxl", "gif", "tiff"]]
    """
    format of the result; auto is that of the source, JPEG for HEIC, and PNG for BMP and ICO; by default auto
    """
    quality: NotRequired[int | str | None]
    """
    1 to 100, for every lossy format or for each, or auto: the lowest that reaches `quality_target`; by default jpeg:80,webp:80,avif:60,jxl:80
    """
    quality_target: NotRequired[int]
    """
    perceptual score that quality=auto has to reach, on the scale of SSIMULACRA2: 90 is nearly invisible, 70 good; by default 75
    """
    lossless: NotRequired[bool | None]
    """
    keep every pixel exactly, where the format can; by default only of a lossless WebP or JPEG XL that stays one
    """
    progressive: NotRequired[bool]
    """
    jpeg: load from coarse to fine; smaller, and slower to encode; by default false
    """
    palette: NotRequired[bool | None]
    """
    png: at most 256 colors; by default only where a PNG had a palette, stays a PNG and does not lose by it
    """
    depth: NotRequired[int | None]
    """
    8 permits the reduction of 16 bits per sample to 8
    """
    max_bytes: NotRequired[int | None]
    """
    maximum size of the file: uses the highest quality, up to `quality`, that fits
    """
    metadata: NotRequired[Literal["none", "copyright", "all"]]
    """
    EXIF and XMP metadata to keep; by default none
    """
    icc: NotRequired[Literal["srgb", "keep"]]
    """
    convert the colors to sRGB, or keep the source's ICC profile; by default srgb
    """
    animated: NotRequired[bool]
    """
    keep animations, in png, webp, avif and gif; false takes the first frame; by default true
    """
    placeholder: NotRequired[Literal["thumbhash", "blurhash"] | None]
    """
    compute a preview of about 30 bytes, which `result.placeholder` has, and `result.dominant_color`
    """
    result_ttl_s: NotRequired[int | None]
    """
    seconds for which the result is kept; of several renditions, the longest counts for all
    """
    target_url: NotRequired[str | None]
    """
    where in a bucket the result is also written: s3://bucket/name.jpg, or s3://bucket/prefix/ for a name made of the id of the task
    """
    damaged: NotRequired[Literal["refuse", "salvage"]]
    """
    refuse a file whose pixels are cut off or damaged, or salvage what can be decoded: missing pixels become transparent, or gray where the source has no transparency, and `warnings` has a sentence on them; by default refuse
    """
    renditions: NotRequired[list[RenditionRequest] | None]
    """
    several results of one image, each with a name; options beside the list are their defaults
    """
    preset: NotRequired[str | None]
    """
    name of options of the operator, see GET /api/v1/presets; options beside it replace its own
    """
    source_url: NotRequired[str | None]
    """
    URL of the image (https, http or s3), which is fetched after the task was accepted
    """
    webhook_url: NotRequired[str | None]
    """
    URL (https or http) to which the end of the task is reported, by a signed POST
    """


class PlanOptions(TypedDict):
    """
    The beginning of the image, or its size, and how to scale it.
    """

    width: NotRequired[int | None]
    """
    width of the result, in pixels
    """
    height: NotRequired[int | None]
    """
    height of the result, in pixels
    """
    preserve_ratio: NotRequired[bool]
    """
    true is fit=inside; false is fit=fill, exactly width and height; by default true
    """
    fit: NotRequired[Literal["inside", "outside", "cover", "contain", "fill"] | None]
    """
    how to fit the image to width and height together: inside or outside them, cover them and crop, contain the whole image and add borders, or fill them without keeping the ratio
    """
    scale: NotRequired[float | None]
    """
    percent of the source, in place of width and height
    """
    dpr: NotRequired[float]
    """
    device pixel ratio; multiplies width, height, scale, minimum, maximum, pad, radius and watermark_margin; by default 1.0
    """
    enlarge: NotRequired[bool]
    """
    false never makes the image larger than the source; by default true
    """
    min_width: NotRequired[int | None]
    """
    minimum width of the result, in pixels
    """
    min_height: NotRequired[int | None]
    """
    minimum height of the result, in pixels
    """
    max_width: NotRequired[int | None]
    """
    maximum width of the result, in pixels
    """
    max_height: NotRequired[int | None]
    """
    maximum height of the result, in pixels
    """
    gravity: NotRequired[
        Literal["center", "north", "northeast", "east", "southeast", "south", "southwest", "west", "northwest", "smart"]
    ]
    """
    the part to keep where fit=cover crops, and the position of the image where fit=contain adds borders; smart looks for the part with most detail; by default center
    """
    focus_x: NotRequired[float | None]
    """
    focal point, in place of gravity: from 0 at the left edge to 1 at the right
    """
    focus_y: NotRequired[float | None]
    """
    focal point, in place of gravity: from 0 at the top edge to 1 at the bottom
    """
    crop: NotRequired[str | None]
    """
    region of the upright source to use, cut before scaling: left,top,width,height in pixels
    """
    trim: NotRequired[int | None]
    """
    cut borders that have the color of the top left corner, within this tolerance in levels of 255
    """
    pad: NotRequired[str | None]
    """
    padding around the result, in pixels: all sides, or vertical,horizontal, or top,right,bottom,left
    """
    radius: NotRequired[int | None]
    """
    radius of rounded corners of the image, in pixels; at most half of its shorter side has an effect
    """
    background: NotRequired[str | None]
    """
    CSS color behind the image; without it transparency is kept where the format can
    """
    watermark: NotRequired[str | None]
    """
    image to lay over the result: the id of an upload, or the name of an image of the operator
    """
    watermark_gravity: NotRequired[
        Literal["center", "north", "northeast", "east", "southeast", "south", "southwest", "west", "northwest"]
    ]
    """
    position of the watermark; by default southeast
    """
    watermark_scale: NotRequired[float]
    """
    width of the watermark in percent of the result's; it keeps its ratio, and is never higher than the result; by default 25.0
    """
    watermark_opacity: NotRequired[float]
    """
    opacity of the watermark, from 0 to 1; by default 1.0
    """
    watermark_margin: NotRequired[int]
    """
    least distance of the watermark from the edges of the result, in pixels; by default 0
    """
    rotate: NotRequired[int]
    """
    clockwise rotation in degrees: 90, 180 or 270; by default 0
    """
    flip: NotRequired[bool]
    """
    mirror top and bottom, before rotate; by default false
    """
    flop: NotRequired[bool]
    """
    mirror left and right, before rotate; by default false
    """
    auto_orient: NotRequired[bool]
    """
    turn the source upright by its EXIF orientation; by default true
    """
    kernel: NotRequired[Literal["nearest", "box", "bilinear", "hamming", "bicubic", "lanczos"]]
    """
    resampling filter; by default lanczos
    """
    linear: NotRequired[bool]
    """
    resample in linear light: keeps the brightness of fine patterns, and is slower; by default false
    """
    blur: NotRequired[float | None]
    """
    standard deviation of a Gaussian blur, in pixels of the result
    """
    sharpen: NotRequired[float | None]
    """
    standard deviation of an unsharp mask, in pixels of the result
    """
    grayscale: NotRequired[bool]
    """
    convert to grayscale; by default false
    """
    format: NotRequired[Literal["auto", "jpeg", "png", "webp", "avif", "jxl", "gif", "tiff"]]
    """
    format of the result; auto is that of the source, JPEG for HEIC, and PNG for BMP and ICO; by default auto
    """
    quality: NotRequired[int | str | None]
    """
    1 to 100, for every lossy format or for each, or auto: the lowest that reaches `quality_target`; by default jpeg:80,webp:80,avif:60,jxl:80
    """
    quality_target: NotRequired[int]
    """
    perceptual score that quality=auto has to reach, on the scale of SSIMULACRA2: 90 is nearly invisible, 70 good; by default 75
    """
    lossless: NotRequired[bool | None]
    """
    keep every pixel exactly, where the format can; by default only of a lossless WebP or JPEG XL that stays one
    """
    progressive: NotRequired[bool]
    """
    jpeg: load from coarse to fine; smaller, and slower to encode; by default false
    """
    palette: NotRequired[bool | None]
    """
    png: at most 256 colors; by default only where a PNG had a palette, stays a PNG and does not lose by it
    """
    depth: NotRequired[int | None]
    """
    8 permits the reduction of 16 bits per sample to 8
    """
    max_bytes: NotRequired[int | None]
    """
    maximum size of the file: uses the highest quality, up to `quality`, that fits
    """
    metadata: NotRequired[Literal["none", "copyright", "all"]]
    """
    EXIF and XMP metadata to keep; by default none
    """
    icc: NotRequired[Literal["srgb", "keep"]]
    """
    convert the colors to sRGB, or keep the source's ICC profile; by default srgb
    """
    animated: NotRequired[bool]
    """
    keep animations, in png, webp, avif and gif; false takes the first frame; by default true
    """
    placeholder: NotRequired[Literal["thumbhash", "blurhash"] | None]
    """
    compute a preview of about 30 bytes, which `result.placeholder` has, and `result.dominant_color`
    """
    result_ttl_s: NotRequired[int | None]
    """
    seconds for which the result is kept; of several renditions, the longest counts for all
    """
    target_url: NotRequired[str | None]
    """
    where in a bucket the result is also written: s3://bucket/name.jpg, or s3://bucket/prefix/ for a name made of the id of the task
    """
    damaged: NotRequired[Literal["refuse", "salvage"]]
    """
    refuse a file whose pixels are cut off or damaged, or salvage what can be decoded: missing pixels become transparent, or gray where the source has no transparency, and `warnings` has a sentence on them; by default refuse
    """
    renditions: NotRequired[list[RenditionRequest] | None]
    """
    several results of one image, each with a name; options beside the list are their defaults
    """
    preset: NotRequired[str | None]
    """
    name of options of the operator, see GET /api/v1/presets; options beside it replace its own
    """
    source_width: NotRequired[int | None]
    """
    width of the source as it is stored, in pixels
    """
    source_height: NotRequired[int | None]
    """
    height of the source as it is stored, in pixels
    """
    source_format: NotRequired[
        Literal["jpeg", "png", "webp", "avif", "jxl", "gif", "tiff", "bmp", "ico", "heic"] | None
    ]
    """
    format of the source, which is also that of the result where format is auto
    """
    source_orientation: NotRequired[int]
    """
    EXIF orientation of the source, 1 to 8; 1 is upright; by default 1
    """
