"""Leave out the metadata that a file of a format cannot hold."""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from typing import Any

from PIL import ExifTags, Image

from imagescaler.domain.options import Options
from imagescaler.engine.codecs.codec import Codec, no_metadata
from imagescaler.engine.decode.metadata import COPYRIGHT, EmbeddedMetadata, has_tags, with_tags, without_tags

ONE_PIXEL, ANY_QUALITY = (0, 0, 1, 1), 50
# Without it, a picture that is stored turned would be shown so.
ORIENTATION = frozenset({ExifTags.Base.Orientation})


def fit_metadata(
    codec: Codec, image: Image.Image, options: Options, metadata: EmbeddedMetadata
) -> tuple[EmbeddedMetadata, tuple[str, ...]]:
    """Return what the format can hold of the metadata, and warnings of what it cannot.

    An encoder does not declare which values and sizes it refuses, so each kind is tried with a picture of one pixel.
    """
    exif = metadata.exif if metadata.exif is not None and has_tags(metadata.exif) else None
    if exif is None and not metadata.xmp:
        return metadata, metadata.warnings
    fitted, warnings = replace(metadata, exif=None, xmp=None), list(metadata.warnings)
    name, pixel = codec.format.name, codec.prepare(image.crop(ONE_PIXEL), options)

    def can_hold(**kinds: Any) -> bool:
        return _can_save(codec, pixel, options, replace(fitted, **kinds))

    if exif is not None:
        exif, kept = _largest_exif(exif, can_hold)
        fitted = replace(fitted, exif=exif)
        warnings += [f"{name} cannot hold the EXIF of the image, and keeps {kept}."] if kept else []
    if metadata.xmp and can_hold(xmp=metadata.xmp):
        fitted = replace(fitted, xmp=metadata.xmp)
    elif metadata.xmp:
        warnings.append(f"{name} cannot hold the XMP of the image: it was left out.")
    return fitted, tuple(warnings)


def _largest_exif(exif: Image.Exif, can_hold: Callable[..., bool]) -> tuple[Image.Exif | None, str]:
    """Return the EXIF with as many tags as can be held, and words for these, "" for all."""
    if can_hold(exif=exif):
        return exif, ""
    strange = {tag for tag in exif if not can_hold(exif=with_tags(exif, {tag}))}
    for smaller, kept in (
        (without_tags(exif, strange), "all but values of unusual kind or length"),
        (without_tags(exif, strange | {ExifTags.Base.MakerNote}), "all but the maker note"),
        (with_tags(exif, COPYRIGHT | ORIENTATION), "no more than copyright and orientation"),
        (with_tags(exif, ORIENTATION), "no more than the orientation"),
    ):
        if smaller is not None and has_tags(smaller) and can_hold(exif=smaller):
            return smaller, kept
    return None, "none of it"


def _can_save(codec: Codec, pixel: Image.Image, options: Options, metadata: EmbeddedMetadata) -> bool:
    if codec.embed is no_metadata:
        return False
    try:
        pixel.save(BytesIO(), codec.plugin, **codec.save_parameters(pixel, options, metadata, ANY_QUALITY))
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - the encoder raises whatever a value suggests
        return False
    return True
