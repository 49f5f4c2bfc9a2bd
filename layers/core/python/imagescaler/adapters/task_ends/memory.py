"""Ends of tasks in memory, for tests."""

import asyncio
from collections import defaultdict
from contextlib import suppress
from uuid import UUID

from imagescaler.adapters.task_ends.polling import counted
from imagescaler.domain.task.task import Task
from imagescaler.domain.wait_limits import WaitLimits
from imagescaler.usecases.ports import ReadTask, WaitCounter

RECHECK_S = 2


class MemoryTaskEnds:
    """An event for each request that waits."""

    def __init__(self, waits: WaitCounter) -> None:
        self._waits = waits
        self.waiting: defaultdict[UUID, list[asyncio.Event]] = defaultdict(list)

    async def announce(self, task_id: UUID) -> None:
        for ended in self.waiting.get(task_id, ()):
            ended.set()

    async def wait(self, task: Task, read: ReadTask, *, wait_s: float, work_s: float, limits: WaitLimits) -> None:  # noqa: ARG002 - reads on time
        clock = asyncio.get_running_loop().time
        until_s, ended = clock() + wait_s, asyncio.Event()
        async with counted(task.owner, wait_s, limits, self._waits) as may_wait:
            if not may_wait:
                return
            self.waiting[task.id].append(ended)
            try:
                task = await read()  # it may have ended before the event was there
                while not task.status.is_final and (left_s := until_s - clock()) > 0:
                    with suppress(TimeoutError):
                        await asyncio.wait_for(ended.wait(), min(left_s, RECHECK_S))
                    task = await read()
            finally:
                self.waiting[task.id].remove(ended)
                if not self.waiting[task.id]:
                    del self.waiting[task.id]
