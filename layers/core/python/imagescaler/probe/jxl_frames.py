"""The frames of a JPEG XL codestream, without decoding them (ISO/IEC 18181-1, annex F)."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod

from imagescaler.domain.geometry.turn import Size
from imagescaler.probe.jxl_header import Bits, Choices, JxlHeader

REGULAR, OF_LOW_FREQUENCIES, REFERENCE = 0, 1, 2
FROM_LOW_FREQUENCIES = 32  # a flag
REPLACE, BLEND, ADD_WEIGHTED, MULTIPLY = 0, 2, 3, 4
MODE: Choices = ((0, 0), (1, 0), (2, 0), (3, 2))
CHANNEL: Choices = ((0, 0), (1, 0), (2, 0), (3, 3))
PLACE: Choices = ((0, 8), (256, 11), (2304, 14), (18688, 30))
NAME: Choices = ((0, 0), (0, 4), (16, 5), (48, 10))
SECTION: Choices = ((0, 10), (1024, 14), (17408, 22), (4211712, 30))
PASSES: Choices = ((1, 0), (2, 0), (3, 0), (4, 3))
LAST_PASS: Choices = ((0, 0), (1, 0), (2, 0), (0, 3))
FEWER: Choices = ((0, 0), (1, 0), (2, 0), (3, 1))
FLOAT, SMALLEST_GROUP, USUAL_GROUP = 16, 128, 1


@dataclass(frozen=True, slots=True)
class JxlFrame:
    """A frame: the pixels of its own, and True if it is laid over the canvas, which costs those of the canvas."""

    pixels: int
    is_shown: bool


def read_frames(codestream: bytes, header: JxlHeader) -> Iterator[JxlFrame]:
    """Yield the frames up to the last one, or to one behind sections in another order, whose table has no length.

    Raises LookupError if the codestream is cut off.
    """
    at = header.frames_at
    while at is not None:
        bits = Bits(codestream, at)
        frame, sections, is_last = _read_frame(bits, header)
        yield frame
        at = None if is_last or bits.flag() else _end_of_sections(bits, sections)


def _end_of_sections(bits: Bits, count: int) -> int:
    """Read how long the sections are (F.3), and return the place behind them."""
    bits.skip_to_byte()
    size = sum(bits.choice(SECTION) for _ in range(count))
    return bits.skip_to_byte() + size


def _read_frame(bits: Bits, header: JxlHeader) -> tuple[JxlFrame, int, bool]:
    """Read the header of a frame (F.2); return the frame, the number of its sections, and whether it is the last."""
    if bits.flag():
        return JxlFrame(prod(header.stored), is_shown=True), _sections(header.stored, USUAL_GROUP, 1), True
    kind, is_modular, flags = bits.number(2), bits.flag(), bits.long()
    is_converted = not header.is_xyb and bits.flag()
    group, enlarged, level, is_last = USUAL_GROUP, 1, 0, False
    if not flags & FROM_LOW_FREQUENCIES:
        bits.number(6 * is_converted)
        enlarged = 1 << bits.number(2)
        bits.number(2 * header.extra_channels)
    if is_modular:
        group = bits.number(2)
    else:
        bits.number(6 * header.is_xyb)
    passes = _passes(bits) if kind != REFERENCE else 1
    size, is_partial = header.stored, False
    if kind == OF_LOW_FREQUENCIES:
        level = 1 + bits.number(2)
    elif bits.flag():
        size, is_partial = _part(bits, header, has_place=kind != REFERENCE)
    is_shown, replaces = kind not in {OF_LOW_FREQUENCIES, REFERENCE}, False
    if is_shown:
        modes = [_blending(bits, header, is_partial=is_partial) for _ in range(1 + header.extra_channels)]
        replaces, is_last = modes[0] == REPLACE and not is_partial, bits.flag()
    if kind != OF_LOW_FREQUENCIES and not is_last:
        bits.number(2)  # the place to be kept in
    if kind == REFERENCE or (replaces and not is_last):
        bits.flag()  # whether it is kept before the conversion of colors
    bits.number(8 * bits.choice(NAME))
    _skip_filters(bits, is_modular=is_modular)
    bits.skip_extensions()
    coded = tuple(-(-side // (enlarged << 3 * level)) for side in size)
    return JxlFrame(prod(size) >> 6 * level, is_shown), _sections((coded[0], coded[1]), group, passes), is_last


def _part(bits: Bits, header: JxlHeader, *, has_place: bool) -> tuple[Size, bool]:
    """Read the size of a frame, and whether the canvas reaches beyond it."""
    place = (_signed(bits.choice(PLACE)), _signed(bits.choice(PLACE))) if has_place else (0, 0)
    size = bits.choice(PLACE), bits.choice(PLACE)
    ends = [start + side >= whole for start, side, whole in zip(place, size, header.stored, strict=True)]
    return size, max(place) > 0 or not all(ends)


def _sections(size: Size, group: int, passes: int) -> int:
    side = SMALLEST_GROUP << group
    groups, coarse = (prod(-(-each // length) for each in size) for length in (side, 8 * side))
    return 1 if groups == passes == 1 else 2 + coarse + groups * passes


def _passes(bits: Bits) -> int:
    passes = bits.choice(PASSES)
    if passes > 1:
        fewer = bits.choice(FEWER)
        bits.number(2 * (passes - 1) + 2 * fewer)
        for _ in range(fewer):
            bits.choice(LAST_PASS)
    return passes


def _blending(bits: Bits, header: JxlHeader, *, is_partial: bool) -> int:
    mode = bits.choice(MODE)
    is_weighted = header.extra_channels > 0 and mode in {BLEND, ADD_WEIGHTED}
    if is_weighted:
        bits.choice(CHANNEL)
    if is_weighted or mode == MULTIPLY:
        bits.flag()
    if mode != REPLACE or is_partial:
        bits.number(2)
    return mode


def _skip_filters(bits: Bits, *, is_modular: bool) -> None:
    """Skip the numbers of the filters that smooth a frame (J.1)."""
    if bits.flag():
        return
    if bits.flag() and bits.flag():
        bits.number(6 * FLOAT)
    if bits.number(2):
        if not is_modular and bits.flag():
            bits.number(8 * FLOAT)
        if bits.flag():
            bits.number(5 * FLOAT)
        if bits.flag():
            bits.number((0 if is_modular else FLOAT) + 3 * FLOAT)
        if is_modular:
            bits.number(FLOAT)
    bits.skip_extensions()


def _signed(number: int) -> int:
    return -(number + 1) // 2 if number & 1 else number // 2
