"""The geometry of a result, computed before any pixel is touched; docs/dimensions.md has it as a table."""

from dataclasses import dataclass, replace
from fractions import Fraction
from math import floor
from typing import Self

from imagescaler.domain.errors import CropOutside, TargetTooLarge
from imagescaler.domain.geometry.sizing import HALF, exact, padding, rounded, sizes
from imagescaler.domain.geometry.turn import Size, Turn
from imagescaler.domain.limits import Limits
from imagescaler.domain.options import Box, Gravity, Options

# Where a gravity is between left and right, and between top and bottom; smart begins in the middle.
START, MIDDLE, END = Fraction(0), HALF, Fraction(1)
PLACES = {
    Gravity.NORTHWEST: (START, START),
    Gravity.NORTH: (MIDDLE, START),
    Gravity.NORTHEAST: (END, START),
    Gravity.WEST: (START, MIDDLE),
    Gravity.CENTER: (MIDDLE, MIDDLE),
    Gravity.SMART: (MIDDLE, MIDDLE),
    Gravity.EAST: (END, MIDDLE),
    Gravity.SOUTHWEST: (START, END),
    Gravity.SOUTH: (MIDDLE, END),
    Gravity.SOUTHEAST: (END, END),
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What becomes of a stored picture, step by step.

    `orient` turns it upright, to the size `upright`; `area` of that is used and turned by `turn`, its size is then
    `scaled`; `window` of the scaled picture is seen, and lies at `left`, `top` on a canvas of `size`, the result's.
    """

    orient: Turn
    upright: Size
    area: Box
    turn: Turn
    scaled: Size
    window: Box
    left: int
    top: int
    size: Size

    @property
    def whole_turn(self) -> Turn:
        """Give the one turn from the stored picture to the result."""
        return self.orient.then(self.turn)

    @property
    def stored_area(self) -> Box:
        """Give the part of the stored picture that is used."""
        return self.orient.undo(self.area, self.upright)

    @property
    def stored_scaled(self) -> Size:
        """Give the size of the scaled picture as long as it lies as it is stored."""
        return self.whole_turn.size(self.scaled)

    @property
    def stored_window(self) -> Box:
        """Give what is seen of the scaled picture as long as it lies as it is stored."""
        return self.whole_turn.undo(self.window, self.scaled)

    @property
    def has_room(self) -> bool:
        """Say whether the canvas is larger than what is seen of the picture."""
        return self.size != (self.window.width, self.window.height)

    def moved(self, left: int, top: int) -> Self:
        """Give the plan whose window begins elsewhere."""
        return replace(self, window=replace(self.window, left=left, top=top))


def plan(stored: Size, options: Options, limits: Limits, *, orientation: int = 1, trimmed: Box | None = None) -> Plan:
    """Plan what becomes of a picture of this size; `orientation` is EXIF's number, which tells how it lies.

    A side that follows from the ratio is rounded to the nearest pixel, halves up, and never below 1. What `trim`
    leaves is known once the pixels are: `trimmed` is that part of the upright picture.
    Raises CropOutside, TargetTooLarge.

    >>> plan((4000, 3000), Options(800, 800), Limits()).size, plan((4000, 3000), Options(800), Limits()).size
    ((800, 600), (800, 600))
    >>> plan((4000, 3000), Options(90, rotate=90), Limits()).size
    (90, 120)
    """
    orient = Turn(orientation if options.auto_orient else 1)
    upright = orient.size(stored)
    area = trimmed or cropped(upright, options)
    turn = Turn.of(flip=options.flip, flop=options.flop, degrees=options.rotate)
    scaled, seen, canvas = sizes(turn.size((area.width, area.height)), options)
    pad = padding(options)
    size = (canvas[0] + pad.left + pad.right, canvas[1] + pad.top + pad.bottom)
    if max(size) > limits.max_target_side or size[0] * size[1] > limits.max_target_pixels:
        raise TargetTooLarge(
            f"The scaled image would be {size[0]} x {size[1]}; "
            f"the limits are {limits.max_target_pixels:,} pixels and {limits.max_target_side:,} for a side."
        )
    window_left, window_top = _window(scaled, seen, options)
    room = (_between(free, place) for free, place in zip(_minus(canvas, seen), _place(options), strict=True))
    left, top = (edge + at for edge, at in zip((pad.left, pad.top), room, strict=True))
    return Plan(orient, upright, area, turn, scaled, Box(window_left, window_top, *seen), left, top, size)


def cropped(picture: Size, options: Options) -> Box:
    """Give the part of the upright picture that `crop` leaves; raises CropOutside."""
    box = options.crop or Box(0, 0, *picture)
    if box.left + box.width > picture[0] or box.top + box.height > picture[1]:
        raise CropOutside(
            f"crop is {box.width} x {box.height} at {box.left},{box.top}, "
            f"but the upright image is {picture[0]} x {picture[1]}."
        )
    return box


def _window(scaled: Size, seen: Size, options: Options) -> tuple[int, int]:
    """Give where the window begins; a focus is brought as near to its middle as the picture allows."""
    free = _minus(scaled, seen)
    left, top = (_between(slack, place) for slack, place in zip(free, _place(options), strict=True))
    if options.focus_x is not None:
        left = min(max(rounded(exact(options.focus_x) * scaled[0] - Fraction(seen[0], 2)), 0), free[0])
    if options.focus_y is not None:
        top = min(max(rounded(exact(options.focus_y) * scaled[1] - Fraction(seen[1], 2)), 0), free[1])
    return left, top


def _place(options: Options) -> tuple[Fraction, Fraction]:
    across, down = PLACES[options.gravity]
    return (
        across if options.focus_x is None else exact(options.focus_x),
        down if options.focus_y is None else exact(options.focus_y),
    )


def _between(slack: int, place: Fraction) -> int:
    return floor(slack * place)


def _minus(size: Size, other: Size) -> Size:
    return size[0] - other[0], size[1] - other[1]
