"""The frames of an animated PNG (PNG, third edition, 4.9 and 11.3.6)."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import count

from imagescaler.domain.options import Box
from imagescaler.probe.png_chunks import END, chunks
from imagescaler.probe.timelines.timeline import Timeline

ANIMATION, CONTROL, DATA, FRAME_DATA = b"acTL", b"fcTL", b"IDAT", b"fdAT"
MOST_FRAMES = 2**31 - 1  # more is no animation: the picture of everybody else is shown
DEFAULT_DENOMINATOR = 100


@dataclass(frozen=True, slots=True)
class PngFrame:
    """A frame: the part of the picture that it draws, how (`blend`), and what becomes of that part (`disposal`).

    `data` are its pixels, compressed, in pieces.
    """

    box: Box
    duration_ms: Fraction
    disposal: int
    blend: int
    data: tuple[bytes, ...]


def read(image: bytes, most: int) -> Timeline | None:
    """Read the timeline; raises ValueError where there are not as many frames as are said to be."""
    promised, plays = _control(image)
    if promised == 0:
        return None
    found = list[Fraction]()
    for kind, content in chunks(image):
        if kind == CONTROL and len(found) < most:
            found.append(_duration_ms(content))
    if len(found) != min(promised, most):
        message = f"{promised} frames are promised, and there are {len(found)}"
        raise ValueError(message)
    return Timeline(tuple(found), plays)


def frames(image: bytes) -> Iterator[PngFrame]:
    """Go through the frames; raises ValueError for one without pixels, or out of order."""
    control, data, numbers = b"", list[bytes](), count()
    for kind, content in chunks(image):
        if kind in {CONTROL, FRAME_DATA} and int.from_bytes(content[:4]) != next(numbers):
            message = "the frames are out of order"
            raise ValueError(message)
        if kind in {CONTROL, END} and control:
            yield _frame(control, data)
        if kind == CONTROL:
            control, data = content, []
        elif kind == DATA and control:
            data.append(content)
        elif kind == FRAME_DATA:
            data.append(content[4:])


def _control(image: bytes) -> tuple[int, int]:
    """Give how many frames are promised, and how often they play; 0 frames where it is no animation."""
    for kind, content in chunks(image):
        if kind == ANIMATION:
            promised, plays = struct.unpack(">II", content)
            return (promised, plays) if promised <= MOST_FRAMES else (0, 0)
        if kind == DATA:
            break
    return 0, 0


def _duration_ms(control: bytes) -> Fraction:
    numerator, denominator = struct.unpack_from(">HH", control, 20)
    return Fraction(1000 * numerator, denominator or DEFAULT_DENOMINATOR)


def _frame(control: bytes, data: list[bytes]) -> PngFrame:
    width, height, left, top = struct.unpack_from(">4I", control, 4)
    disposal, blend = struct.unpack_from("BB", control, 24)
    if not data:
        message = "a frame has no pixels"
        raise ValueError(message)
    return PngFrame(Box(left, top, width, height), _duration_ms(control), disposal, blend, tuple(data))
