"""What an image's header says, without decoding it and without Pillow."""

import re
from io import BytesIO

import imagesize

from imagescaler.domain.errors import CorruptImage, UnsupportedImageFormat
from imagescaler.domain.formats import Format
from imagescaler.domain.geometry.turn import STEPS, Size, Turn
from imagescaler.domain.task.source import Source
from imagescaler.probe.avif import is_avif, read_header
from imagescaler.probe.timelines.read_timeline import read_timeline

SIGNATURES = {
    Format.JPEG: re.compile(rb"\xff\xd8\xff"),
    Format.PNG: re.compile(rb"\x89PNG\r\n\x1a\n"),
    Format.WEBP: re.compile(rb"RIFF....WEBP", re.DOTALL),
    Format.GIF: re.compile(rb"GIF8[79]a"),
    Format.TIFF: re.compile(rb"II\*\0|MM\0\*"),
}
COUNTED_FRAMES = 100_000
MAX_READS = 500_000  # a fifth of a second; real headers take hundreds


class _Header(BytesIO):
    """A file that is not read for ever: a JPEG may have millions of segments before its size."""

    def __init__(self, image: bytes) -> None:
        super().__init__(image)
        self._reads_left = MAX_READS

    def read(self, size: int | None = -1, /) -> bytes:
        self._reads_left -= 1
        if self._reads_left < 0:
            message = "the header is in too many pieces"
            raise ValueError(message)
        return super().read(size)


def probe(image: bytes) -> Source:
    """Tell an image's format, by content, and its size: when turned upright where the header says how it lies.

    JPEG, TIFF and AVIF say it there. Whether a PNG or a WebP lies is only known when it is scaled; hardly any does.
    Frames are counted where the whole file is there, up to 100,000 of them; else there is one as far as is known.
    Raises UnsupportedImageFormat, and CorruptImage when no size can be read.
    """
    form = format_of(image)
    if form is None:
        accepted = ", ".join(form.name for form in Format)
        raise UnsupportedImageFormat(f"The file is not an image of an accepted format; these are {accepted}.")
    try:
        (width, height), turn = read_header(image) if form is Format.AVIF else _read_header(image, form)
    except Exception:  # noqa: BLE001 - the parsers raise whatever the damage suggests
        width, height, turn = 0, 0, Turn()
    if width < 1 or height < 1:
        raise CorruptImage(f"The file begins like a {form.name}, but its header tells no size: it may be cut off.")
    return Source(form, *turn.size((width, height)), len(image), turn.orientation, _frames(image, form))


def format_of(image: bytes) -> Format | None:
    """Tell the format by the first bytes; None for one that is not accepted.

    >>> format_of(b"GIF89a..."), format_of(b"BM.......")
    (<Format.GIF: 'gif'>, None)
    """
    for form, signature in SIGNATURES.items():
        if signature.match(image):
            return form
    return Format.AVIF if is_avif(image) else None


def _frames(image: bytes, form: Format) -> int:
    try:
        timeline = read_timeline(image, form, COUNTED_FRAMES)
    except CorruptImage:
        return 1
    return timeline.frames if timeline else 1


def _read_header(image: bytes, form: Format) -> tuple[Size, Turn]:
    if form is Format.GIF:  # imagesize takes its sides for signed numbers
        return (int.from_bytes(image[6:8], "little"), int.from_bytes(image[8:10], "little")), Turn()
    header = imagesize.get_info(_Header(image), dpi=False, colors=False, exif_rotation=False, channels=False)
    return (header.width, header.height), Turn(header.rotation if header.rotation in STEPS else 1)
