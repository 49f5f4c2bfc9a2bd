"""Pictures into files, one encoder per format."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from io import BytesIO
from types import MappingProxyType
from typing import Any

from PIL import ExifTags, Image, PngImagePlugin

from imagescaler.domain.formats import SMALL_AVIF_PIXELS, Format
from imagescaler.domain.options import Options
from imagescaler.engine.decode.metadata import NO_METADATA, EmbeddedMetadata
from imagescaler.engine.encode.fit_bytes import Encoded, fitting
from imagescaler.engine.open.open_image import load_codec
from imagescaler.engine.pixels.palettes import COLORS, with_gif_palette, with_palette

# Of 64 x 64 points, a photograph has more colors than this, a drawing or a screenshot fewer.
SAMPLE, FEW_COLORS = (64, 64), 1024
REPETITIONS, RUN_LENGTHS = 0, 3  # of zlib's strategies
# Of zlib's levels 1 to 9. In zlib-ng only 9 looks for repetitions of three bytes, a pixel: a fifth smaller, but a
# screenshot takes twice as long in all.
DRAWING_LEVEL = 3
# Grey of eight bits is a palette of its own; for one of sixteen there is none.
HAS_FEW_VALUES = {"L", "I;16"}
FOLDERS = {ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo}
# Of WebP's methods 0 to 6: 1 loses two points of SSIMULACRA2, 4 takes half as long again for 4 % of the bytes.
WEBP_METHOD = 2
# Of AVIF's speeds 10 to 0: at 5 a file of the same size is 1.2 to 1.5 points of SSIMULACRA2 better than at 6, but takes
# four times as long, which a large picture cannot have: a second and a half for each megapixel.
AVIF_SPEED, AVIF_SPEED_OF_LARGE = 5, 6


@dataclass(frozen=True, slots=True)
class Extras:
    """What goes into a file beside the pixels."""

    profile: bytes | None = None
    metadata: EmbeddedMetadata = NO_METADATA


def encode(image: Image.Image, form: Format, options: Options, extras: Extras = Extras()) -> Encoded:
    """Encode an image that carries no metadata of its own, in `max_bytes` if that is given; raises MaxBytesTooSmall."""
    picture = _indexed(image, form, options)
    encoded = fitting(lambda quality: _encode(picture, form, options, extras, quality), form, options)
    if picture is image:
        return encoded
    return replace(encoded, operations=(f"quantize {COLORS} colors", *encoded.operations))


def _encode(image: Image.Image, form: Format, options: Options, extras: Extras, quality: int) -> Encoded:
    load_codec(form)
    buffer = BytesIO()
    writing = parameters(image, form, options, extras, quality)
    image.save(buffer, form.name, **writing)
    return Encoded(buffer.getvalue(), operations_of(form, writing))


def operations_of(form: Format, writing: Mapping[str, Any]) -> tuple[str, ...]:
    """Name what an encoder was told: its settings, and what was put beside the pixels."""
    settings = {name: value for name, value in writing.items() if isinstance(value, int | str)}
    told = " ".join([f"encode {form}", *(f"{name}={value}" for name, value in settings.items() if value is not False)])
    embedded = writing.keys() - settings.keys()
    return (told, f"embed {', '.join(sorted(embedded))}") if embedded else (told,)


def parameters(image: Image.Image, form: Format, options: Options, extras: Extras, quality: int) -> dict[str, Any]:
    """Give what Pillow's encoder of a format is told for such an image."""
    return PARAMETERS[form](image, options, quality) | _embedded(form, extras)


def _embedded(form: Format, extras: Extras) -> dict[str, Any]:
    """Give the metadata as each format takes it; a GIF takes none."""
    exif, xmp = extras.metadata.exif, extras.metadata.xmp
    known: dict[str, Any] = {"icc_profile": extras.profile, "exif": exif.tobytes() if exif else None}
    match form:
        case Format.GIF:
            return {}
        case Format.PNG if xmp:
            known["pnginfo"] = PngImagePlugin.PngInfo()
            known["pnginfo"].add_itxt("XML:com.adobe.xmp", xmp.decode("utf-8", "replace"))
        case Format.TIFF:
            tags = known["exif"] = _tags_of_tiff(exif, xmp)
            if FOLDERS & set(tags):
                known["compression"] = "raw"  # what compresses cannot write folders
        case _:
            known["xmp"] = xmp
    return {name: value for name, value in known.items() if value}


def _tags_of_tiff(exif: Image.Exif | None, xmp: bytes | None) -> Image.Exif:
    """Give EXIF's and XMP's tags as one folder: a TIFF is made of such."""
    tags = Image.Exif()
    tags.load(exif.tobytes() if exif else b"")
    if xmp:
        tags[ExifTags.Base.XMLPacket] = xmp
    return tags


def _jpeg(_: Image.Image, options: Options, quality: int) -> dict[str, Any]:
    return {"quality": quality, "subsampling": "4:2:0", "progressive": options.progressive}


def _png(image: Image.Image, _options: Options, _quality: int) -> dict[str, Any]:
    """Search for repetitions in drawings; in photographs there are none, and runs are found four times faster."""
    if image.mode == "P":
        return {"compress_level": 9}
    sample = image.resize(SAMPLE, Image.Resampling.NEAREST)
    if sample.mode == "I;16":
        sample = sample.convert("I")  # Pillow counts no colors in I;16
    drawing = sample.getcolors(FEW_COLORS) is not None
    if drawing:
        return {"compress_level": DRAWING_LEVEL, "compress_type": REPETITIONS}
    return {"compress_type": RUN_LENGTHS}


def _webp(_: Image.Image, options: Options, quality: int) -> dict[str, Any]:
    return {"quality": quality, "method": WEBP_METHOD, "lossless": options.lossless, "exact": options.lossless}


def _avif(image: Image.Image, _options: Options, quality: int) -> dict[str, Any]:
    is_large = image.width * image.height > SMALL_AVIF_PIXELS
    return {"quality": quality, "speed": AVIF_SPEED_OF_LARGE if is_large else AVIF_SPEED, "max_threads": 1}


def _gif(_: Image.Image, _options: Options, _quality: int) -> dict[str, Any]:
    return {}


def _tiff(_: Image.Image, _options: Options, _quality: int) -> dict[str, Any]:
    return {"compression": "tiff_adobe_deflate"}


PARAMETERS: Mapping[Format, Callable[[Image.Image, Options, int], dict[str, Any]]] = MappingProxyType(
    {
        Format.JPEG: _jpeg,
        Format.PNG: _png,
        Format.WEBP: _webp,
        Format.AVIF: _avif,
        Format.GIF: _gif,
        Format.TIFF: _tiff,
    }
)


def _indexed(image: Image.Image, form: Format, options: Options) -> Image.Image:
    if form is Format.GIF:
        return with_gif_palette(image)
    return with_palette(image) if form is Format.PNG and options.palette and image.mode not in HAS_FEW_VALUES else image
