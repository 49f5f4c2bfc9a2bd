"""The frames of an animated PNG (PNG, third edition, 4.9 and 11.3.6)."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from imagescaler.options import Box
from imagescaler.timelines.timeline import Timeline

SIGNATURE_BYTES = 8
ANIMATION, CONTROL, DATA, FRAME_DATA, END = b"acTL", b"fcTL", b"IDAT", b"fdAT", b"IEND"
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
    count, plays = _control(image)
    if count == 0:
        return None
    found = list[Fraction]()
    for kind, content in chunks(image):
        if kind == CONTROL and len(found) < most:
            found.append(_duration_ms(content))
    if len(found) != min(count, most):
        message = f"{count} frames are promised, and there are {len(found)}"
        raise ValueError(message)
    return Timeline(tuple(found), plays)


def frames(image: bytes) -> Iterator[PngFrame]:
    """Go through the frames; raises ValueError for one without pixels."""
    control, data = b"", list[bytes]()
    for kind, content in chunks(image):
        if kind in {CONTROL, END} and control:
            yield _frame(control, data)
        if kind == CONTROL:
            control, data = content, []
        elif kind == DATA and control:
            data.append(content)
        elif kind == FRAME_DATA:
            data.append(content[4:])


def chunks(image: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Go through the chunks to the last (5.3).

    Raises ValueError or struct.error where one is cut off, or where the last is missing.
    """
    at, kind = SIGNATURE_BYTES, b""
    while kind != END:
        length, kind = struct.unpack_from(">I4s", image, at)
        if at + 12 + length > len(image):
            message = "a chunk is cut off"
            raise ValueError(message)
        yield kind, image[at + 8 : at + 8 + length]
        at += 12 + length


def _control(image: bytes) -> tuple[int, int]:
    """Give how many frames are promised, and how often they play; 0 frames where it is no animation."""
    for kind, content in chunks(image):
        if kind == ANIMATION:
            count, plays = struct.unpack(">II", content)
            return (count, plays) if count <= MOST_FRAMES else (0, 0)
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
