"""Opens files that nobody trusts: what they claim is checked before anything is decoded."""

import re
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from io import BytesIO

from PIL import Image

from imagescaler.errors import (
    CorruptImage,
    SourceTooLarge,
    TooManyChunks,
    TooManyScans,
    UnsupportedImageFormat,
)
from imagescaler.formats import Format
from imagescaler.imaging.transparency import scale_transparent_color
from imagescaler.limits import Limits
from imagescaler.task import Source

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
# A marker that begins a segment (ITU-T T.81, B.1.1): not a stuffed zero byte, a restart or a fill byte, and none of the
# reserved ones below 0xC0, which a decoder passes over when it looks for a restart.
MARKER = re.compile(rb"\xff[\xc0-\xcf\xd8-\xfe]")
START_OF_SCAN, END_OF_IMAGE = 0xDA, 0xD9
# Frames that are arithmetic-coded (ITU-T T.81, table B.1): no browser shows them, and a scan without data still costs
# the decoding of every coefficient, so that 3 KB can take a minute.
ARITHMETIC = {0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF}
# Pillow walks in Python over each segment of a JPEG and each fill byte; real files have some hundreds.
MAX_JPEG_STEPS = 100_000
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


@contextmanager
def open_image(data: bytes, header: Source, limits: Limits) -> Iterator[Image.Image]:
    """Open an image whose header was measured, without decoding it.

    Raises SourceTooLarge, ImageTooLarge, UnsupportedImageFormat, TooManyScans, TooManyChunks, CorruptImage.
    """
    if len(data) > limits.max_source_bytes:
        raise SourceTooLarge(f"The file has {len(data):,} bytes; the limit is {limits.max_source_bytes:,}.")
    limits.check_source(header.format, (header.width, header.height))
    match header.format:
        case Format.JPEG:
            _check_scans(data, limits.max_jpeg_scans)
        case Format.PNG:
            _check_chunks(data, limits.max_png_chunks)
    # Pillow has one limit for all; it warns above it, and where we open and decode, warnings are errors.
    Image.MAX_IMAGE_PIXELS = limits.max_source_pixels
    load_codec(header.format)
    plugin, formats = PLUGINS[header.format]
    with decoding(header.format):
        image = Image.open(BytesIO(data), formats=[plugin])
    with image:
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


def _check_scans(data: bytes, most: int) -> None:
    """Count the scans, but not those of the thumbnails in metadata, which the walk over segments leaps."""
    scans, steps, position = 0, 0, 2
    while (marker := MARKER.search(data, position)) and (kind := data[marker.end() - 1]) != END_OF_IMAGE:
        steps += 1 if scans else 1 + marker.start() - position
        scans += kind == START_OF_SCAN
        if kind in ARITHMETIC:
            raise UnsupportedImageFormat("The JPEG is arithmetic-coded; accepted are those with Huffman codes.")
        if scans > most:
            raise TooManyScans(f"The JPEG has more than {most} scans, and each repeats the work of decoding.")
        if steps > MAX_JPEG_STEPS:
            raise CorruptImage(f"The JPEG is in more than {MAX_JPEG_STEPS:,} pieces.")
        position = marker.end() + int.from_bytes(data[marker.end() : marker.end() + 2])


def _check_chunks(data: bytes, most: int) -> None:
    """Count the chunks: a length, a type, so many bytes, and a checksum each (PNG, third edition, 5.3)."""
    chunks, position = 0, len(PNG_SIGNATURE)
    while position < len(data):
        chunks += 1
        if chunks > most:
            raise TooManyChunks(f"The PNG has more than {most:,} chunks, and each costs time.")
        position += 12 + int.from_bytes(data[position : position + 4])
