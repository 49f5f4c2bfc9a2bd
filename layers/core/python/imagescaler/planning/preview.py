"""What is known of a result before any pixel is: from the header of its source, or from a size alone."""

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

LYING = 6  # one of the turns that exchange the sides


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """What is known of a picture: its size as it is stored, in pixels, and its format, if that is known.

    `orientation` is EXIF's number, and None where only the whole file tells it; `frames` is 1 until more are known of.
    """

    size: Size
    format: Format | None = None
    orientation: int | None = 1
    frames: int = 1

    @classmethod
    def of(cls, source: Source) -> Self:
        """Take what a header tells."""
        is_known = source.format.info.orientation_in_header
        return cls(source.stored, source.format, source.orientation if is_known else None, source.frames)


@dataclass(frozen=True, slots=True)
class Caveat:
    """An option by which the result may turn out otherwise, and how."""

    option: str
    detail: str


@dataclass(frozen=True, slots=True)
class Preview:
    """A result that is planned; `format` is None where it is the source's, which is not known.

    `frames` are those that stay, as far as is known.
    """

    source_info: SourceInfo
    options: Options
    plan: Plan
    format: Format | None
    frames: int = 1
    caveats: tuple[Caveat, ...] = ()


def preview(source_info: SourceInfo, options: Options, limits: Limits) -> Preview:
    """Foretell a result; where it is not known how the picture lies, it is taken as upright if it can be.

    Raises ImageTooLarge and TooManyFrames, and CropOutside or TargetTooLarge for what cannot be made whichever way it
    lies.

    >>> sure = preview(SourceInfo((4000, 3000), Format.JPEG, 6), Options(800), Limits())
    >>> sure.plan.size, sure.caveats
    ((800, 1067), ())
    >>> unsure = preview(SourceInfo((4000, 3000), Format.PNG, None), Options(800), Limits())
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
        made = plan(source_info.size, options, limits, orientation=LYING)
    limits.check_frames(frames, made.size, "scaled animation")
    caveats = tuple(_caveats(source_info, made, options, limits))
    return Preview(source_info, options, made, options.format or source_info.format, frames, caveats)


def _caveats(source_info: SourceInfo, made: Plan, options: Options, limits: Limits) -> Iterator[Caveat]:
    if source_info.orientation is None and options.auto_orient:
        yield Caveat(
            "auto_orient", f"Only the whole file tells how it lies. {_lying(source_info, made, options, limits)}"
        )
    if options.trim is not None:
        yield Caveat("trim", "If there is something to trim, what is left is planned as if it were the source.")
    if options.gravity is Gravity.SMART and (made.window.width, made.window.height) != made.scaled:
        yield Caveat("gravity", "The window moves to where the most is to be seen; its size stays.")


def _lying(source_info: SourceInfo, made: Plan, options: Options, limits: Limits) -> str:
    """Say what becomes of a picture that lies on its side."""
    if made.orient.orientation == LYING:
        return "Upright it could not be made, so this is the plan if it lies on its side."
    try:
        width, height = plan(source_info.size, options, limits, orientation=LYING).size
    except ImageProblem as problem:
        return f"If it lies on its side, it cannot be made: {problem.detail}"
    return f"If it lies on its side, the result is {width} x {height}."
