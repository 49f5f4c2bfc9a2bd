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
    items = HeifItems(data)
    shown, coded = prod(items.coded_size(items.primary)), items.coded(items.primary)
    return max(sum(times * prod(items.coded_size(item)) for item, times in coded.items()) / shown, 1)


def check_structure(data: bytes, _limits: Limits) -> None:
    """Raise CorruptImage if the picture is composed of far more pixels than it has, which libheif decodes."""
    items = HeifItems(data)
    shown = prod(items.coded_size(items.primary))
    if (pixels := passes(data) * shown) > MOST_TIMES * shown + FEW_PIXELS:
        raise CorruptImage(f"The HEIC has {shown:,} pixels, and is composed of {pixels:,.0f}.")


CODEC = Codec(
    format=Format.HEIC,
    plugin="HEIF",
    opened_as=frozenset({HeifImageFile.format}),
    check_structure=check_structure,
    passes=passes,
    turned_by_exif=False,
    versions=lambda: {"libheif": pi_heif.libheif_version()},
)
