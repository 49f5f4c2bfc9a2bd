"""The size of the result, computed before any pixel is touched."""

from imagescaler.errors import TargetTooLarge
from imagescaler.limits import Limits
from imagescaler.task import Options

Size = tuple[int, int]


def plan(source: Size, options: Options, limits: Limits) -> Size:
    """Give the exact width and height of the result for an upright source's; raises TargetTooLarge.

    A side that follows from the ratio is rounded to the nearest pixel, halves up, and never below 1.

    >>> plan((4000, 3000), Options(800, 800), Limits()), plan((4000, 3000), Options(800, 800, False), Limits())
    ((800, 600), (800, 800))
    >>> plan((4000, 3000), Options(height=300), Limits()), plan((9999, 1), Options(width=10), Limits())
    ((400, 300), (10, 1))
    """
    width, height = _size(source, options)
    if max(width, height) > limits.max_target_side or width * height > limits.max_target_pixels:
        raise TargetTooLarge(
            f"The scaled image would be {width} x {height}; "
            f"the limits are {limits.max_target_pixels:,} pixels and {limits.max_target_side:,} for a side."
        )
    return width, height


def _size(source: Size, options: Options) -> Size:
    width, height = source
    match options.width, options.height:
        case int(wanted_width), int(wanted_height):
            if not options.preserve_ratio:
                return wanted_width, wanted_height
            if wanted_width * height <= wanted_height * width:
                return wanted_width, _scaled(height, wanted_width, width)
            return _scaled(width, wanted_height, height), wanted_height
        case int(wanted_width), None:
            return wanted_width, _scaled(height, wanted_width, width)
        case None, int(wanted_height):
            return _scaled(width, wanted_height, height), wanted_height
        case _:
            return source


def _scaled(side: int, numerator: int, denominator: int) -> int:
    return max((2 * side * numerator + denominator) // (2 * denominator), 1)
