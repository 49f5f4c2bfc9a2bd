"""What is wished of an opened image, checked before it is decoded."""

from dataclasses import dataclass
from typing import Self

from PIL import Image

from imagescaler.domain.errors import ImageProblem, NeverLossless
from imagescaler.domain.formats import Format
from imagescaler.domain.geometry.plan import Plan, plan
from imagescaler.domain.limits import Limits
from imagescaler.domain.options import Options
from imagescaler.domain.task.source import Source
from imagescaler.engine.pixels.modes import check_depth


@dataclass(frozen=True, slots=True)
class Wish:
    """A result that can be made: its plan as the header tells it, its format, and what it keeps.

    `frames` are more than one where an animation stays one, `keeps_depth` is whether it has sixteen bits.
    """

    options: Options
    plan: Plan
    format: Format
    keeps_depth: bool
    frames: int

    @classmethod
    def checked(
        cls, image: Image.Image, source: Source, options: Options, limits: Limits, *, is_deep: bool
    ) -> Self | ImageProblem:
        """Check options against an opened image whose upright source is known; or say why they cannot be met."""
        form = options.format or source.format
        try:
            if options.lossless and not form.can_be_lossless:
                raise NeverLossless(f"lossless is an option of webp, png, gif and tiff, and the result is {form}.")
            frames = source.frames if options.keeps_frames(source.format) else 1
            limits.check_frames(frames, source.stored)
            keeps_depth = check_depth(image, options, form, is_deep=is_deep)
            wish = plan(source.stored, options, limits, orientation=source.orientation)
        except ImageProblem as problem:
            return problem
        return cls(options, wish, form, keeps_depth, frames)

    @property
    def is_animated(self) -> bool:
        """Say whether it has frames."""
        return self.frames > 1
