"""The size and geometry of a result, from the header of its source or from a size alone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod

from imagescaler.domain.errors import ImageProblem
from imagescaler.domain.formats import Format
from imagescaler.domain.geometry.plan import Plan, plan
from imagescaler.domain.limits import Limits
from imagescaler.domain.option_rules import check_result_format
from imagescaler.domain.options import Gravity, Options
from imagescaler.domain.task.rendition import Rendition
from imagescaler.domain.unused_options import unused_options
from imagescaler.planning.source_traits import SourceTraits

ROTATED = 6  # an EXIF orientation that swaps width and height


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

    traits: SourceTraits
    options: Options
    plan: Plan
    format: Format | None
    frames: int = 1
    caveats: tuple[Caveat, ...] = ()

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences about options that have no effect."""
        return tuple(unused_options(self.options, self.traits.format, self.traits.frames).values())


def preview(traits: SourceTraits, options: Options, limits: Limits) -> Preview:
    """Plan a result without its pixels. An unknown orientation is taken as upright if such a plan is possible.

    Raises FormatDisabled, NeverLossless, ImageTooLarge, TooManyFrames, ResultTtlTooLong and TargetForbidden; and
    CropOutside or TargetTooLarge if no orientation permits a plan.

    >>> sure = preview(SourceTraits((4000, 3000), Format("jpeg"), 6), Options(800), Limits())
    >>> sure.plan.size, sure.caveats
    ((800, 1067), ())
    >>> unsure = preview(SourceTraits((4000, 3000), Format("png"), None), Options(800), Limits())
    >>> [caveat.option for caveat in unsure.caveats]
    ['auto_orient']
    """
    limits.check_source(traits.format, traits.stored)
    limits.check_result_ttl(options.result_ttl_s)
    limits.check_target(options.target_url)
    if fmt := options.format or (traits.format and traits.format.result):
        check_result_format(options, fmt)
        limits.check_output_format(fmt)
    frames = traits.frames if traits.format and options.keeps_frames(traits.format) else 1
    limits.check_frames(frames, traits.stored)
    try:
        made = plan(traits.stored, options, limits, orientation=traits.orientation or 1)
    except ImageProblem:
        if traits.orientation is not None:
            raise
        made = plan(traits.stored, options, limits, orientation=ROTATED)
    limits.check_frames(frames, made.size, "scaled animation")
    caveats = tuple(_caveats(traits, made, options, limits))
    return Preview(traits, options, made, fmt, frames, caveats)


def check_results(
    traits: SourceTraits, options: Options, renditions: Sequence[Rendition], limits: Limits
) -> Sequence[Preview]:
    """Plan every result; raises ImageProblem for one that cannot be made, with the name of its rendition."""
    if not renditions:
        return [preview(traits, options, limits)]
    planned = []
    for each in renditions:
        try:
            planned.append(preview(traits, each.options, limits))
        except ImageProblem as problem:
            raise type(problem)(f"{each.name}: {problem.detail}") from None
    return planned


def counted_pixels(previews: Sequence[Preview]) -> int:
    """Return the pixels that a task is counted with: those of its source or of all its results, whichever are more.

    Each frame counts. Without previews, the source is not known yet, and there are none.
    """
    read = max((prod(each.traits.stored) * each.frames for each in previews), default=0)
    return max(read, sum(prod(each.plan.size) * each.frames for each in previews))


def _caveats(traits: SourceTraits, made: Plan, options: Options, limits: Limits) -> Iterator[Caveat]:
    if traits.orientation is None and options.auto_orient:
        rotated = _if_rotated(traits, made, options, limits)
        yield Caveat("auto_orient", f"The orientation is only known once the whole file is read. {rotated}")
    if options.trim is not None:
        yield Caveat("trim", "If there are borders to trim, the rest is planned as if it were the source.")
    if options.gravity is Gravity.SMART and (made.window.width, made.window.height) != made.scaled:
        yield Caveat("gravity", "The window moves to the most salient part; its size stays.")


def _if_rotated(traits: SourceTraits, made: Plan, options: Options, limits: Limits) -> str:
    """Describe the result for an image that is stored rotated by 90 degrees."""
    if made.orient.orientation == ROTATED:
        return "If it is not rotated, the result cannot be made, so this is the plan if it is rotated by 90 degrees."
    try:
        width, height = plan(traits.stored, options, limits, orientation=ROTATED).size
    except ImageProblem as problem:
        return f"If it is rotated by 90 degrees, the result cannot be made: {problem.detail}"
    return f"If it is rotated by 90 degrees, the result is {width} x {height}."
