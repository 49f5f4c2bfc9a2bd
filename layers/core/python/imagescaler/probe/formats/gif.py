"""GIF: size, timeline and frames (GIF89a, CompuServe)."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice

from imagescaler.domain.geometry.turn import Size, Turn
from imagescaler.domain.options import Box
from imagescaler.probe.format_probe import FormatProbe
from imagescaler.probe.timeline import Timeline

SCREEN_BYTES, DESCRIPTOR_BYTES = 13, 10
EXTENSION, PICTURE, TRAILER, PADDING = ord("!"), ord(","), ord(";"), 0
CONTROL, APPLICATION = 0xF9, 0xFF
HAS_PALETTE = 0x80
# Identifiers of the application extension with the number of repetitions.
REPEATING = (b"NETSCAPE2.0", b"ANIMEXTS1.0")


@dataclass(frozen=True, slots=True)
class GifFrame:
    """A frame: the box that it covers on the screen.

    `control` is its graphic control extension, and `picture` its descriptor, palette and pixels, as they are stored.
    """

    box: Box
    control: bytes
    picture: bytes

    @property
    def delay_cs(self) -> int:
        """Duration in hundredths of a second."""
        return int.from_bytes(self.control[1:3], "little")

    @property
    def disposal(self) -> int:
        """Number of the disposal method: 2 clears the box, 3 restores what was there, any other keeps the frame."""
        return self.control[0] >> 2 & 7


def read_size(image: bytes) -> tuple[Size, Turn]:
    """Read the size of the screen, which reaches at least as far as its first frame."""
    at = SCREEN_BYTES + palette_bytes(image[10])
    try:
        while image[at] != PICTURE:
            at = _skip(image, at + 2) if image[at] == EXTENSION else at + 1
    except IndexError:
        at = len(image)  # a file that is cut off has the size of its screen
    width, height, left, top, across, down = (
        int.from_bytes(image[place : place + 2], "little") for place in (6, 8, *range(at + 1, at + 9, 2))
    )
    return (max(width, left + across), max(height, top + down)), Turn()


def read_timeline(image: bytes, most: int) -> Timeline | None:
    """Read the timeline; a repetition is a play after the first."""
    durations_ms = tuple(Fraction(10 * frame.delay_cs) for frame in islice(frames(image), most))
    repetitions = _repetitions(image)
    return Timeline(durations_ms, repetitions and repetitions + 1 if repetitions is not None else 1)


def frames(image: bytes) -> Iterator[GifFrame]:
    """Yield the frames; raises IndexError if one is cut off. The trailer may be missing, as in browsers."""
    at, control = SCREEN_BYTES + palette_bytes(image[10]), bytes(4)
    while at < len(image) and (kind := image[at]) != TRAILER:
        if kind == PICTURE:
            left, top, width, height = (
                int.from_bytes(image[place : place + 2], "little") for place in range(at + 1, at + 9, 2)
            )
            data = at + DESCRIPTOR_BYTES + palette_bytes(image[at + 9])
            end = _skip(image, data + 1)
            yield GifFrame(Box(left, top, width, height), control, image[at:end])
            at, control = end, bytes(4)
        elif kind == EXTENSION:
            if image[at + 1] == CONTROL:
                control = image[at + 3 : at + 7]
            at = _end_of_extension(image, at)
        elif kind == PADDING:
            at += 1
        else:
            break


def head(image: bytes) -> bytes:
    """Return the descriptor and the palette of the screen."""
    return image[: SCREEN_BYTES + palette_bytes(image[10])]


def palette_bytes(flags: int) -> int:
    """Return the size of a palette by the flags that announce it, of the screen or of a frame."""
    return 3 << (flags & 7) + 1 if flags & HAS_PALETTE else 0


def _end_of_extension(image: bytes, at: int) -> int:
    try:
        return _skip(image, at + 2)
    except IndexError:
        return len(image)


def _skip(image: bytes, at: int) -> int:
    """Return the place after a row of blocks, each preceded by its length; an empty block ends the row."""
    while size := image[at]:
        at += size + 1
    return at + 1


def _repetitions(image: bytes) -> int | None:
    """Read the number of repetitions, which precedes the first frame; 0 is forever, None if it is missing."""
    at = SCREEN_BYTES + palette_bytes(image[10])
    while at < len(image) and image[at] == EXTENSION:
        content = at + 14
        if image[at + 1] == APPLICATION and image[at + 3 : content] in REPEATING and image[content + 1] == 1:
            return int.from_bytes(image[at + 16 : at + 18], "little")
        at = _skip(image, at + 2)
    return None


PROBE = FormatProbe(read_size, read_timeline)
