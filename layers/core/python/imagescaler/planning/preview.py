"""The size and geometry of a result, from the header of its source or from a size alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from imagescaler.domain.errors import ImageProblem
from imagescaler.domain.formats import Format
from imagescaler.domain.geometry.plan import Plan, plan
from imagescaler.domain.geometry.turn import Size
from imagescaler.domain.limits import Limits
from imagescaler.domain.options import Gravity, Options
from imagescaler.domain.task.source import Source

ROTATED = 6  # an EXIF orientation that swaps width and height


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """The stored size of an image in pixels, and its format if known.

    `orientation` is EXIF's number, None if it may follow the pixels; `frames` is 1 unless more are known of.
    """

    size: Size
    format: Format | None = None
    orientation: int | None = 1
    frames: int = 1

    @classmethod
    def of(cls, source: Source) -> Self:
        """Return what the header of a file reveals; the orientation in a PNG or WebP may follow the pixels."""
        is_known = source.format.info.orientation_in_header
        return cls(source.stored, source.format, source.orientation if is_known else None, source.frames)


@dataclass(frozen=True, slots=True)
class Caveat:
    """An option that may change the result from what is planned, and how."""

    option: str
    detail: str


@dataclass(frozen=True, slots=True)
class Preview:
    """A planned result; `format` is None if it is that of the source and unknown.

    `frames` counts the frames that stay, as far as is known.
    """

    source_info: SourceInfo
    options: Options
    plan: Plan
    format: Format | None
    frames: int = 1
    caveats: tuple[Caveat, ...] = ()


def preview(source_info: SourceInfo, options: Options, limits: Limits) -> Preview:
    """Plan a result without its pixels. An unknown orientation is taken as upright if such a plan is possible.

    Raises ImageTooLarge and TooManyFrames, and CropOutside or TargetTooLarge if no orientation permits a plan.

    >>> sure = preview(SourceInfo((4000, 3000), Format("jpeg"), 6), Options(800), Limits())
    >>> sure.plan.size, sure.caveats
    ((800, 1067), ())
    >>> unsure = preview(SourceInfo((4000, 3000), Format("png"), None), Options(800), Limits())
    >>> [caveat.option for caveat in unsure.caveats]
    ['auto_orient']
    """
    limits.check_source(source_info.format, source_info.size)
    frames = source_info.frames if source_info.format and options.keeps_frames(source_info.format) else 1
    limits.check_frames(frames, source_info.size)
    try:
        made = plan(source_info.size, options, limits, orientation=source_info.orientation or 1)
    except ImageProblem:
        if source_info.orientation is not None:
            raise
        made = plan(source_info.size, options, limits, orientation=ROTATED)
    limits.check_frames(frames, made.size, "scaled animation")
    caveats = tuple(_caveats(source_info, made, options, limits))
    return Preview(source_info, options, made, options.format or source_info.format, frames, caveats)


def _caveats(source_info: SourceInfo, made: Plan, options: Options, limits: Limits) -> Iterator[Caveat]:
    if source_info.orientation is None and options.auto_orient:
        rotated = _if_rotated(source_info, made, options, limits)
        yield Caveat("auto_orient", f"The orientation is only known once the whole file is read. {rotated}")
    if options.trim is not None:
        yield Caveat("trim", "If there are borders to trim, the rest is planned as if it were the source.")
    if options.gravity is Gravity.SMART and (made.window.width, made.window.height) != made.scaled:
        yield Caveat("gravity", "The window moves to the most salient part; its size stays.")


def _if_rotated(source_info: SourceInfo, made: Plan, options: Options, limits: Limits) -> str:
    """Describe the result for an image that is stored rotated by 90 degrees."""
    if made.orient.orientation == ROTATED:
        return "If it is not rotated, the result cannot be made, so this is the plan if it is rotated by 90 degrees."
    try:
        width, height = plan(source_info.size, options, limits, orientation=ROTATED).size
    except ImageProblem as problem:
        return f"If it is rotated by 90 degrees, the result cannot be made: {problem.detail}"
    return f"If it is rotated by 90 degrees, the result is {width} x {height}."
