"""Which options contradict each other, or the format of the result."""

from collections.abc import Collection, Iterator

from imagescaler.domain.errors import NeverLossless
from imagescaler.domain.formats import Format, listed
from imagescaler.domain.option import result_formats
from imagescaler.domain.options import Fit, Gravity, Options

ALTERNATIVES: tuple[tuple[set[str], set[str]], ...] = (
    ({"scale"}, {"width", "height"}),
    ({"fit"}, {"preserve_ratio"}),
    ({"gravity"}, {"focus_x", "focus_y"}),
)
"""Options that take the place of each other."""
LOSSLESS = result_formats(lambda each: each.can_be_lossless)


def contradictions(options: Options, given: Collection[str]) -> Iterator[str]:
    """Find options that contradict each other, each with what to do about it; `given` names those that were sent.

    >>> list(contradictions(Options(5, scale=50), {"width", "scale"}))
    ['send either scale, or width and height']
    """
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
    if options.lossless and options.format and options.format not in LOSSLESS:
        yield f"lossless is an option of {listed(LOSSLESS)}, and format is {options.format}"


def replaced(names: Collection[str]) -> set[str]:
    """Return the options that no longer apply if those with `names` are set over others: themselves and alternatives.

    >>> sorted(replaced({"scale", "quality"}))
    ['height', 'quality', 'scale', 'width']
    """
    pairs = [*ALTERNATIVES, *((second, first) for first, second in ALTERNATIVES)]
    return set(names).union(*(others for these, others in pairs if these & set(names)))


def check_result_format(options: Options, fmt: Format) -> None:
    """Raise NeverLossless for a result that has to be lossless in a format that is not."""
    if options.lossless and fmt not in LOSSLESS:
        raise NeverLossless(f"lossless is an option of {listed(LOSSLESS)}, and the result is {fmt}.")
