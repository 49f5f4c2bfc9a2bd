"""Which options contradict each other."""

from collections.abc import Collection, Iterator, Mapping

from imagescaler.domain.formats import Format, listed
from imagescaler.domain.options import Fit, Gravity, Options

SIZES = ("width", "height", "scale", "min_width", "min_height", "max_width", "max_height")
"""At least one of these is needed."""
FORMATS: Mapping[str, Collection[Format]] = {
    "lossless": [each for each in Format if each.can_be_lossless],
    "progressive": [each for each in Format if each.info.progressive],
    "palette": [each for each in Format if each.info.palette],
}
"""The formats that have an option, where not all do."""


def contradictions(options: Options, given: Collection[str]) -> Iterator[str]:
    """Find options that contradict each other, each with what to do about it; `given` names those that were sent.

    >>> list(contradictions(Options(5, scale=50), {"width", "scale"}))
    ['send either scale, or width and height']
    """
    if all(getattr(options, size) is None for size in SIZES):
        yield "send width, height or both, in pixels; or scale, in percent; or a minimum or maximum"
    if options.scale is not None and (options.width or options.height):
        yield "send either scale, or width and height"
    if options.fit and "preserve_ratio" in given and options.preserve_ratio is (options.fit is Fit.FILL):
        ratio = str(options.preserve_ratio).lower()
        yield f"preserve_ratio={ratio} and fit={options.fit} contradict each other: leave out one"
    for side in ("width", "height"):
        least, most = getattr(options, f"min_{side}"), getattr(options, f"max_{side}")
        if least and most and least > most:
            yield f"min_{side} is {least}, which is more than max_{side}, {most}"
    if options.gravity is not Gravity.CENTER and (options.focus_x, options.focus_y) != (None, None):
        yield "focus_x and focus_y take the place of gravity: send either"
    for name, formats in FORMATS.items():
        if getattr(options, name) and options.format and options.format not in formats:
            yield f"{name} is an option of {listed(formats)}, and format is {options.format}"
