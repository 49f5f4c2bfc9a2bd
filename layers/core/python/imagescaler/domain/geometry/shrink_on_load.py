"""Choose libjpeg's shrink-on-load factor (1, 2, 4 or 8)."""

from collections.abc import Iterable

from imagescaler.domain.formats import Format
from imagescaler.domain.geometry.plan import Plan
from imagescaler.domain.geometry.turn import Size
from imagescaler.domain.options import Kernel, Options

# The decoded image is at least this many times as large as the result. Measured on seven photographs
# (docs/performance.md), 1.2 is as good as sharp's default and takes 0.76 to 0.9 of its time; 1.35 keeps a point of
# SSIMULACRA2 more where a quarter would be 1.25 times as large, and takes a fifth more time there.
MARGIN = 1.2
FRACTIONS = (8, 4, 2)


def needed(stored: Size, results: Iterable[tuple[Plan, Options]]) -> Size:
    """Return the smallest size at which the whole image can be decoded for all results."""
    sizes = [_needed(stored, plan, options) for plan, options in results]
    return max(width for width, _ in sizes), max(height for _, height in sizes)


def fraction(fmt: Format, stored: Size, least: Size) -> int:
    """Return the largest factor by which each side can be smaller so that both are at least `least`: 1, 2, 4 or 8.

    >>> fraction(Format("jpeg"), (4000, 3000), (1080, 810)), fraction(Format("png"), (4000, 3000), (80, 60))
    (2, 1)
    """
    if not fmt.info.shrinks_on_load:
        return 1
    most = min(stored[0] // least[0], stored[1] // least[1])
    return next((each for each in FRACTIONS if each <= most), 1)


def _needed(stored: Size, plan: Plan, options: Options) -> Size:
    if options.trim is not None or options.linear or options.kernel is Kernel.NEAREST:
        return stored
    area, scaled = plan.stored_area, plan.stored_scaled
    width = stored[0] * scaled[0] / area.width * MARGIN
    height = stored[1] * scaled[1] / area.height * MARGIN
    return max(round(width), 1), max(round(height), 1)
