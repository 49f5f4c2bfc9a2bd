"""The eight orientations of EXIF 2.32, tag 0x0112, as turns of an image, and their algebra."""

from dataclasses import dataclass
from typing import Self

from imagescaler.domain.options import Box

Size = tuple[int, int]
# Each turn as three steps: exchange rows and columns, then mirror left and right, then mirror top and bottom.
STEPS = {
    1: (False, False, False),
    2: (False, True, False),
    3: (False, True, True),
    4: (False, False, True),
    5: (True, False, False),
    6: (True, True, False),
    7: (True, True, True),
    8: (True, False, True),
}
NUMBERS = {steps: number for number, steps in STEPS.items()}
QUARTERS = {0: 1, 90: 6, 180: 3, 270: 8}


@dataclass(frozen=True, slots=True)
class Turn:
    """The turn from a stored image to an upright one; `orientation` is EXIF's number, 1 for no turn."""

    orientation: int = 1

    @classmethod
    def of(cls, *, flip: bool, flop: bool, degrees: int) -> Self:
        """Return the turn that mirrors top and bottom (flip), left and right (flop), then turns clockwise by `degrees`.

        >>> Turn.of(flip=True, flop=False, degrees=90)
        Turn(orientation=5)
        """
        return cls(NUMBERS[False, flop, flip]).then(cls(QUARTERS[degrees]))

    @property
    def steps(self) -> tuple[bool, bool, bool]:
        """Whether to exchange rows and columns, then to mirror left and right, then to mirror top and bottom."""
        return STEPS[self.orientation]

    def then(self, other: Self) -> Self:
        """Return the one turn that is this one followed by another.

        >>> Turn(6).then(Turn(6)), Turn(6).then(Turn(8))
        (Turn(orientation=3), Turn(orientation=1))
        """
        (transposed, flop, flip), (other_transposed, other_flop, other_flip) = self.steps, other.steps
        if other_transposed:
            flop, flip = flip, flop
        return type(self)(NUMBERS[transposed != other_transposed, flop != other_flop, flip != other_flip])

    @property
    def inverse(self) -> Self:
        """The turn that reverts this one.

        >>> Turn(6).inverse
        Turn(orientation=8)
        """
        return next(turn for turn in map(type(self), STEPS) if self.then(turn).orientation == 1)

    def size(self, size: Size) -> Size:
        """Return the size of an image after the turn; equally the size before it, since a turn only exchanges sides.

        >>> Turn(6).size((4000, 3000))
        (3000, 4000)
        """
        return size[::-1] if self.steps[0] else size

    def undo(self, box: Box, size: Size) -> Box:
        """Return the box in the image before the turn of a box in the turned image, which has this size.

        >>> Turn(6).undo(Box(0, 0, 10, 20), (100, 200))
        Box(left=0, top=90, width=20, height=10)
        """
        transposed, flop, flip = self.steps
        left = size[0] - box.left - box.width if flop else box.left
        top = size[1] - box.top - box.height if flip else box.top
        return Box(top, left, box.height, box.width) if transposed else Box(left, top, box.width, box.height)
