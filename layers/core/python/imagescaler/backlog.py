"""How long a client should wait before it asks again."""

from dataclasses import dataclass
from math import ceil
from typing import Self

MAX_RETRY_AFTER_S = 60
UNKNOWN_SECONDS_EACH = 0.5


@dataclass(frozen=True, slots=True)
class Backlog:
    """The work before a task: unfinished tasks that are older, itself included, and the seconds that one takes.

    `seconds_each` counts tasks that run side by side as such: it is the time from one end to the next while there is
    work, and never more than a task's own time.
    """

    unfinished: int
    seconds_each: float

    @classmethod
    def of(cls, unfinished: int, seconds_each: float | None) -> Self:
        """Fill in a guess where nothing was completed yet."""
        return cls(unfinished, seconds_each or UNKNOWN_SECONDS_EACH)

    @property
    def retry_after_s(self) -> int:
        """Estimate the whole seconds until the task is finished, from 1 to 60.

        >>> Backlog(unfinished=41, seconds_each=0.25).retry_after_s
        11
        """
        return min(max(ceil(self.unfinished * self.seconds_each), 1), MAX_RETRY_AFTER_S)
