"""The size of a result, in exact arithmetic, so that every side is the documented one (docs/dimensions.md)."""

from fractions import Fraction
from math import floor

from imagescaler.domain.geometry.turn import Size
from imagescaler.domain.options import Edges, Fit, Options

HALF = Fraction(1, 2)


def sizes(source: Size, options: Options) -> tuple[Size, Size, Size]:
    """Return the size of the scaled image, of its visible window, and of the canvas."""
    width, height = _pixels(options.width, options), _pixels(options.height, options)
    fit = options.fitting
    if width is None or height is None or fit in {Fit.INSIDE, Fit.OUTSIDE}:
        size = _times(source, _factor(source, width, height, options))
        return size, size, size
    box = (
        _bounded(width, options.min_width, options.max_width, options),
        _bounded(height, options.min_height, options.max_height, options),
    )
    if fit is Fit.FILL:
        size = box if options.enlarge else (min(box[0], source[0]), min(box[1], source[1]))
        return size, size, size
    ratios = Fraction(box[0], source[0]), Fraction(box[1], source[1])
    factor = max(ratios) if fit is Fit.COVER else min(ratios)
    scaled = _times(source, factor if options.enlarge else min(factor, Fraction(1)))
    if fit is Fit.CONTAIN:
        return scaled, scaled, box
    window = min(box[0], scaled[0]), min(box[1], scaled[1])
    return scaled, window, window


def _factor(source: Size, width: int | None, height: int | None, options: Options) -> Fraction:
    """Return the factor of both sides: the requested one, at least the minimum, not enlarging, at most the maximum."""
    requested = _ratios(source, width, height)
    if requested:
        factor = max(requested) if options.fitting is Fit.OUTSIDE else min(requested)
    else:
        factor = exact(options.scale) / 100 * exact(options.dpr) if options.scale else Fraction(1)
    least = _ratios(source, _pixels(options.min_width, options), _pixels(options.min_height, options))
    most = _ratios(source, _pixels(options.max_width, options), _pixels(options.max_height, options))
    factor = max([factor, *least])
    if not options.enlarge:
        factor = min(factor, Fraction(1))
    return min([factor, *most])


def _ratios(source: Size, width: int | None, height: int | None) -> list[Fraction]:
    return [Fraction(new, old) for new, old in zip((width, height), source, strict=True) if new is not None]


def _bounded(side: int, least: int | None, most: int | None, options: Options) -> int:
    least, most = _pixels(least, options), _pixels(most, options)
    side = side if least is None else max(side, least)
    return side if most is None else min(side, most)


def _pixels(length: int | None, options: Options) -> int | None:
    """Return a length of the result in device pixels."""
    return None if length is None else max(rounded(length * exact(options.dpr)), 1)


def padding(options: Options) -> Edges:
    """Return the padding in device pixels."""
    edges = options.pad or Edges(0, 0, 0, 0)
    dpr = exact(options.dpr)
    return Edges(*(rounded(edge * dpr) for edge in (edges.top, edges.right, edges.bottom, edges.left)))


def corner_radius(size: Size, options: Options) -> float:
    """Return the radius of the corners of an image in device pixels; 0 without any.

    It is at most half of the shorter side, as a larger one is in CSS (CSS Backgrounds and Borders Level 3, 4.5).

    >>> corner_radius((40, 31), Options(radius=8)), corner_radius((40, 31), Options(radius=9_999))
    (8.0, 15.5)
    """
    return float(min((options.radius or 0) * exact(options.dpr), Fraction(min(size), 2)))


def _times(size: Size, factor: Fraction) -> Size:
    return max(rounded(size[0] * factor), 1), max(rounded(size[1] * factor), 1)


def rounded(value: Fraction) -> int:
    """Round to the nearest integer, halves up."""
    return floor(value + HALF)


def exact(number: float) -> Fraction:
    """Return a decimal number as the exact fraction that it was written as: 1.1 is eleven tenths."""
    return Fraction(str(number))
