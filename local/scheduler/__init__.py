"""EventBridge's schedules on one machine: invokes functions at a rate, each with the event of a schedule."""

from local.scheduler.scheduler import Scheduler

__all__ = ["Scheduler"]
