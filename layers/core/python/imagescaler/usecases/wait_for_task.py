"""Wait for the end of a task."""

import asyncio
from contextlib import suppress

from imagescaler.domain.errors import Unavailable
from imagescaler.domain.task.status import Status
from imagescaler.domain.task.task import Task
from imagescaler.usecases.ports import TaskRepository

SHORTEST_PAUSE_S, LONGEST_PAUSE_S = 0.002, 0.25
GRACE_S = 1  # for the last answer of the database
PART_OF_WAIT = 0.2  # poll at most this part of the waited time too late
PART_OF_WORK = 0.5  # machines may be faster than the one that the cost model was measured on


async def wait_for_task(task: Task, *, wait_s: float, work_s: float = 0, tasks: TaskRepository) -> Task:
    """Return a task when it has ended, or as it was when last seen: after `wait_s` seconds, or without the database.

    Polls with growing pauses: LISTEN would hold a connection that poolers cannot share. Until the task has begun, a
    pause is at least half of `work_s`, its estimated processor time, up to the longest pause: a damaged image fails
    sooner.
    """
    clock = asyncio.get_running_loop().time
    start, waited_s = clock(), 0.0
    with suppress(TimeoutError, Unavailable):  # the task is accepted all the same
        async with asyncio.timeout_at(start + wait_s + GRACE_S):
            while not task.status.is_final and waited_s < wait_s:
                shortest_s = max(work_s * PART_OF_WORK if task.status is Status.PENDING else 0, SHORTEST_PAUSE_S)
                pause_s = min(max(waited_s * PART_OF_WAIT, shortest_s), LONGEST_PAUSE_S)
                await asyncio.sleep(min(pause_s, wait_s - waited_s))
                task = await tasks.get(task.id)
                waited_s = clock() - start
    return task
