"""Ends of tasks that nobody announces: requests that wait poll the row."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from uuid import UUID, uuid4

from imagescaler.domain.errors import Unavailable
from imagescaler.domain.task.status import Status
from imagescaler.domain.task.task import Task
from imagescaler.domain.wait_limits import WaitLimits
from imagescaler.usecases.ports import ReadTask, WaitCounter

SHORTEST_PAUSE_S, LONGEST_PAUSE_S = 0.002, 0.25
COUNT_TIMEOUT_S = 1
LEASE_MARGIN_S = 10  # for the first and the last query of a wait
PART_OF_WAIT = 0.2  # poll at most this part of the waited time too late
PART_OF_WORK = 0.5  # machines may be faster than the one that the cost model was measured on


class PolledTaskEnds:
    """Polls with growing pauses: LISTEN would hold a connection that poolers cannot share.

    Until the task has begun, a pause is at least half of its estimated processor time, up to the longest pause: a
    damaged image fails sooner.
    """

    def __init__(self, waits: WaitCounter) -> None:
        self._waits = waits

    async def announce(self, task_id: UUID) -> None:
        pass

    async def wait(self, task: Task, read: ReadTask, *, wait_s: float, work_s: float, limits: WaitLimits) -> None:
        clock = asyncio.get_running_loop().time
        start_s, waited_s = clock(), 0.0
        async with counted(task.owner, wait_s, limits, self._waits) as may_wait:
            while may_wait and not task.status.is_final and waited_s < wait_s:
                shortest_s = max(work_s * PART_OF_WORK if task.status is Status.PENDING else 0, SHORTEST_PAUSE_S)
                pause_s = min(max(waited_s * PART_OF_WAIT, shortest_s), LONGEST_PAUSE_S)
                await asyncio.sleep(min(pause_s, wait_s - waited_s))
                task = await read()
                waited_s = clock() - start_s


@asynccontextmanager
async def counted(owner: str, wait_s: float, limits: WaitLimits, waits: WaitCounter) -> AsyncIterator[bool]:
    """Count a wait meanwhile; yields False if too many requests are waiting, or if the database does not answer."""
    wait_id, begun = uuid4(), False
    with suppress(TimeoutError, Unavailable):
        async with asyncio.timeout(COUNT_TIMEOUT_S):
            begun = await waits.begin_wait(wait_id, owner, limits=limits, lease_s=wait_s + LEASE_MARGIN_S)
    try:
        yield begun
    finally:
        if begun:
            with suppress(TimeoutError, Unavailable):  # it is counted until its lease is over
                async with asyncio.timeout(COUNT_TIMEOUT_S):
                    await waits.end_wait(wait_id)
