"""Headers of AV1 and HEVC that files may have, and encoders at hand do not write."""

import pytest

from imagescaler.probe.av1_frames import FrameCounter, read_sequence
from imagescaler.probe.bit_reader import BitReader
from imagescaler.probe.coded_units import LEAST_PIXELS, UnitLimit
from imagescaler.probe.hevc_pictures import coded_pixels, read_size
from tests.avif_files import SEQUENCE_HEADER, unit
from tests.bits import bytes_of

WIDTH, HEIGHT = 3000, 2000
SIDES = f"{15:04b}{15:04b}{WIDTH - 1:016b}{HEIGHT - 1:016b}"
TOOLS = "0" + 7 * "0" + "100" + "11" + "110"  # numbers of frames, tools, order, choices of the frame, bits of the order
ONE_POINT = "0" + "00000" + 12 * "0" + "01101" + "0"
TIMED = "1" + 64 * "0" + "0" + "1" + "00111" + 32 * "0" + "00101" + "01001"  # a model of the decoder, and uneven times
FRAME_HEADER = 3 << 3 | 2


@pytest.mark.parametrize(
    "points",
    ["0" + ONE_POINT, "1" + 64 * "0" + "1" + "00110" + "0" + ONE_POINT, TIMED + ONE_POINT + "1" + 17 * "0"],
    ids=["no times", "even times", "a model of the decoder"],
)
def test_the_size_of_a_sequence_is_behind_its_operating_points(points: str) -> None:
    assert read_sequence(BitReader(bytes_of("000" + "00" + points + SIDES + TOOLS))).size == (WIDTH, HEIGHT)


def pixels(frame: str, sequence: str = "0" + ONE_POINT) -> int:
    head = unit(SEQUENCE_HEADER, bytes_of("000" + "00" + sequence + SIDES + TOOLS))
    return FrameCounter(UnitLimit()).pixels(head + unit(FRAME_HEADER, bytes_of(frame)))


SMALLER = f"{1000 - 1:016b}{800 - 1:016b}"
ORDER = 7 * "0"


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        ("0" + "00" + "1" + "00" + "0", WIDTH * HEIGHT),
        ("0" + "00" + "1" + "00" + "1" + ORDER + SMALLER, 1000 * 800),
        ("0" + "10" + "1" + "0" + "00" + "1" + ORDER + 8 * "0" + SMALLER, 1000 * 800),
        ("0" + "10" + "1" + "1" + "00" + "1" + ORDER + 8 * "0" + 8 * ORDER + SMALLER, 1000 * 800),
        (
            "0" + "01" + "1" + "0" + "00" + "1" + ORDER + "000" + 8 * "0" + 29 * "0" + SMALLER,
            1000 * 800,
        ),
        ("0" + "01" + "1" + "0" + "00" + "1" + ORDER + "000" + 8 * "0" + "1" + 6 * "0" + "0001", WIDTH * HEIGHT),
        ("0" + "11" + "1" + "00" + ORDER + 8 * ORDER + "0" + 21 * "0" + SMALLER, 1000 * 800),
        ("0" + "00" + "1" + "00" + "1" + ORDER + 32 * "0", LEAST_PIXELS),
        ("1" + "000", WIDTH * HEIGHT),
    ],
    ids=[
        "of the sequence",
        "key",
        "intra",
        "resilient intra",
        "inter",
        "of an earlier frame",
        "switch",
        "of a pixel",
        "shown again",
    ],
)
def test_a_frame_may_state_its_own_size(frame: str, expected: int) -> None:
    assert pixels(frame) == expected


def test_the_size_behind_times_is_the_largest_that_can_be_stated() -> None:
    timed = TIMED + ONE_POINT + "1" + 17 * "0"
    assert pixels("0" + "00" + "1" + 10 * "0" + "00" + "1" + ORDER + "1", timed) == 2**32
    assert pixels("0" + "00" + "1" + 10 * "0" + "00" + "1" + ORDER + "0" + SMALLER, timed) == 1000 * 800


def test_files_of_too_many_units_are_refused() -> None:
    with pytest.raises(ValueError, match="too many pieces"):
        FrameCounter(UnitLimit()).pixels(unit(2 << 3 | 2) * 100_001)


def exp_golomb(number: int) -> str:
    bits = f"{number + 1:b}"
    return (len(bits) - 1) * "0" + bits


@pytest.mark.parametrize(
    "layers",
    ["000" + "1" + 96 * "0", "010" + "1" + 96 * "0" + "11" + "01" + 12 * "0" + 96 * "0" + 8 * "0"],
    ids=["one layer", "three layers"],
)
@pytest.mark.parametrize("chroma", [exp_golomb(1), exp_golomb(3) + "0"], ids=["4:2:0", "4:4:4"])
def test_the_coded_size_of_hevc_is_behind_its_profiles(layers: str, chroma: str) -> None:
    bits = "0000" + layers + exp_golomb(0) + chroma + exp_golomb(WIDTH) + exp_golomb(HEIGHT)
    escaped = bytes_of(bits).replace(b"\0\0\0", b"\0\0\3\0")
    assert read_size(b"\x42\1" + escaped) == (WIDTH, HEIGHT)


def test_further_slices_of_a_picture_count_half_of_it() -> None:
    size = bytes_of(
        "0000" + "000" + "1" + 96 * "0" + exp_golomb(0) + exp_golomb(1) + exp_golomb(WIDTH) + exp_golomb(HEIGHT)
    )
    units = [b"\x42\1" + size.replace(b"\0\0\0", b"\0\0\3\0"), b"\x28\1\x80", b"\x28\1\0", b"\x28\1\0"]
    data = b"".join(len(each).to_bytes(4) + each for each in units)
    assert coded_pixels(bytes(23), data, UnitLimit()) == 2 * WIDTH * HEIGHT
