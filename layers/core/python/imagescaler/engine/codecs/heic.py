"""HEIC (HEIF with HEVC), which is only read. libheif turns the image upright, and takes EXIF's orientation off."""

from math import prod

import pi_heif
from pi_heif import HeifImageFile

from imagescaler.domain.errors import CorruptImage
from imagescaler.domain.formats import Format
from imagescaler.domain.limits import Limits
from imagescaler.engine.codecs.codec import Codec
from imagescaler.probe.heif_items import HeifItems

# Tiles at the edges of a picture reach beyond it, and those of a small one may be much larger.
MOST_TIMES, FEW_PIXELS = 4, 16_000_000

pi_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=1)


def passes(data: bytes) -> float:
    """Return the pixels of all items that the picture is composed of, divided by those of the picture."""
    shown, decoded = _pixels(data)
    return max(decoded / shown, 1)


def check_structure(data: bytes, _limits: Limits) -> None:
    """Raise CorruptImage if the picture is composed of far more pixels than it has, which libheif decodes."""
    shown, decoded = _pixels(data)
    if decoded > MOST_TIMES * shown + FEW_PIXELS:
        raise CorruptImage(f"The HEIC has {shown:,} pixels, and is composed of {decoded:,}.")


def _pixels(data: bytes) -> tuple[int, int]:
    """Return the pixels of the picture, and those that are decoded for it."""
    items = HeifItems(data)
    return prod(items.coded_size(items.primary)), items.decoded_pixels(items.primary)


CODEC = Codec(
    format=Format.HEIC,
    plugin="HEIF",
    opened_as=frozenset({HeifImageFile.format}),
    check_structure=check_structure,
    passes=passes,
    turned_by_exif=False,
    versions=lambda: {"libheif": pi_heif.libheif_version()},
)
