"""How long a client should wait before it asks again."""

from dataclasses import dataclass
from math import ceil
from typing import Self

MAX_RETRY_AFTER_S = 60
PART_THAT_MAKES_ROOM = 0.1
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
        return _whole_s(self.unfinished * self.seconds_each)

    @property
    def room_after_s(self) -> int:
        """Estimate the whole seconds until a tenth of the work is done, from 1 to 60: who comes then finds room.

        Not the end of all work: the processors would have nothing to do when everybody comes back.

        >>> Backlog(unfinished=10_000, seconds_each=0.02).room_after_s
        20
        """
        return _whole_s(self.unfinished * self.seconds_each * PART_THAT_MAKES_ROOM)


def _whole_s(seconds: float) -> int:
    return min(max(ceil(seconds), 1), MAX_RETRY_AFTER_S)
