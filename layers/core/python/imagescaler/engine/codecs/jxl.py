"""JPEG XL (ISO/IEC 18181), coded by libjxl.

The plugin decodes a file when it is opened, which is before the limits, and does not read all metadata. So this is
another opener, which decodes when pixels are asked for.
"""

from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import version
from io import BytesIO
from math import prod
from typing import Any

from PIL import Image, ImageFile
from pillow_jxl import Decoder

from imagescaler.domain.errors import TooManyFrames, UnsupportedImageFormat
from imagescaler.domain.formats import Format
from imagescaler.domain.limits import Limits
from imagescaler.domain.options import Options
from imagescaler.engine.codecs.codec import Codec
from imagescaler.engine.decode.metadata import EmbeddedMetadata
from imagescaler.engine.pixels.sample_tables import Tables, looked_up
from imagescaler.probe.exif_orientation import HEAD, ORDERS
from imagescaler.probe.formats.jxl import PROBE, codestream, header_of
from imagescaler.probe.iso_boxes import boxes
from imagescaler.probe.jxl_frames import read_frames
from imagescaler.probe.jxl_header import JxlHeader

PACKAGE = "pillow-jxl-plugin"
EIGHT_BITS, MOST_BITS = 8, 16
# Of the efforts 1 to 9: 5 takes six times as long for a file of the same size and score in SSIMULACRA2.
EFFORT = 3
MAX_QUALITY = 99  # libjxl refuses 100, which is a distance of 0, unless it is to be lossless
OFFSET_BYTES = 4  # of a number before the EXIF in its box


class JxlImage(ImageFile.ImageFile):
    """A file whose header is read, and whose pixels are decoded by `load`."""

    format = "JXL"
    header: JxlHeader

    def _open(self) -> None:
        assert self.fp
        data = self.fp.read()
        self.header, (self._size, _) = header_of(data), PROBE.size(data)
        self._mode, self._codestream = _mode(self.header), codestream(data)
        for kind, content in boxes(memoryview(data)):
            if kind == b"Exif":
                self.info["exif"] = _exif(bytes(content))
            if kind == b"xml ":
                self.info["xmp"] = bytes(content)

    def load(self) -> Any:
        """Decode the codestream alone, so that what else the boxes have is not read, such as a JPEG to be restored."""
        if self._codestream:
            _, _, pixels, profile, _ = Decoder(num_threads=0)(b"".join(self._codestream))
            self._codestream = []
            if profile:
                self.info["icc_profile"] = profile
            self.fp = BytesIO(_eight_bits(pixels, self.header))
            self.tile = [ImageFile._Tile("raw", (0, 0, *self.size), 0, self.mode)]  # noqa: SLF001 - as plugins set it
        return super().load()


def _exif(content: bytes) -> bytes:
    """Return the EXIF of a box, which begins with its offset; some writers leave that out."""
    start = int.from_bytes(content[:OFFSET_BYTES])
    return content if content[:OFFSET_BYTES] in ORDERS else content[OFFSET_BYTES + start :]


def _mode(header: JxlHeader) -> str:
    if not header.is_grey:
        return ("RGBa" if header.is_premultiplied else "RGBA") if header.has_alpha else "RGB"
    if header.has_alpha:
        return "La" if header.is_premultiplied else "LA"
    return "I;16" if header.bits > EIGHT_BITS else "L"


def _eight_bits(pixels: bytes, header: JxlHeader) -> bytes:
    """Return the higher bytes of grey with alpha of 16 bits, which the decoder returns whole."""
    return pixels[1::2] if header.is_grey and header.has_alpha and header.bits > EIGHT_BITS else pixels


def check_structure(data: bytes, limits: Limits) -> None:
    """Raise UnsupportedImageFormat for what the decoder does not have, or makes something else of; and TooManyFrames.

    Each frame that is laid over the others costs the decoding of the whole picture.
    """
    header = header_of(data)
    varieties = {
        "an animation": header.is_animated,
        "with a preview": header.has_preview,
        "CMYK": header.has_black,
        "floating-point grey": header.is_float and header.is_grey,
        f"{header.bits}-bit samples": header.bits > MOST_BITS and not header.is_float,
    }
    if variety := next((name for name, is_so in varieties.items() if is_so), None):
        raise UnsupportedImageFormat(f"The JPEG XL is of a variety that is not accepted: {variety}.")
    most = max(limits.max_animation_pixels, prod(header.stored))
    for frames, pixels in _work(data, header):
        if frames > limits.max_frames or pixels > most:
            raise TooManyFrames(
                f"The JPEG XL has at least {frames:,} frames and {pixels:,} pixels in them; "
                f"the limits are {limits.max_frames:,} and {most:,}."
            )


def passes(data: bytes) -> float:
    """Return how often the pixels of the picture are decoded."""
    header = header_of(data)
    *_, (_, pixels) = [(0, 0), *_work(data, header)]
    return max(pixels / prod(header.stored), 1)


def _work(data: bytes, header: JxlHeader) -> Iterator[tuple[int, int]]:
    """Yield the number of frames and the pixels that decoding them takes, after each of them."""
    pixels = 0
    with suppress(LookupError):  # the codestream is cut off
        for count, frame in enumerate(read_frames(b"".join(codestream(data)), header), 1):
            pixels += max(frame.pixels, prod(header.stored) * frame.is_shown)
            yield count, pixels


def has_deep_colors(image: Image.Image) -> bool:
    """Return True if samples of colors or alpha are stored with more than 8 bits, and not by lossy coding."""
    assert isinstance(image, JxlImage)
    return image.header.bits > EIGHT_BITS and not image.header.is_xyb and image.mode != "I;16"


def refined(pixels: Image.Image, _data: bytes, tables: Tables | None) -> Image.Image:
    """Look the samples up, which the decoder has cut to 8 bits."""
    return looked_up(pixels, tables) if tables else pixels


def embed(metadata: EmbeddedMetadata) -> dict[str, Any]:
    """Return EXIF and XMP; libjxl takes EXIF with its offset, and the plugin has no profile."""
    exif = (metadata.exif_bytes or b"").removeprefix(HEAD)
    return {"exif": exif and bytes(OFFSET_BYTES) + exif, "xmp": metadata.xmp}


def is_lossless(data: bytes) -> bool:
    """Return True if the pixels are stored as they are, and are not those of a JPEG."""
    return not header_of(data).is_xyb and not any(kind == b"jbrd" for kind, _ in boxes(memoryview(data)))


def parameters(_image: Image.Image, options: Options, quality: int) -> dict[str, Any]:
    """Return the encoder's settings."""
    return {
        "quality": min(quality, MAX_QUALITY),
        "lossless": bool(options.lossless),
        "effort": EFFORT,
        "num_threads": 0,
    }


Image.register_open(JxlImage.format, JxlImage, lambda head: Format.JXL.info.signature.match(head) is not None)
CODEC = Codec(
    format=Format.JXL,
    plugin=JxlImage.format,
    opened_as=frozenset({JxlImage.format}),
    parameters=parameters,
    embed=embed,
    check_structure=check_structure,
    passes=passes,
    has_deep_colors=has_deep_colors,
    refined=refined,
    is_lossless=is_lossless,
    profile_modes=frozenset(),
    turned_by_exif=False,
    versions=lambda: {PACKAGE: version(PACKAGE)},
)
