"""BMP, which is only read."""

import struct

from imagescaler.domain.errors import UnsupportedImageFormat
from imagescaler.domain.formats import Format
from imagescaler.domain.limits import Limits
from imagescaler.engine.codecs.codec import Codec
from imagescaler.probe.formats.bmp import INFO, OS2_BYTES

COMPRESSION = INFO + 16
VARIETIES = {4: "a JPEG", 5: "a PNG"}  # that a printer gets as it is


def check_structure(data: bytes, _limits: Limits) -> None:
    """Raise UnsupportedImageFormat for a JPEG or a PNG in a BMP, struct.error if the header is cut off."""
    (header_bytes,) = struct.unpack_from("<I", data, INFO)
    compression = 0 if header_bytes == OS2_BYTES else struct.unpack_from("<I", data, COMPRESSION)[0]
    if variety := VARIETIES.get(compression):
        raise UnsupportedImageFormat(f"The BMP is of a variety that is not accepted: {variety} inside.")


CODEC = Codec(
    format=Format.BMP,
    plugin="BMP",
    opened_as=frozenset({"BMP"}),
    check_structure=check_structure,
    has_deep_colors=lambda _image: False,  # sixteen bits are those of a pixel
)
