"""Write an animated PNG (PNG, third edition, 11.3.6): of each frame the rectangle that changes."""

import struct
from collections.abc import Iterator, Mapping
from fractions import Fraction
from io import BytesIO
from itertools import count
from typing import Any

from PIL import Image, ImageChops

from imagescaler.domain.options import Options
from imagescaler.engine.codecs.codec import Codec
from imagescaler.engine.decode.metadata import EmbeddedMetadata
from imagescaler.engine.encode.encoded import Encoded
from imagescaler.probe.png_chunks import SIGNATURE, chunk, chunks
from imagescaler.probe.timeline import Timeline

PIXELS, END = b"IDAT", b"IEND"
MAX_PLAYS = 2**31 - 1  # the largest number in a PNG (7.1)
MOST = 2**16 - 1
ONE_PIXEL = (0, 0, 1, 1)  # for a frame that changes nothing, since it must have a pixel
STAYS = REPLACES = 0


def write(
    codec: Codec, frames: Iterator[Image.Image], timeline: Timeline, options: Options, metadata: EmbeddedMetadata
) -> Encoded:
    """Encode each frame as a PNG, and join their pixels behind the header and the metadata of the first."""
    first = next(frames)
    writing = codec.save_parameters(first, options, metadata, options.quality_of(codec.format))
    encoded = list(chunks(_encoded(first, writing)))
    start = next(place for place, (kind, _) in enumerate(encoded) if kind == PIXELS)
    numbers, durations_ms = count(), iter(timeline.durations_ms)
    plays = min(timeline.plays, MAX_PLAYS)
    file = [SIGNATURE, chunk(*encoded[0]), chunk(b"acTL", struct.pack(">II", timeline.frames, plays))]
    file += [chunk(*each) for each in encoded[1:start]]
    file.append(_control(next(numbers), (0, 0, *first.size), next(durations_ms)))
    file += [chunk(*each) for each in encoded[start:] if each[0] == PIXELS]
    before = first
    for frame, duration_ms in zip(frames, durations_ms, strict=True):
        changed = ImageChops.difference(before, frame).getbbox(alpha_only=False) or ONE_PIXEL
        file.append(_control(next(numbers), changed, duration_ms))
        for kind, content in chunks(_encoded(frame.crop(changed), _compression(writing))):
            if kind == PIXELS:
                file.append(chunk(b"fdAT", struct.pack(">I", next(numbers)) + content))
        before = frame
    return b"".join((*file, chunk(END, b""))), codec.describe(writing)


def _encoded(image: Image.Image, writing: Mapping[str, Any]) -> bytes:
    buffer = BytesIO()
    image.save(buffer, "PNG", **writing)
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
    """Return a duration as a fraction of two 16-bit numbers, rounded to the finest unit in which it fits.

    >>> _delay(Fraction(1, 30)), _delay(Fraction(1, 70_000)), _delay(Fraction(100_001, 1_000)), _delay(Fraction(10**6))
    ((1, 30), (0, 1000), (10000, 100), (65535, 1))
    """
    if max(seconds.numerator, seconds.denominator) <= MOST:
        return seconds.numerator, seconds.denominator
    fitting = ((round(seconds * unit), unit) for unit in (1000, 100, 10, 1) if round(seconds * unit) <= MOST)
    return next(fitting, (MOST, 1))
