"""Size and position of a watermark on a result."""

from fractions import Fraction

from imagescaler.domain.geometry.plan import PLACES
from imagescaler.domain.geometry.sizing import exact, rounded
from imagescaler.domain.geometry.turn import Size
from imagescaler.domain.options import Box, Gravity, Options


def watermark_box(result: Size, watermark: Size, options: Options) -> Box:
    """Return where a watermark of this size goes; a margin leaves it at least one pixel.

    >>> watermark_box((800, 600), (100, 50), Options(watermark="logo", watermark_margin=10))
    Box(left=590, top=490, width=200, height=100)
    >>> watermark_box((800, 600), (10, 600), Options(watermark="logo"))
    Box(left=790, top=0, width=10, height=600)
    """
    margin = rounded(options.watermark_margin * exact(options.dpr))
    margins = [min(margin, (side - 1) // 2) for side in result]
    room = [side - 2 * margin for side, margin in zip(result, margins, strict=True)]
    width = min(result[0] * exact(options.watermark_scale) / 100, Fraction(room[0]))
    factor = min(width / watermark[0], Fraction(room[1], watermark[1]))
    size = [max(rounded(side * factor), 1) for side in watermark]
    places = PLACES[Gravity(options.watermark_gravity)]
    left, top = (
        margin + int((part - side) * place)
        for margin, part, side, place in zip(margins, room, size, places, strict=True)
    )
    return Box(left, top, size[0], size[1])
