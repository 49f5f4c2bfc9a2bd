"""The pictures that are coded in HEVC, shown or not, and their sizes (ITU-T H.265)."""

from collections.abc import Iterator
from itertools import chain
from math import prod

from imagescaler.domain.geometry.turn import Size
from imagescaler.probe.bit_reader import BitReader
from imagescaler.probe.coded_units import LEAST_PIXELS, UnitLimit

SLICES, SEQUENCE_PARAMETERS = range(32), 33  # types of units (7.4.2.2)
UNIT_HEAD_BYTES, LENGTH_BYTES = 2, 4  # libheif reads lengths of four bytes, whatever the configuration states
ARRAYS = 22  # the byte of a configuration before its arrays of units
FIRST = 0x80  # bit of the first slice of a picture
HEAD_BYTES = 256  # of sequence parameters, up to their size
ESCAPED, ZEROS = b"\0\0\3", b"\0\0"  # (7.3.1.1)
PROFILE_BITS, LEVEL_BITS, SUB_LAYERS = 88, 8, 8
SEPARATE_PLANES = 3


def coded_pixels(configuration: bytes, data: bytes | memoryview, limit: UnitLimit) -> int:
    """Count the pixels of all coded pictures, as if each had the largest of the sizes that are stated.

    Each further slice of a picture counts half of it, for libde265 decodes it as far as it reaches, over others too.
    `configuration` is the content of a box `hvcC` (ISO/IEC 14496-15, 8.3.3.1). Raises IndexError for damaged
    parameters, ValueError for too many units.
    """
    largest, slices, pictures = LEAST_PIXELS, 0, 0
    for unit in chain(_parameters(configuration), _units(data)):
        limit.take()
        kind = unit[0] >> 1 & 0x3F if unit else None
        if kind == SEQUENCE_PARAMETERS:
            largest = max(largest, prod(read_size(bytes(unit))))
        elif kind in SLICES:
            slices += 1
            pictures += len(unit) > UNIT_HEAD_BYTES and unit[UNIT_HEAD_BYTES] >= FIRST
    return (slices + pictures) * largest // 2


def read_size(unit: bytes) -> Size:
    """Read the coded size from sequence parameters, before it is cut to what is shown (7.3.2.2.1)."""
    bits = BitReader(unit[UNIT_HEAD_BYTES:HEAD_BYTES].replace(ESCAPED, ZEROS))
    bits.bits(4)
    sub_layers = bits.bits(3)
    bits.bits(1 + PROFILE_BITS + LEVEL_BITS)
    stated = [(bits.bits(1), bits.bits(1)) for _ in range(sub_layers)]
    bits.bits(2 * (SUB_LAYERS - sub_layers) if sub_layers else 0)
    for has_profile, has_level in stated:
        bits.bits(has_profile * PROFILE_BITS + has_level * LEVEL_BITS)
    bits.exp_golomb()
    if bits.exp_golomb() == SEPARATE_PLANES:
        bits.bits(1)
    return bits.exp_golomb(), bits.exp_golomb()


def _parameters(configuration: bytes) -> Iterator[bytes]:
    at = ARRAYS + 1
    for _ in range(configuration[ARRAYS]):
        count, at = int.from_bytes(configuration[at + 1 : at + 3]), at + 3
        for _ in range(count):
            start = at + 2
            at = start + int.from_bytes(configuration[at:start])
            if at > len(configuration):
                raise IndexError(at)
            yield configuration[start:at]


def _units(data: bytes | memoryview) -> Iterator[bytes | memoryview]:
    at = 0
    while at < len(data):
        start = at + LENGTH_BYTES
        at = start + int.from_bytes(data[at:start])
        yield data[start:at]
