"""HEIC (HEIF with HEVC), which is only read. libheif turns the image upright, and takes EXIF's orientation off."""

import pi_heif
from pi_heif import HeifImageFile

from imagescaler.domain.errors import CorruptImage
from imagescaler.domain.formats import Format
from imagescaler.domain.limits import Limits
from imagescaler.engine.codecs.codec import Codec
from imagescaler.probe.decoded_pixels import DecodedPixels
from imagescaler.probe.iso_boxes import MAX_BOXES, boxes

pi_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=1)


def check_structure(data: bytes, _limits: Limits) -> None:
    """Raise CorruptImage if the picture is composed of far more pixels than it has, which libheif decodes."""
    kinds = [kind for kind, _ in boxes(memoryview(data))]
    if len(kinds) == MAX_BOXES or kinds.count(b"meta") > 1:  # libheif reads the last one
        raise CorruptImage("The HEIC has more than one description of its items, or more than 1,000 boxes.")
    DecodedPixels.of_item(data).check(Format.HEIC)


def passes(data: bytes) -> float:
    """Return the pixels of all items that the picture is composed of, divided by those of the picture."""
    pixels = DecodedPixels.of_item(data)
    return max(pixels.decoded / pixels.shown, 1)


CODEC = Codec(
    format=Format.HEIC,
    plugin="HEIF",
    opened_as=frozenset({HeifImageFile.format}),
    check_structure=check_structure,
    passes=passes,
    turned_by_exif=False,
    versions=lambda: {"libheif": pi_heif.libheif_version()},
)
