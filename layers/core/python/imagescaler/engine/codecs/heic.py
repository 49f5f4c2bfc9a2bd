"""HEIC (HEIF with HEVC), which is only read. libheif turns the image upright, and takes EXIF's orientation off."""

import pi_heif
from pi_heif import HeifImageFile

from imagescaler.domain.formats import Format
from imagescaler.engine.codecs.codec import Codec

pi_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=1)

CODEC = Codec(
    format=Format.HEIC,
    plugin="HEIF",
    opened_as=frozenset({HeifImageFile.format}),
    turned_by_exif=False,
    versions=lambda: {"libheif": pi_heif.libheif_version()},
)
