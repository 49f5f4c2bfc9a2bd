"""HEIC (HEIF with HEVC), which is only read. libheif turns the image upright, and takes EXIF's orientation off."""

import pi_heif
from pi_heif import HeifImageFile

from imagescaler.domain.formats import Format
from imagescaler.domain.limits import Limits
from imagescaler.engine.codecs.codec import Codec
from imagescaler.probe.decoded_pixels import DecodedPixels

pi_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=1)


def check_structure(data: bytes, _limits: Limits) -> None:
    """Raise CorruptImage if the picture is composed of far more pixels than it has, which libheif decodes."""
    DecodedPixels.of(data).check(Format.HEIC)


CODEC = Codec(
    format=Format.HEIC,
    plugin="HEIF",
    opened_as=frozenset({HeifImageFile.format}),
    check_structure=check_structure,
    passes=lambda data: DecodedPixels.of(data).passes,
    turned_by_exif=False,
    versions=lambda: {"libheif": pi_heif.libheif_version()},
)
