"""Wait for the end of a task."""

import asyncio
from contextlib import suppress

from imagescaler.domain.errors import Unavailable
from imagescaler.domain.task.task import Task
from imagescaler.domain.wait_limits import WaitLimits
from imagescaler.usecases.ports import TaskEnds, TaskRepository

GRACE_S = 1  # for an answer of the servers beyond the wait


async def wait_for_task(
    task: Task, *, wait_s: float, work_s: float = 0, limits: WaitLimits, tasks: TaskRepository, ends: TaskEnds
) -> Task:
    """Return a task when it has ended, or as it was when last seen: after `wait_s` seconds, or without the servers.

    Returns at once if the task has ended, or if too many requests are waiting. `work_s` is its estimated processor
    time.
    """

    async def read() -> Task:
        nonlocal task
        task = await tasks.get(task.id)
        return task

    if not task.status.is_final and wait_s:
        with suppress(TimeoutError, Unavailable):
            async with asyncio.timeout(wait_s + GRACE_S):
                await ends.wait(task, read, wait_s=wait_s, work_s=work_s, limits=limits)
    return task
