"""What is wished of an opened image, checked before it is decoded."""

from dataclasses import dataclass
from typing import Self

from PIL import Image

from imagescaler.admission import Output
from imagescaler.errors import ImageProblem, NeverLossless
from imagescaler.formats import Format
from imagescaler.imaging.modes import check_depth
from imagescaler.limits import Limits
from imagescaler.options import Options
from imagescaler.plan import Plan, plan
from imagescaler.source import Source
from imagescaler.timelines import Timeline


@dataclass(frozen=True, slots=True)
class Wish:
    """A result that can be made: its plan as the header tells it, its format, and what it keeps.

    `keeps_frames` is whether it is to be an animation if the source is one, `keeps_depth` whether it has sixteen bits.
    """

    options: Options
    plan: Plan
    format: Format
    keeps_depth: bool
    keeps_frames: bool

    @classmethod
    def checked(
        cls, image: Image.Image, source: Source, options: Options, limits: Limits, *, is_deep: bool
    ) -> Self | ImageProblem:
        """Check options against an opened image whose upright source is known; or say why they cannot be met."""
        form = options.format or source.format
        try:
            if options.lossless and not form.can_be_lossless:
                raise NeverLossless(f"lossless is an option of webp, png, gif and tiff, and the result is {form}.")
            keeps_frames = options.keeps_frames(source.format)
            limits.check_frames(source.frames if keeps_frames else 1, source.stored)
            keeps_depth = check_depth(image, options, form, is_deep=is_deep)
            wish = plan(source.stored, options, limits, orientation=source.orientation)
        except ImageProblem as problem:
            return problem
        return cls(options, wish, form, keeps_depth, keeps_frames)

    def output(self, timeline: Timeline | None) -> Output:
        """Give what is predicted of it, if the source has this timeline."""
        frames = timeline.frames if timeline and self.keeps_frames else 1
        return Output(self.plan, self.options, self.format, frames)
