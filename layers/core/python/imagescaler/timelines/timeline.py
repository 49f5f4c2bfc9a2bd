"""What a timeline is."""

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Timeline:
    """How long each frame of an animation stays, in milliseconds, and how often all of it plays; 0 is for ever."""

    durations_ms: tuple[Fraction, ...]
    plays: int = 0

    @property
    def frames(self) -> int:
        """Give how many frames there are."""
        return len(self.durations_ms)
