"""How long a client should wait before it asks again."""

from dataclasses import dataclass
from math import ceil

MAX_RETRY_AFTER_S = 60


@dataclass(frozen=True, slots=True)
class Backlog:
    """The work before a task: unfinished tasks that are older, itself included, and the usual seconds for one."""

    unfinished: int
    seconds_each: float

    def retry_after_s(self, concurrency: int) -> int:
        """Estimate the whole seconds until the task is finished, from 1 to 60, with `concurrency` processors.

        >>> Backlog(unfinished=41, seconds_each=0.5).retry_after_s(concurrency=2)
        11
        """
        return min(max(ceil(self.unfinished * self.seconds_each / concurrency), 1), MAX_RETRY_AFTER_S)
