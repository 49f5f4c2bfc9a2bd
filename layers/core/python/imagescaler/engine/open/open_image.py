"""Open untrusted files: what they claim is checked before anything is decoded."""

import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

from PIL import Image

from imagescaler.domain.errors import CorruptImage
from imagescaler.domain.formats import Format
from imagescaler.domain.limits import Limits
from imagescaler.domain.task.source import Source
from imagescaler.engine.codecs.codec import codec_of
from imagescaler.engine.pixels.transparency import scale_transparent_color

# What Pillow and its codecs raise for damaged files.
DAMAGE = (
    OSError,
    ValueError,
    SyntaxError,
    LookupError,
    TypeError,
    ArithmeticError,
    EOFError,
    RuntimeError,  # the decoder of AVIF
    struct.error,
    zlib.error,
    MemoryError,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)


@contextmanager
def open_image(data: bytes, source: Source, limits: Limits) -> Iterator[Image.Image]:
    """Open a probed image without decoding it. Pixels that were decoded stay usable after the file is closed.

    Raises SourceTooLarge, ImageTooLarge, UnsupportedImageFormat, TooManyScans, TooManyChunks, CorruptImage.
    """
    limits.check_bytes(source.bytes)
    limits.check_source(source.format, source.stored)
    codec = codec_of(source.format)
    with decoding(source.format):
        codec.check_structure(data, limits)
    # Pillow has one limit for all files; it warns above it, and `decoding` turns the warning into an error.
    Image.MAX_IMAGE_PIXELS = limits.max_source_pixels
    with decoding(source.format):
        data = codec.readable(data)
    with BytesIO(data) as file:
        with decoding(source.format):
            image = Image.open(file, formats=[codec.plugin])
        if image.format not in codec.opened_as:
            raise CorruptImage(f"The file begins like a {source.format.name}, but it is a {image.format}.")
        limits.check_source(source.format, image.size)
        with decoding(source.format):
            codec.clip(image, data)
            codec.decode_faster(image, data)
        scale_transparent_color(image)
        yield image


@contextmanager
def decoding(fmt: Format) -> Iterator[None]:
    """Turn any exception of a decoder into CorruptImage."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            warnings.simplefilter("ignore", UserWarning)  # damaged metadata
            yield
    except DAMAGE as error:
        detail = f"The {fmt.name} cannot be decoded: it is cut off or damaged."
        raise CorruptImage(detail, may_be_salvaged=True) from error
