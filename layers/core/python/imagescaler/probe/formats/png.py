"""PNG: timeline and frames of an animated one (PNG, third edition, 4.9 and 11.3.6)."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import count

from imagescaler.domain.options import Box
from imagescaler.probe.color_encoding import ColorEncoding, ColorSignals, of_code_points, of_power
from imagescaler.probe.format_probe import FormatProbe
from imagescaler.probe.png_chunks import END, SIGNATURE, chunk, chunks, places
from imagescaler.probe.png_repair import without_broken_chunks
from imagescaler.probe.timeline import Timeline

ANIMATION, CONTROL, DATA, FRAME_DATA = b"acTL", b"fcTL", b"IDAT", b"fdAT"
MAX_FRAMES = 2**31 - 1  # with more, decoders show the still image
DEFAULT_DENOMINATOR = 100
WIDTH = 16  # where the header has it, and the height behind it
DEPTH, COLOR_TYPE, PALETTE, PALETTE_BITS = 24, 25, 3, 8
CODES, STANDARD, POWER, PRIMARIES = b"cICP", b"sRGB", b"gAMA", b"cHRM"
MOST_POWER = 10  # libpng goes further, to powers that leave black and white
UNIT = 100_000  # of numbers in gAMA and cHRM


@dataclass(frozen=True, slots=True)
class PngFrame:
    """A frame: the box that it covers, how it is composed there (`blend`), and how it is disposed of (`disposal`).

    `data` are the compressed pixels, in the pieces in which they are stored.
    """

    box: Box
    duration_ms: Fraction
    disposal: int
    blend: int
    data: tuple[bytes, ...]


def repair(image: bytes) -> bytes:
    """Return the file without ancillary chunks that are broken, and without an animation that is.

    What is left of such a file is the picture for decoders without animations.
    """
    image = without_broken_chunks(image)
    try:
        if read_timeline(image, MAX_FRAMES) is None or _has_all_frames(image):
            return image
    except (ValueError, struct.error):
        pass
    kept = (chunk(kind, content) for kind, content in chunks(image) if kind not in {ANIMATION, CONTROL, FRAME_DATA})
    return b"".join((SIGNATURE, *kept))


def read_colors(image: bytes) -> ColorSignals:
    """Read what precedes a profile (cICP), and what counts without one: sRGB, then gAMA with cHRM (4.3)."""
    found = dict[bytes, bytes]()
    try:
        for kind, content in chunks(image):
            if kind == DATA:
                break
            if kind in {CODES, STANDARD, POWER, PRIMARIES}:
                found.setdefault(kind, content)
    except (ValueError, struct.error):  # cut off: what comes before the pixels holds all the same
        pass
    codes = _coded(found[CODES], image) if CODES in found else None
    power = _powered(found[POWER], found.get(PRIMARIES)) if POWER in found and STANDARD not in found else None
    return ColorSignals(codes, power)


def read_timeline(image: bytes, most: int) -> Timeline | None:
    """Read the timeline; raises ValueError if the file has fewer frames than it announces."""
    announced, plays = _control(image)
    if announced == 0:
        return None
    found = list[Fraction]()
    for kind, content in chunks(image):
        if kind == CONTROL and len(found) < most:
            found.append(_duration_ms(content))
    if len(found) != min(announced, most):
        message = f"{announced} frames are announced, and there are {len(found)}"
        raise ValueError(message)
    return Timeline(tuple(found), plays)


def frames(image: bytes) -> Iterator[PngFrame]:
    """Yield the frames; raises ValueError if one has no pixels or they are out of order."""
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


def _coded(codes: bytes, image: bytes) -> ColorEncoding | None:
    """Return the encoding of a cICP (11.3.2.6), None if it has a matrix, which a PNG cannot have."""
    primaries, transfer, matrix, is_full = codes
    bits = PALETTE_BITS if image[COLOR_TYPE] == PALETTE else max(image[DEPTH], PALETTE_BITS)
    return None if matrix else of_code_points(primaries, transfer, 0 if is_full else bits)


def _powered(power: bytes, primaries: bytes | None) -> ColorEncoding | None:
    """Return the encoding of gAMA and cHRM (11.3.2.2 and 11.3.2.1), None if the power makes no picture."""
    number = int.from_bytes(power)
    if not UNIT / MOST_POWER <= number <= UNIT * MOST_POWER:
        return None
    if primaries is None:
        return of_power(UNIT / number, None)
    white_x, white_y, red_x, red_y, green_x, green_y, blue_x, blue_y = (
        each / UNIT for each in struct.unpack(">8I", primaries)
    )
    return of_power(UNIT / number, (white_x, white_y, red_x, red_y, green_x, green_y, blue_x, blue_y))


def _has_all_frames(image: bytes) -> bool:
    """True if each frame lies on the canvas, and its data begin as compressed ones do (RFC 1950, 2.2)."""
    width, height = struct.unpack_from(">II", image, WIDTH)
    for frame in frames(image):
        box = frame.box
        if box.left + box.width > width or box.top + box.height > height or not box.width or not box.height:
            return False
        if int.from_bytes(b"".join(frame.data)[:2]) % 31:
            return False
    return True


def _control(image: bytes) -> tuple[int, int]:
    """Return the announced number of frames, 0 for a still image, and how often they play."""
    for kind, content in places(image):
        if kind == ANIMATION:
            announced, plays = struct.unpack(">II", image[content])
            return (announced, plays) if announced <= MAX_FRAMES else (0, 0)
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


PROBE = FormatProbe(timeline=read_timeline, repair=repair, colors=read_colors)
