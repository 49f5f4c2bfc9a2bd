"""The timeline of an animation."""

from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate, pairwise


@dataclass(frozen=True, slots=True)
class Timeline:
    """Duration of each frame in milliseconds, and how often the animation plays; 0 is forever."""

    durations_ms: tuple[Fraction, ...]
    plays: int = 0

    @property
    def frames(self) -> int:
        """Number of frames."""
        return len(self.durations_ms)

    def rounded(self, unit_ms: int, most: int) -> list[int]:
        """Return the durations in a coarser unit, each at most `most`. Rounding errors do not add up over the frames.

        >>> Timeline((Fraction(25), Fraction(25), Fraction(25), Fraction(9_000_000))).rounded(10, 65_535)
        [2, 3, 3, 65535]
        """
        ends = [round(end / unit_ms) for end in accumulate(self.durations_ms, initial=Fraction(0))]
        return [min(end - start, most) for start, end in pairwise(ends)]
