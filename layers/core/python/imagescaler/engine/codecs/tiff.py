"""TIFF (TIFF 6.0)."""

import struct
from typing import Any

from PIL import ExifTags, Image, TiffImagePlugin, features

from imagescaler.domain.errors import CorruptImage
from imagescaler.domain.formats import Format
from imagescaler.domain.limits import Limits
from imagescaler.engine.codecs.codec import Codec
from imagescaler.engine.decode.metadata import EmbeddedMetadata
from imagescaler.engine.pixels.modes import COLOR_MODES, DEEP_GREY, GREY_MODES, UNBOUNDED

# Pillow makes and sorts an object for each strip or tile; a picture of 30,000 rows in three planes has 90,000.
MAX_STRIPS, STRIP_OFFSETS, TILE_OFFSETS = 100_000, 273, 324
FOLDERS = {ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo}
EIGHT_BITS = 8


def check_structure(data: bytes, _limits: Limits) -> None:
    """Count the strips or tiles of the first directory (section 2).

    Raises CorruptImage if they are too many, and struct.error if the directory is cut off.
    """
    order = "<" if data.startswith(b"II") else ">"
    (start,) = struct.unpack_from(f"{order}4xI", data)
    (entries,) = struct.unpack_from(f"{order}H", data, start)
    for at in range(start + 2, start + 2 + 12 * entries, 12):
        tag, count = struct.unpack_from(f"{order}H2xI", data, at)
        if tag in {STRIP_OFFSETS, TILE_OFFSETS} and count > MAX_STRIPS:
            raise CorruptImage(f"The TIFF is in more than {MAX_STRIPS:,} pieces.")


def has_deep_colors(image: Image.Image) -> bool:
    """Return True if an opened image has more than 8 bits per color or alpha sample, of which Pillow decodes 8."""
    if image.mode in DEEP_GREY | UNBOUNDED or not isinstance(image, TiffImagePlugin.TiffImageFile):
        return False
    return any(bits > EIGHT_BITS for bits in image.tag_v2.get(ExifTags.Base.BitsPerSample, ()))


def embed(metadata: EmbeddedMetadata) -> dict[str, Any]:
    """Return the metadata; EXIF and XMP are tags of the file itself."""
    tags = Image.Exif()
    tags.load(metadata.exif_bytes or b"")
    if metadata.xmp:
        tags[ExifTags.Base.XMLPacket] = metadata.xmp
    # What compresses cannot write folders of tags.
    compression = "raw" if FOLDERS & set(tags) else None
    return {"icc_profile": metadata.profile, "exif": tags, "compression": compression}


CODEC = Codec(
    format=Format.TIFF,
    plugin="TIFF",
    opened_as=frozenset({"TIFF"}),
    parameters=lambda _image, _options, _quality: {"compression": "tiff_adobe_deflate"},
    embed=embed,
    check_structure=check_structure,
    has_deep_colors=has_deep_colors,
    profile_modes=COLOR_MODES | GREY_MODES | {"CMYK"},
    decodes_upright=True,
    versions=lambda: {"libtiff": features.version_codec("libtiff")},
)
