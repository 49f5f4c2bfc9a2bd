"""Settings and outcome of a run of the sweeper."""

from collections.abc import Mapping
from dataclasses import dataclass

from imagescaler.domain.task.task import Task


@dataclass(frozen=True, slots=True)
class SweepSettings:
    """A run checks tasks without progress for `SWEEP_AFTER_S` seconds, `SWEEP_LIMIT` at a time.

    If the queue cannot look up messages (SQS), a task is re-enqueued after `REENQUEUE_AFTER_S` seconds without
    progress, and enqueued at most `MAX_ENQUEUES` times.
    """

    sweep_after_s: int = 60
    sweep_limit: int = 500
    reenqueue_after_s: int = 3600
    max_enqueues: int = 5


@dataclass(frozen=True, slots=True)
class Sweep:
    """The outcome of one run: how many tasks it checked, re-enqueued, expired and deleted, and those that it ended.

    `webhooks` is the number of those that it enqueued.

    `failures` has an error for each part of the run that failed.
    """

    checked: int
    reenqueued: int
    expired: int
    deleted: int
    webhooks: int = 0
    ended: tuple[Task, ...] = ()
    failures: tuple[Exception, ...] = ()

    @property
    def counts(self) -> Mapping[str, int]:
        """Number of tasks for each action."""
        return {
            "checked": self.checked,
            "reenqueued": self.reenqueued,
            "ended": len(self.ended),
            "expired": self.expired,
            "deleted": self.deleted,
            "webhooks": self.webhooks,
        }
