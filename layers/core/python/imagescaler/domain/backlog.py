"""Estimates how long a client should wait before it asks again (`Retry-After`)."""

from dataclasses import dataclass
from math import ceil
from typing import Self

MAX_RETRY_AFTER_S = 60
RETRY_SHARE = 0.1
DEFAULT_SECONDS_EACH = 0.5


@dataclass(frozen=True, slots=True)
class Backlog:
    """The unfinished tasks up to and including one task, as far as they matter, and the seconds that each takes.

    `seconds_each` accounts for parallel processors: it is the average time between two completions while there is
    work, and at most the duration of one task.
    """

    unfinished: int
    seconds_each: float

    @classmethod
    def of(cls, unfinished: int, seconds_each: float | None) -> Self:
        """Create a backlog, with a default duration if no task has been completed yet."""
        return cls(unfinished, seconds_each or DEFAULT_SECONDS_EACH)

    @property
    def retry_after_s(self) -> int:
        """Estimate the whole seconds until the task is finished, from 1 to 60.

        >>> Backlog(unfinished=41, seconds_each=0.25).retry_after_s
        11
        """
        return _whole_s(self.unfinished * self.seconds_each)

    @property
    def room_after_s(self) -> int:
        """Estimate the whole seconds until a tenth of the tasks is done, from 1 to 60.

        Clients that were refused for lack of room return then. If they waited for all tasks to end, the processors
        would be idle in between.

        >>> Backlog(unfinished=10_000, seconds_each=0.02).room_after_s
        20
        """
        return _whole_s(self.unfinished * self.seconds_each * RETRY_SHARE)


def _whole_s(seconds: float) -> int:
    return min(max(ceil(seconds), 1), MAX_RETRY_AFTER_S)
