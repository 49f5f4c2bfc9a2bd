"""Options of a task as JSON Schema, made from the OpenAPI document by `make python-client`."""

from collections.abc import Mapping
from typing import Any

DECLARED: Mapping[str, Mapping[str, Any]] = {
    "width": {"description": "width of the result, in pixels", "examples": [800], "minimum": 1, "type": "integer"},
    "height": {"description": "height of the result, in pixels", "examples": [600], "minimum": 1, "type": "integer"},
    "preserve_ratio": {
        "description": "true is fit=inside; false is fit=fill, exactly width and height; by default true",
        "examples": [True],
        "type": "boolean",
    },
    "fit": {
        "description": "how to fit the image to width and height together: "
        "inside or outside them, cover them and crop, contain "
        "the whole image and add borders, or fill them without "
        "keeping the ratio",
        "enum": ["inside", "outside", "cover", "contain", "fill"],
        "type": "string",
        "examples": ["cover"],
    },
    "scale": {
        "description": "percent of the source, in place of width and height",
        "examples": [50],
        "exclusiveMinimum": 0,
        "maximum": 10000,
        "type": "number",
    },
    "dpr": {
        "description": "device pixel ratio; multiplies width, height, scale, "
        "minimum, maximum, pad, radius and watermark_margin; "
        "by default 1.0",
        "examples": [2],
        "maximum": 10,
        "minimum": 0.1,
        "type": "number",
    },
    "enlarge": {
        "description": "false never makes the image larger than the source; by default true",
        "examples": [False],
        "type": "boolean",
    },
    "min_width": {
        "description": "minimum width of the result, in pixels",
        "examples": [200],
        "minimum": 1,
        "type": "integer",
    },
    "min_height": {
        "description": "minimum height of the result, in pixels",
        "examples": [200],
        "minimum": 1,
        "type": "integer",
    },
    "max_width": {
        "description": "maximum width of the result, in pixels",
        "examples": [1600],
        "minimum": 1,
        "type": "integer",
    },
    "max_height": {
        "description": "maximum height of the result, in pixels",
        "examples": [1600],
        "minimum": 1,
        "type": "integer",
    },
    "gravity": {
        "description": "the part to keep where fit=cover crops, and the "
        "position of the image where fit=contain adds "
        "borders; smart looks for the part with most "
        "detail; by default center",
        "enum": [
            "center",
            "north",
            "northeast",
            "east",
            "southeast",
            "south",
            "southwest",
            "west",
            "northwest",
            "smart",
        ],
        "type": "string",
        "examples": ["north"],
    },
    "focus_x": {
        "description": "focal point, in place of gravity: from 0 at the left edge to 1 at the right",
        "examples": [0.3],
        "maximum": 1,
        "minimum": 0,
        "type": "number",
    },
    "focus_y": {
        "description": "focal point, in place of gravity: from 0 at the top edge to 1 at the bottom",
        "examples": [0.6],
        "maximum": 1,
        "minimum": 0,
        "type": "number",
    },
    "crop": {
        "description": "region of the upright source to use, cut before scaling: left,top,width,height in pixels",
        "examples": ["10,20,300,200"],
        "type": "string",
    },
    "trim": {
        "description": "cut borders that have the color of the top left corner, within this tolerance in levels of 255",
        "examples": [10],
        "maximum": 254,
        "minimum": 0,
        "type": "integer",
    },
    "pad": {
        "description": "padding around the result, in pixels: all sides, or "
        "vertical,horizontal, or top,right,bottom,left",
        "examples": ["10,20"],
        "type": "string",
    },
    "radius": {
        "description": "radius of rounded corners of the image, in pixels; "
        "at most half of its shorter side has an effect",
        "examples": [12, 9999],
        "maximum": 100000,
        "minimum": 1,
        "type": "integer",
    },
    "background": {
        "description": "CSS color behind the image; without it transparency is kept where the format can",
        "examples": ["white", "#ffcc0080", "transparent"],
        "type": "string",
    },
    "watermark": {
        "description": "image to lay over the result: the id of an upload, or the name of an image of the operator",
        "examples": ["logo"],
        "pattern": "^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$",
        "type": "string",
    },
    "watermark_gravity": {
        "description": "position of the watermark; by default southeast",
        "enum": ["center", "north", "northeast", "east", "southeast", "south", "southwest", "west", "northwest"],
        "type": "string",
        "examples": ["center"],
    },
    "watermark_scale": {
        "description": "width of the watermark in percent of the "
        "result's; it keeps its ratio, and is "
        "never higher than the result; by default "
        "25.0",
        "examples": [10],
        "exclusiveMinimum": 0,
        "maximum": 100,
        "type": "number",
    },
    "watermark_opacity": {
        "description": "opacity of the watermark, from 0 to 1; by default 1.0",
        "examples": [0.5],
        "exclusiveMinimum": 0,
        "maximum": 1,
        "type": "number",
    },
    "watermark_margin": {
        "description": "least distance of the watermark from the edges of the result, in pixels; by default 0",
        "examples": [16],
        "maximum": 100000,
        "minimum": 0,
        "type": "integer",
    },
    "rotate": {
        "description": "clockwise rotation in degrees: 90, 180 or 270; by default 0",
        "examples": [90],
        "maximum": 270,
        "minimum": -270,
        "multipleOf": 90,
        "type": "integer",
    },
    "flip": {
        "description": "mirror top and bottom, before rotate; by default false",
        "examples": [True],
        "type": "boolean",
    },
    "flop": {
        "description": "mirror left and right, before rotate; by default false",
        "examples": [True],
        "type": "boolean",
    },
    "auto_orient": {
        "description": "turn the source upright by its EXIF orientation; by default true",
        "examples": [False],
        "type": "boolean",
    },
    "kernel": {
        "description": "resampling filter; by default lanczos",
        "enum": ["nearest", "box", "bilinear", "hamming", "bicubic", "lanczos"],
        "type": "string",
        "examples": ["bicubic"],
    },
    "linear": {
        "description": "resample in linear light: keeps the brightness of "
        "fine patterns, and is slower; by default false",
        "examples": [True],
        "type": "boolean",
    },
    "blur": {
        "description": "standard deviation of a Gaussian blur, in pixels of the result",
        "examples": [1, 4],
        "maximum": 100,
        "minimum": 0.3,
        "type": "number",
    },
    "sharpen": {
        "description": "standard deviation of an unsharp mask, in pixels of the result",
        "examples": [1, 3],
        "maximum": 100,
        "minimum": 0.3,
        "type": "number",
    },
    "grayscale": {"description": "convert to grayscale; by default false", "examples": [True], "type": "boolean"},
    "format": {
        "description": "format of the result; auto is that of the source, "
        "JPEG for HEIC, and PNG for BMP and ICO; by default "
        "auto",
        "enum": ["auto", "jpeg", "png", "webp", "avif", "jxl", "gif", "tiff"],
        "examples": ["webp"],
        "type": "string",
    },
    "quality": {
        "type": "string",
        "description": "1 to 100, for every lossy format or for each, or "
        "auto: the lowest that reaches `quality_target`; "
        "by default jpeg:80,webp:80,avif:60,jxl:80",
        "examples": ["jpeg:82,webp:78,avif:55", "auto"],
    },
    "quality_target": {
        "description": "perceptual score that quality=auto has to "
        "reach, on the scale of SSIMULACRA2: 90 is "
        "nearly invisible, 70 good; by default 75",
        "examples": [85],
        "maximum": 95,
        "minimum": 30,
        "type": "integer",
    },
    "lossless": {
        "description": "keep every pixel exactly, where the format can; "
        "by default only of a lossless WebP or JPEG XL "
        "that stays one",
        "examples": [True],
        "type": "boolean",
    },
    "progressive": {
        "description": "jpeg: load from coarse to fine; smaller, and slower to encode; by default false",
        "examples": [True],
        "type": "boolean",
    },
    "palette": {
        "description": "png: at most 256 colors; by default only where a "
        "PNG had a palette, stays a PNG and does not lose "
        "by it",
        "examples": [True],
        "type": "boolean",
    },
    "depth": {
        "description": "8 permits the reduction of 16 bits per sample to 8",
        "examples": [8],
        "maximum": 8,
        "minimum": 8,
        "type": "integer",
    },
    "max_bytes": {
        "description": "maximum size of the file: uses the highest quality, up to `quality`, that fits",
        "examples": [100000],
        "minimum": 1,
        "type": "integer",
    },
    "metadata": {
        "description": "EXIF and XMP metadata to keep; by default none",
        "enum": ["none", "copyright", "all"],
        "type": "string",
        "examples": ["copyright"],
    },
    "icc": {
        "description": "convert the colors to sRGB, or keep the source's ICC profile; by default srgb",
        "enum": ["srgb", "keep"],
        "type": "string",
        "examples": ["keep"],
    },
    "animated": {
        "description": "keep animations, in png, webp, avif and gif; false takes the first frame; by default true",
        "examples": [False],
        "type": "boolean",
    },
    "placeholder": {
        "description": "compute a preview of about 30 bytes, which "
        "`result.placeholder` has, and "
        "`result.dominant_color`",
        "enum": ["thumbhash", "blurhash"],
        "type": "string",
        "examples": ["thumbhash", "blurhash"],
    },
    "result_ttl_s": {
        "description": "seconds for which the result is kept; of several renditions, the longest counts for all",
        "examples": [600],
        "maximum": 315360000,
        "minimum": 1,
        "type": "integer",
    },
    "target_url": {
        "description": "where in a bucket the result is also written: "
        "s3://bucket/name.jpg, or s3://bucket/prefix/ "
        "for a name made of the id of the task",
        "examples": ["s3://photos/small/"],
        "type": "string",
    },
    "damaged": {
        "description": "refuse a file whose pixels are cut off or "
        "damaged, or salvage what can be decoded: missing "
        "pixels become transparent, or gray where the "
        "source has no transparency, and `warnings` has a "
        "sentence on them; by default refuse",
        "enum": ["refuse", "salvage"],
        "type": "string",
        "examples": ["salvage"],
    },
    "renditions": {
        "description": "JSON: several results of one image, each with "
        "a name; options beside the list are their "
        "defaults",
        "examples": ['[{"name": "small", "width": 400}, {"format": "webp", "name": "large", "width": 1600}]'],
        "type": "string",
        "contentMediaType": "application/json",
    },
    "preset": {
        "description": "name of options of the operator, see GET /api/v1/presets; options beside it replace its own",
        "examples": ["card"],
        "maxLength": 32,
        "type": "string",
    },
    "source_url": {
        "description": "URL of the image (https, http or s3), which is fetched after the task was accepted",
        "examples": ["https://example.org/photo.jpg"],
        "maxLength": 2048,
        "type": "string",
    },
    "webhook_url": {
        "description": "URL (https or http) to which the end of the task is reported, by a signed POST",
        "examples": ["https://hooks.example.org/images"],
        "maxLength": 2048,
        "type": "string",
    },
}
