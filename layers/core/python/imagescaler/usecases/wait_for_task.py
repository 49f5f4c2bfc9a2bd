"""Wait for the end of a task."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from uuid import uuid4

from imagescaler.domain.errors import Unavailable
from imagescaler.domain.task.status import Status
from imagescaler.domain.task.task import Task
from imagescaler.domain.wait_limits import WaitLimits
from imagescaler.usecases.ports import TaskRepository, WaitCounter

SHORTEST_PAUSE_S, LONGEST_PAUSE_S = 0.002, 0.25
GRACE_S = 1  # for an answer of the database beyond the wait
LEASE_MARGIN_S = 10  # for the first and the last query of a wait
PART_OF_WAIT = 0.2  # poll at most this part of the waited time too late
PART_OF_WORK = 0.5  # machines may be faster than the one that the cost model was measured on


async def wait_for_task(
    task: Task, *, wait_s: float, work_s: float = 0, limits: WaitLimits, tasks: TaskRepository
) -> Task:
    """Return a task when it has ended, or as it was when last seen: after `wait_s` seconds, or without the database.

    Returns at once if the task has ended, or if too many requests are waiting.

    Polls with growing pauses: LISTEN would hold a connection that poolers cannot share. Until the task has begun, a
    pause is at least half of `work_s`, its estimated processor time, up to the longest pause: a damaged image fails
    sooner.
    """
    if task.status.is_final or not wait_s:
        return task
    async with _counted(task.owner, wait_s, limits, tasks) as may_wait:
        return await _poll(task, wait_s, work_s, tasks) if may_wait else task


@asynccontextmanager
async def _counted(owner: str, wait_s: float, limits: WaitLimits, tasks: WaitCounter) -> AsyncIterator[bool]:
    """Count a wait meanwhile; yields False if too many requests are waiting, or if the database does not answer."""
    wait_id, begun = uuid4(), False
    with suppress(TimeoutError, Unavailable):
        async with asyncio.timeout(GRACE_S):
            begun = await tasks.begin_wait(wait_id, owner, limits=limits, lease_s=wait_s + LEASE_MARGIN_S)
    try:
        yield begun
    finally:
        if begun:
            with suppress(TimeoutError, Unavailable):  # it is counted until its lease is over
                async with asyncio.timeout(GRACE_S):
                    await tasks.end_wait(wait_id)


async def _poll(task: Task, wait_s: float, work_s: float, tasks: TaskRepository) -> Task:
    clock = asyncio.get_running_loop().time
    start, waited_s = clock(), 0.0
    with suppress(TimeoutError, Unavailable):
        async with asyncio.timeout_at(start + wait_s + GRACE_S):
            while not task.status.is_final and waited_s < wait_s:
                shortest_s = max(work_s * PART_OF_WORK if task.status is Status.PENDING else 0, SHORTEST_PAUSE_S)
                pause_s = min(max(waited_s * PART_OF_WAIT, shortest_s), LONGEST_PAUSE_S)
                await asyncio.sleep(min(pause_s, wait_s - waited_s))
                task = await tasks.get(task.id)
                waited_s = clock() - start
    return task
