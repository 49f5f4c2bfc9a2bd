"""What the sweeper may do in one run, and what it did."""

from collections.abc import Mapping
from dataclasses import dataclass

from imagescaler.domain.task.task import Task


@dataclass(frozen=True, slots=True)
class SweepSettings:
    """`SWEEP_AFTER_S` seconds must a task lie still before it is looked at, and between two looks.

    One run looks at `SWEEP_LIMIT` tasks. Where the queue cannot be asked, a task is rung for again only after
    `REENQUEUE_AFTER_S` seconds without news of it, and `MAX_ENQUEUES` times in all.
    """

    sweep_after_s: int = 60
    sweep_limit: int = 500
    reenqueue_after_s: int = 3600
    max_enqueues: int = 5


@dataclass(frozen=True, slots=True)
class Sweep:
    """What one run did: how many tasks it looked at, rang for, expired and deleted, and those that it ended."""

    looked_at: int
    reenqueued: int
    expired: int
    deleted: int
    ended: tuple[Task, ...] = ()

    @property
    def counts(self) -> Mapping[str, int]:
        """Give how many tasks each thing was done to."""
        return {
            "looked_at": self.looked_at,
            "reenqueued": self.reenqueued,
            "ended": len(self.ended),
            "expired": self.expired,
            "deleted": self.deleted,
        }
