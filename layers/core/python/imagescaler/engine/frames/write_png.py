"""Animated PNG (PNG, third edition, 11.3.6): of each frame the rectangle that changes."""

import struct
from collections.abc import Iterator, Mapping
from fractions import Fraction
from io import BytesIO
from itertools import count
from typing import Any

from PIL import Image, ImageChops

from imagescaler.domain.formats import Format
from imagescaler.domain.options import Options
from imagescaler.engine.encode.encode import Extras, operations_of, parameters
from imagescaler.engine.encode.fit_bytes import Encoded
from imagescaler.probe.png_chunks import SIGNATURE, chunk, chunks
from imagescaler.probe.timeline import Timeline

PIXELS, END = b"IDAT", b"IEND"
MOST = 2**16 - 1
SOMETHING = (0, 0, 1, 1)  # there is no frame of no pixels
STAYS = REPLACES = 0


def write(frames: Iterator[Image.Image], timeline: Timeline, form: Format, options: Options, extras: Extras) -> Encoded:
    """Encode each frame as a PNG, and take the pixels out of it; out of the first everything else, too."""
    first = next(frames)
    writing = parameters(first, form, options, extras, options.quality.of(form))
    encoded = list(chunks(_encoded(first, writing)))
    start = next(place for place, (kind, _) in enumerate(encoded) if kind == PIXELS)
    numbers, durations_ms = count(), iter(timeline.durations_ms)
    file = [SIGNATURE, chunk(*encoded[0]), chunk(b"acTL", struct.pack(">II", timeline.frames, timeline.plays))]
    file += [chunk(*each) for each in encoded[1:start]]
    file.append(_control(next(numbers), (0, 0, *first.size), next(durations_ms)))
    file += [chunk(*each) for each in encoded[start:] if each[0] == PIXELS]
    before = first
    for frame, duration_ms in zip(frames, durations_ms, strict=True):
        changed = ImageChops.difference(before, frame).getbbox(alpha_only=False) or SOMETHING
        file.append(_control(next(numbers), changed, duration_ms))
        for kind, content in chunks(_encoded(frame.crop(changed), _compression(writing))):
            if kind == PIXELS:
                file.append(chunk(b"fdAT", struct.pack(">I", next(numbers)) + content))
        before = frame
    return Encoded(b"".join((*file, chunk(END, b""))), operations_of(form, writing))


def _encoded(image: Image.Image, writing: Mapping[str, Any]) -> bytes:
    buffer = BytesIO()
    image.save(buffer, Format.PNG.name, **writing)
    return buffer.getvalue()


def _compression(writing: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in writing.items() if name.startswith("compress")}


def _control(number: int, box: tuple[int, int, int, int], duration_ms: Fraction) -> bytes:
    left, top, right, bottom = box
    return chunk(
        b"fcTL",
        struct.pack(
            ">5IHHBB", number, right - left, bottom - top, left, top, *_delay(duration_ms / 1000), STAYS, REPLACES
        ),
    )


def _delay(seconds: Fraction) -> tuple[int, int]:
    """Give a duration as a fraction of 16 bits: as it is where it fits, else in the finest unit in which it does.

    >>> _delay(Fraction(1, 30)), _delay(Fraction(1, 70_000)), _delay(Fraction(100_001, 1_000)), _delay(Fraction(10**6))
    ((1, 30), (0, 1000), (10000, 100), (65535, 1))
    """
    if max(seconds.numerator, seconds.denominator) <= MOST:
        return seconds.numerator, seconds.denominator
    fitting = ((round(seconds * unit), unit) for unit in (1000, 100, 10, 1) if round(seconds * unit) <= MOST)
    return next(fitting, (MOST, 1))
