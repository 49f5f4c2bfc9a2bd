"""What a timeline is."""

from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate, pairwise


@dataclass(frozen=True, slots=True)
class Timeline:
    """How long each frame of an animation stays, in milliseconds, and how often all of it plays; 0 is for ever."""

    durations_ms: tuple[Fraction, ...]
    plays: int = 0

    @property
    def frames(self) -> int:
        """Give how many frames there are."""
        return len(self.durations_ms)

    def rounded(self, unit_ms: int, most: int) -> list[int]:
        """Give how long each frame stays in a coarser unit, `most` at most; what is rounded off does not add up.

        >>> Timeline((Fraction(25), Fraction(25), Fraction(25), Fraction(9_000_000))).rounded(10, 65_535)
        [2, 3, 3, 65535]
        """
        ends = [round(end / unit_ms) for end in accumulate(self.durations_ms, initial=Fraction(0))]
        return [min(end - start, most) for start, end in pairwise(ends)]
