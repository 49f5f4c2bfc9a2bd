"""Equal quality: sets a contender to produce our file size, so that scores and times are comparable."""

from collections.abc import Callable, Iterable, Iterator

QUALITIES = (30, 99)
TOLERANCE = 0.03


def matched(size_of: Callable[[int], int], target_bytes: int, levels: Iterable[int] | None = None) -> int:
    """Find the quality, or of the `levels` of PNG that one, with which a file is nearest to a size.

    A level that makes the file smaller than the tolerance allows is taken only if all do.

    >>> matched(lambda quality: quality * 1000, 80_400), matched(lambda quality: quality * 1000, 9_000)
    (80, 30)
    >>> matched({1: 500, 6: 420, 9: 396}.__getitem__, 410, levels=(1, 6, 9))
    6
    """
    found = dict(_bisected(size_of, target_bytes) if levels is None else ((each, size_of(each)) for each in levels))
    allowed = {knob: size for knob, size in found.items() if size >= target_bytes * (1 - TOLERANCE)} or found
    return min(allowed, key=lambda knob: abs(allowed[knob] - target_bytes))


def _bisected(size_of: Callable[[int], int], target_bytes: int) -> Iterator[tuple[int, int]]:
    """Yield the qualities that were tried, and their sizes, which grow with them."""
    low, high = QUALITIES
    while low <= high:
        middle = (low + high) // 2
        size = size_of(middle)
        yield middle, size
        low, high = (middle + 1, high) if size < target_bytes else (low, middle - 1)


def is_equal(our_bytes: int, their_bytes: int, our_score: float, their_score: float) -> bool:
    """True if ours is at least as good: at most 3 % more bytes, and at most 1 point of SSIMULACRA2 less."""
    return our_bytes <= their_bytes * (1 + TOLERANCE) and our_score >= their_score - 1.0
