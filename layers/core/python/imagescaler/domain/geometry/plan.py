"""The geometry of a result, computed before anything is decoded; docs/dimensions.md has it as a table."""

from dataclasses import dataclass, replace
from fractions import Fraction
from math import floor
from typing import Self

from imagescaler.domain.errors import CropOutside, TargetTooLarge
from imagescaler.domain.geometry.sizing import HALF, exact, padding, rounded, sizes
from imagescaler.domain.geometry.turn import Size, Turn
from imagescaler.domain.limits import Limits
from imagescaler.domain.options import Box, Gravity, Options

# The position of each gravity from left to right and from top to bottom; smart starts in the middle.
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
    """The geometry of a result, from the stored image to the canvas.

    `orient` turns the stored image upright, to the size `upright`. Its part `area` is turned by `turn` and scaled to
    `scaled`. Of the scaled image, `window` is visible, at `left`, `top` on a canvas of `size`, that of the result.
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
        """The turn from the stored image to the result."""
        return self.orient.then(self.turn)

    @property
    def stored_area(self) -> Box:
        """The part of the stored image that is used."""
        return self.orient.undo(self.area, self.upright)

    @property
    def stored_scaled(self) -> Size:
        """Size of the scaled image in stored orientation."""
        return self.whole_turn.size(self.scaled)

    @property
    def stored_window(self) -> Box:
        """The visible window of the scaled image in stored orientation."""
        return self.whole_turn.undo(self.window, self.scaled)

    @property
    def has_room(self) -> bool:
        """True if the canvas is larger than the window."""
        return self.size != (self.window.width, self.window.height)

    def moved(self, left: int, top: int) -> Self:
        """Return the plan with its window at another place of the scaled image."""
        return replace(self, window=replace(self.window, left=left, top=top))


def plan(stored: Size, options: Options, limits: Limits, *, orientation: int = 1, trimmed: Box | None = None) -> Plan:
    """Plan a result of an image with this stored size and EXIF orientation.

    A side that follows from the ratio is rounded to the nearest pixel, halves up, and is at least 1. `trimmed` is the
    part of the upright image that `trim` leaves, which is known once the pixels are decoded.
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
    scaled, visible, canvas = sizes(turn.size((area.width, area.height)), options)
    pad = padding(options)
    size = (canvas[0] + pad.left + pad.right, canvas[1] + pad.top + pad.bottom)
    if max(size) > limits.max_target_side or size[0] * size[1] > limits.max_target_pixels:
        raise TargetTooLarge(
            f"The scaled image would be {size[0]} x {size[1]}; "
            f"the limits are {limits.max_target_pixels:,} pixels and {limits.max_target_side:,} for a side."
        )
    window_left, window_top = _window(scaled, visible, options)
    room = (_between(free, place) for free, place in zip(_minus(canvas, visible), _place(options), strict=True))
    left, top = (edge + at for edge, at in zip((pad.left, pad.top), room, strict=True))
    return Plan(orient, upright, area, turn, scaled, Box(window_left, window_top, *visible), left, top, size)


def cropped(upright: Size, options: Options) -> Box:
    """Return the part of the upright image that `crop` leaves; raises CropOutside."""
    box = options.crop or Box(0, 0, *upright)
    if box.left + box.width > upright[0] or box.top + box.height > upright[1]:
        raise CropOutside(
            f"crop is {box.width} x {box.height} at {box.left},{box.top}, "
            f"but the upright image is {upright[0]} x {upright[1]}."
        )
    return box


def _window(scaled: Size, visible: Size, options: Options) -> tuple[int, int]:
    """Return the place of the window; a focus is as near to its middle as the edges of the image allow."""
    free = _minus(scaled, visible)
    left, top = (_between(slack, place) for slack, place in zip(free, _place(options), strict=True))
    if options.focus_x is not None:
        left = min(max(rounded(exact(options.focus_x) * scaled[0] - Fraction(visible[0], 2)), 0), free[0])
    if options.focus_y is not None:
        top = min(max(rounded(exact(options.focus_y) * scaled[1] - Fraction(visible[1], 2)), 0), free[1])
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
