"""Format, size and frames of a file, read from its bytes without decoding."""

import re
import struct

from imagescaler.domain.errors import CorruptImage, UnsupportedImageFormat
from imagescaler.domain.formats import Format
from imagescaler.domain.geometry.turn import Turn
from imagescaler.domain.task.source import Source
from imagescaler.probe.color_encoding import ColorSignals
from imagescaler.probe.format_probe import probe_of
from imagescaler.probe.formats.jpeg import MOST_BEFORE, START_OF_FILE
from imagescaler.probe.iso_boxes import brands_of
from imagescaler.probe.other_kinds import kind_of
from imagescaler.probe.timeline import Timeline

COUNTED_FRAMES = 100_000
# Files of other formats, which may begin with a JPEG that is not the picture: a page or a preview.
CONTAINER = re.compile(
    rb"%PDF|FUJIFILM|8BPS|II|MM|BM|RIFF|PK|....ftyp|ID3|fLaC|OggS|\x1aE\xdf\xa3|0&\xb2u|.{128}DICM", re.DOTALL
)


def probe(image: bytes, *, must_count: bool = False) -> Source:
    """Read format, size, orientation and number of frames of a file, whose beginning is enough for the first three.

    The size is the upright one if the orientation is in the header (`FormatInfo.orientation_in_header`), else the
    stored one. Up to 100,000 frames are counted. Of an animation that is incomplete there is 1, or CorruptImage is
    raised if they `must_count`. Raises UnsupportedImageFormat, and CorruptImage if no size can be read.
    """
    fmt = format_of(image)
    if fmt is None:
        accepted = ", ".join(each.name for each in Format)
        what = f"is {kind_of(image) or 'not an image of an accepted format'}" if image else "is empty"
        raise UnsupportedImageFormat(f"The file {what}; accepted are {accepted}.")
    size = len(image)
    image = repaired(image, fmt)
    try:
        (width, height), turn = probe_of(fmt).size(image)
    except Exception:  # noqa: BLE001 - the parsers raise whatever the damage suggests
        width, height, turn = 0, 0, Turn()
    if width < 1 or height < 1:
        raise CorruptImage(
            f"The file begins like a {fmt.name}, but its header has no size: it may be cut off. Send the whole file."
        )
    return Source(
        fmt, *turn.size((width, height)), size, turn.orientation, _count_frames(image, fmt, must_count=must_count)
    )


def repaired(image: bytes, fmt: Format) -> bytes:
    """Return a file without the damage that costs no pixel; the same file if there is none, or too much."""
    try:
        return probe_of(fmt).repair(image)
    except (LookupError, ArithmeticError, ValueError, struct.error):
        return image


def read_colors(image: bytes, fmt: Format) -> ColorSignals:
    """Read what a file states of its colors besides an ICC profile; nothing if that is damaged."""
    try:
        return probe_of(fmt).colors(image)
    except (LookupError, ArithmeticError, ValueError, struct.error):
        return ColorSignals()


def format_of(image: bytes) -> Format | None:
    """Return the format whose signature a file begins with; None if it is not an accepted one.

    >>> print(format_of(b"GIF89a..."), format_of(b"%PDF-1.7."))
    gif None
    """
    candidates = [fmt for fmt in Format if fmt.info.signature.match(image)]
    if not candidates and not CONTAINER.match(image) and START_OF_FILE.search(image, 0, MOST_BEFORE):
        return Format.JPEG
    return next((fmt for fmt in candidates if not fmt.info.brands or fmt.info.brands & brands_of(image)), None)


def read_timeline(image: bytes, fmt: Format, most: int) -> Timeline | None:
    """Read the timeline of an animation, of at most `most` frames; None for a still image.

    Raises CorruptImage if the animation is cut off or its file contradicts itself.
    """
    try:
        timeline = probe_of(fmt).timeline(image, most)
    except (LookupError, ArithmeticError, ValueError, StopIteration, struct.error) as error:
        detail = f"The animation in the {fmt.name} is cut off or damaged."
        raise CorruptImage(detail, may_be_salvaged=True) from error
    return timeline if timeline and timeline.frames > 1 else None


def _count_frames(image: bytes, fmt: Format, *, must_count: bool) -> int:
    try:
        timeline = read_timeline(image, fmt, COUNTED_FRAMES)
    except CorruptImage:
        if must_count:
            raise
        return 1
    return timeline.frames if timeline else 1
