"""One result as it was asked for, checked against the opened image before that is decoded."""

from dataclasses import dataclass, replace
from math import prod
from typing import Self

from PIL import Image

from imagescaler.domain.errors import ImageProblem, UnsupportedDepth
from imagescaler.domain.formats import RESULT_FORMATS, Format, listed
from imagescaler.domain.geometry.plan import Plan, plan
from imagescaler.domain.limits import Limits
from imagescaler.domain.option_rules import check_result_format
from imagescaler.domain.options import Fit, Options
from imagescaler.domain.unused_options import without_unused
from imagescaler.engine.opened import OpenedImage
from imagescaler.engine.pixels.modes import DEEP_GREY

MAX_LOSSLESS_PIXELS = 25_000_000  # unasked: lossless coding takes 36 bytes of memory for each


@dataclass(frozen=True, slots=True)
class OutputSpec:
    """A result that can be made: its options, its geometry and its format.

    `keeps_depth` is True if it has 16 bits per sample; `frames` is more than 1 if it stays an animation.
    `tries_palette` is True if the result gets a palette as its source has, provided that it is invisible.
    `keeps_lossless` is True if it is lossless because its source is. `watermark` has the pixels of the option, RGBA.
    """

    options: Options
    plan: Plan
    format: Format
    keeps_depth: bool
    frames: int
    tries_palette: bool = False
    keeps_lossless: bool = False
    watermark: Image.Image | None = None

    @classmethod
    def of(cls, opened: OpenedImage, options: Options, limits: Limits) -> Self | ImageProblem:
        """Check options against an image whose orientation was read; return the problem if they cannot be met."""
        source = opened.source
        fmt = options.format or source.format.result
        try:
            check_result_format(options, fmt)
            limits.check_output_format(fmt)
            options = without_unused(options, source.format, source.frames)
            frames = source.frames if options.keeps_frames(source.format) else 1
            limits.check_frames(frames, source.stored)
            keeps_depth = _keeps_depth(opened, options, fmt)
            geometry = plan(source.stored, options, limits, orientation=source.orientation)
        except ImageProblem as problem:
            return problem
        is_asked = not options.keeps_coding or options.lossless is not None
        keeps_lossless = opened.is_lossless and not is_asked and prod(geometry.size) <= MAX_LOSSLESS_PIXELS
        options = replace(options, lossless=True) if keeps_lossless else options
        tries_palette = opened.has_few_colors and options.keeps_coding and options.palette is None
        return cls(options, geometry, fmt, keeps_depth, frames, tries_palette, keeps_lossless)

    @property
    def is_animated(self) -> bool:
        """True if the result has more than one frame."""
        return self.frames > 1


def _keeps_depth(opened: OpenedImage, options: Options, fmt: Format) -> bool:
    """Return True if the result has 16 bits per sample; raises UnsupportedDepth if it should and cannot."""
    is_deep_grey = opened.image.mode in DEEP_GREY
    if not (opened.is_deep or is_deep_grey) or not fmt.keeps_depth or options.depth is not None:
        return False
    has_transparent_color = "transparency" in opened.image.info
    needs_eight_bits = (
        options.blur
        or options.sharpen
        or options.pad
        or options.radius
        or options.watermark
        or options.background
        or options.fit is Fit.CONTAIN
    )
    if opened.is_deep or has_transparent_color or needs_eight_bits:
        what = "colors or transparency" if opened.is_deep or has_transparent_color else "grey"
        shallow = listed((each for each in RESULT_FORMATS if not each.keeps_depth), "or")
        raise UnsupportedDepth(
            f"The image has {what} of 16 bits per sample, which {fmt.name} could keep and this service would cut to 8 "
            f"here. Ask for depth=8, or for format={shallow}, which have 8 bits in any case."
        )
    return True
