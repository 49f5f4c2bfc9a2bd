"""The frames that are coded in AV1, shown or not, and their sizes (AV1 Bitstream & Decoding Process Specification)."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod

from imagescaler.domain.geometry.turn import Size
from imagescaler.probe.bit_reader import BitReader
from imagescaler.probe.coded_units import LEAST_PIXELS, UnitLimit

SEQUENCE_HEADER = 1  # types of units (6.2.2)
FRAME_HEADERS = {3, 6, 7}  # alone, with its tiles, and redundant, which dav1d reads like the first
KEY, INTRA_ONLY, SWITCH = 0, 2, 3  # types of frames (6.8.2)
SELECTED = 2  # by each frame, not by the sequence
ALL_REFERENCES, REFERENCES, REFERENCES_OF_FRAME = 0xFF, 8, 7
LAST_WITHOUT_TIER = 7  # of the levels
MORE = 0x80  # bit of a length's byte that others follow
HEAD_BYTES = 512  # of headers, as far as they are read; the longest are those of sequences with 32 operating points


@dataclass(frozen=True, slots=True)
class Sequence:
    """What the header of a sequence states for the headers of its frames (5.5)."""

    size: Size  # the largest of its frames, unless a frame overrides it
    is_still: bool  # its frames have reduced headers
    side_bits: tuple[int, int] = (0, 0)
    time_bits: int = 0  # of the time at which a frame is shown
    has_decoder_model: bool = False
    id_bits: tuple[int, int] = (0, 0)  # of a frame's number, and of a difference of numbers
    order_bits: int = 0
    screen_content: int = SELECTED
    integer_motion: int = SELECTED


@dataclass(slots=True)
class FrameCounter:
    """Counts the frames of an item, or those of a track's samples in their order."""

    limit: UnitLimit
    _sequence: Sequence | None = None
    _largest: int = 0

    def pixels(self, data: bytes | memoryview) -> int:
        """Count the pixels of all frames; raises IndexError for damaged headers, ValueError for too many units."""
        total = 0
        for kind, unit in _units(data):
            self.limit.take()
            bits = BitReader(unit[:HEAD_BYTES])
            if kind == SEQUENCE_HEADER:
                self._sequence = read_sequence(bits)
            elif kind in FRAME_HEADERS and self._sequence:
                pixels = max(_frame_pixels(bits, self._sequence, self._largest), LEAST_PIXELS)
                total, self._largest = total + pixels, max(self._largest, pixels)
        return total


def read_sequence(bits: BitReader) -> Sequence:
    """Read the header of a sequence; raises IndexError if it is cut off."""
    bits.bits(3 + 1)  # profile, still picture
    time_bits, has_model = 0, False
    is_still = bool(bits.bits(1))
    if is_still:
        bits.bits(5)
    else:
        time_bits, has_model = _skip_operating_points(bits)
    side_bits = bits.bits(4) + 1, bits.bits(4) + 1
    size = bits.bits(side_bits[0]) + 1, bits.bits(side_bits[1]) + 1
    if is_still:
        return Sequence(size, is_still)
    difference_bits = bits.bits(4) + 2 if bits.bits(1) else 0
    id_bits = (bits.bits(3) + difference_bits + 1, difference_bits) if difference_bits else (0, 0)
    bits.bits(3 + 4)  # tools of coding
    has_order = bits.bits(1)
    bits.bits(2 * has_order)
    screen_content = SELECTED if bits.bits(1) else bits.bits(1)
    integer_motion = SELECTED
    if screen_content and not bits.bits(1):
        integer_motion = bits.bits(1)
    order_bits = bits.bits(3) + 1 if has_order else 0
    return Sequence(
        size, is_still, side_bits, time_bits, has_model, id_bits, order_bits, screen_content, integer_motion
    )


def _skip_operating_points(bits: BitReader) -> tuple[int, bool]:
    """Read on to the size; return the bits of a frame's time, and True if there is a model of the decoder."""
    delay_bits, time_bits, has_model = 0, 0, False
    if bits.bits(1):  # times
        bits.bits(64)
        is_even = bits.bits(1)
        if is_even:
            bits.exp_golomb()
        has_model = bool(bits.bits(1))
        if has_model:
            delay_bits = bits.bits(5) + 1
            bits.bits(32 + 5)
            time_bits = 0 if is_even else bits.bits(5) + 1
            bits.bits(5 * is_even)
    has_delays = bits.bits(1)
    for _ in range(bits.bits(5) + 1):
        bits.bits(12)
        if bits.bits(5) > LAST_WITHOUT_TIER:
            bits.bits(1)
        if has_model and bits.bits(1):
            bits.bits(2 * delay_bits + 1)
        if has_delays and bits.bits(1):
            bits.bits(4)
    return time_bits, has_model


def _frame_pixels(bits: BitReader, sequence: Sequence, largest: int) -> int:
    """Count the pixels of a frame (5.9.2). One that is shown again counts, too, for it gets film grain again."""
    usual = prod(sequence.size)
    if sequence.is_still:
        return usual
    if bits.bits(1):
        return max(largest, usual)
    kind, is_shown = bits.bits(2), bits.bits(1)
    bits.bits(sequence.time_bits if is_shown else 1)
    is_resilient = kind == SWITCH or (kind == KEY and is_shown) or bits.bits(1)
    bits.bits(1)
    has_screen_content = bits.bits(1) if sequence.screen_content == SELECTED else sequence.screen_content
    bits.bits(int(has_screen_content and sequence.integer_motion == SELECTED))
    bits.bits(sequence.id_bits[0])
    if kind != SWITCH and not bits.bits(1):
        return usual
    bits.bits(sequence.order_bits)
    is_intra = kind in {KEY, INTRA_ONLY}
    bits.bits(0 if is_intra or is_resilient else 3)
    if sequence.has_decoder_model and bits.bits(1):
        return 1 << sum(sequence.side_bits)  # the largest that can be stated; the size follows times of all points
    refreshed = ALL_REFERENCES if kind == SWITCH or (kind == KEY and is_shown) else bits.bits(8)
    if is_resilient and not (is_intra and refreshed == ALL_REFERENCES):
        bits.bits(REFERENCES * sequence.order_bits)
    if not is_intra:
        is_short = sequence.order_bits and bits.bits(1)
        bits.bits(6 if is_short else 0)
        bits.bits(REFERENCES_OF_FRAME * ((0 if is_short else 3) + sequence.id_bits[1]))
        if not is_resilient and any(bits.bits(1) for _ in range(REFERENCES_OF_FRAME)):
            return max(largest, usual)  # the size of an earlier frame
    return (bits.bits(sequence.side_bits[0]) + 1) * (bits.bits(sequence.side_bits[1]) + 1)


def _units(data: bytes | memoryview) -> Iterator[tuple[int, bytes | memoryview]]:
    """Yield type and content of each unit, up to one that is damaged (5.3)."""
    at = 0
    while at < len(data):
        head, at = data[at], at + 1
        at += head >> 2 & 1
        size = len(data) - at
        if head >> 1 & 1:
            size = 0
            for number in range(8):
                if at >= len(data):
                    return
                size |= (data[at] & 0x7F) << 7 * number
                at += 1
                if not data[at - 1] & MORE:
                    break
        yield head >> 3 & 15, data[at : at + size]
        at += size
