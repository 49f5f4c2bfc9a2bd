"""Opens files that nobody trusts: what they claim is checked before anything is decoded."""

import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from io import BytesIO

from PIL import Image

from imagescaler.domain.errors import CorruptImage
from imagescaler.domain.formats import Format
from imagescaler.domain.limits import Limits
from imagescaler.domain.task.source import Source
from imagescaler.engine.open.structure_limits import check_pieces
from imagescaler.engine.pixels.transparency import scale_transparent_color

# A phone's multi-picture file comes through the JPEG plugin; its first picture is a JPEG.
PLUGINS = {
    Format.JPEG: ("JPEG", {"JPEG", "MPO"}),
    Format.PNG: ("PNG", {"PNG"}),
    Format.WEBP: ("WEBP", {"WEBP"}),
    Format.AVIF: ("AVIF", {"AVIF"}),
    Format.GIF: ("GIF", {"GIF"}),
    Format.TIFF: ("TIFF", {"TIFF"}),
}
# Pillow itself imports those of JPEG, PNG and GIF; with all of its plugins an environment would start later.
IMPORTED_WHEN_NEEDED = {
    Format.WEBP: "PIL.WebPImagePlugin",
    Format.AVIF: "PIL.AvifImagePlugin",
    Format.TIFF: "PIL.TiffImagePlugin",
}
# What Pillow and its codecs raise for damaged files; all of it is the file's fault.
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
def open_image(data: bytes, header: Source, limits: Limits) -> Iterator[Image.Image]:
    """Open an image whose header was measured, without decoding it; what was decoded by then outlives the file.

    Raises SourceTooLarge, ImageTooLarge, UnsupportedImageFormat, TooManyScans, TooManyChunks, CorruptImage.
    """
    limits.check_bytes(len(data))
    limits.check_source(header.format, (header.width, header.height))
    with decoding(header.format):
        check_pieces(data, header.format, limits)
    # Pillow has one limit for all; it warns above it, and where we open and decode, warnings are errors.
    Image.MAX_IMAGE_PIXELS = limits.max_source_pixels
    load_codec(header.format)
    plugin, formats = PLUGINS[header.format]
    with BytesIO(data) as file:
        with decoding(header.format):
            image = Image.open(file, formats=[plugin])
        if image.format not in formats:
            raise CorruptImage(f"The file begins like a {header.format.name}, but it is a {image.format}.")
        limits.check_source(header.format, image.size)
        scale_transparent_color(image)
        yield image


def load_codec(form: Format) -> None:
    """Import what reads and writes a format, the first time that it is needed."""
    if form in IMPORTED_WHEN_NEEDED:
        import_module(IMPORTED_WHEN_NEEDED[form])


@contextmanager
def decoding(form: Format) -> Iterator[None]:
    """Turn what goes wrong while decoding into CorruptImage."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            warnings.simplefilter("ignore", UserWarning)  # damaged metadata, which nobody reads
            yield
    except DAMAGE as error:
        raise CorruptImage(f"The {form.name} cannot be decoded: it is cut off or damaged.") from error
