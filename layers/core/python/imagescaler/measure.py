"""What an image's header says, without decoding it and without Pillow."""

from io import BytesIO

import imagesize

from imagescaler.errors import CorruptImage, UnsupportedImageFormat
from imagescaler.task import Format, Source

SIGNATURES = {
    Format.JPEG: ((b"\xff\xd8\xff", 0),),
    Format.PNG: ((b"\x89PNG\r\n\x1a\n", 0),),
    Format.WEBP: ((b"RIFF", 0), (b"WEBP", 8)),
}


def measure(image: bytes) -> Source:
    """Tell an image's format, by content, and its size: a JPEG's when turned upright, else as it is stored.

    Whether a PNG or a WebP lies is only known when it is scaled; hardly any does.
    Raises UnsupportedImageFormat, and CorruptImage when no size can be read.
    """
    form = next((form for form, marks in SIGNATURES.items() if all(image.startswith(*mark) for mark in marks)), None)
    if form is None:
        accepted = ", ".join(form.name for form in Format)
        raise UnsupportedImageFormat(f"The file is not an image of an accepted format; these are {accepted}.")
    width, height = imagesize.get(BytesIO(image))
    if width < 1 or height < 1:
        raise CorruptImage(f"The file begins like a {form.name}, but its header tells no size: it may be cut off.")
    return Source(form, width, height, len(image))
