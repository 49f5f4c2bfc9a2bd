"""The eight turns and their algebra, against arrays that are turned step by step."""

from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from imagescaler.domain.geometry.turn import STEPS, Turn
from imagescaler.domain.options import Box
from imagescaler.engine.pixels.orientation import turned

PICTURE = np.arange(12, dtype=np.uint8).reshape(3, 4)
Pixels = NDArray[np.uint8]


def applied(turn: Turn, pixels: Pixels) -> Pixels:
    return np.asarray(turned(Image.fromarray(pixels), turn))


@pytest.mark.parametrize("number", STEPS)
def test_a_turn_does_what_its_steps_say(number: int) -> None:
    transposes, flop, flip = STEPS[number]
    expected = PICTURE.T if transposes else PICTURE
    expected = expected[:, ::-1] if flop else expected
    expected = expected[::-1] if flip else expected
    assert applied(Turn(number), PICTURE).tolist() == expected.tolist()


@pytest.mark.parametrize(("first", "second"), list(product(STEPS, STEPS)))
def test_two_turns_are_one(first: int, second: int) -> None:
    both = Turn(first).then(Turn(second))
    assert applied(both, PICTURE).tolist() == applied(Turn(second), applied(Turn(first), PICTURE)).tolist()


@pytest.mark.parametrize("number", STEPS)
def test_a_turn_can_be_undone(number: int) -> None:
    assert Turn(number).then(Turn(number).inverse) == Turn()
    assert Turn(number).inverse.then(Turn(number)) == Turn()


@pytest.mark.parametrize(("degrees", "quarters"), [(0, 0), (90, 3), (180, 2), (270, 1)])
@pytest.mark.parametrize(("flip", "flop"), list(product([False, True], repeat=2)))
def test_it_is_mirrored_and_then_turned_clockwise(degrees: int, quarters: int, *, flip: bool, flop: bool) -> None:
    mirrored = PICTURE[:: -1 if flip else 1, :: -1 if flop else 1]
    turn = Turn.of(flip=flip, flop=flop, degrees=degrees)
    assert applied(turn, PICTURE).tolist() == np.rot90(mirrored, quarters).tolist()


@pytest.mark.parametrize("number", STEPS)
@pytest.mark.parametrize("box", [Box(0, 0, 1, 2), Box(1, 1, 2, 1), Box(2, 0, 1, 3), Box(0, 1, 3, 2)])
def test_a_part_of_the_turned_picture_is_found_in_the_one_before(number: int, box: Box) -> None:
    after = applied(Turn(number), PICTURE)
    if box.left + box.width > after.shape[1] or box.top + box.height > after.shape[0]:
        box = Box(box.top, box.left, box.height, box.width)
    before = Turn(number).undo(box, after.shape[::-1])
    assert applied(Turn(number), part(PICTURE, before)).tolist() == part(after, box).tolist()


def part(pixels: Pixels, box: Box) -> Pixels:
    return np.ascontiguousarray(pixels[box.top : box.top + box.height, box.left : box.left + box.width])
