"""Look a task up, and if wished wait until it is over."""

import asyncio
from uuid import UUID

from imagescaler.ports import TaskRepository
from imagescaler.task import Task

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.01, 0.25


async def get_task(task_id: UUID, *, wait_s: float, tasks: TaskRepository) -> Task:
    """Return a task, at once if it is over, else after at most `wait_s` seconds; raises TaskNotFound.

    Asks again and again, ever more slowly: listening would hold a connection that poolers do not share.
    """
    clock = asyncio.get_running_loop().time
    until = clock() + wait_s
    pause_s = FIRST_PAUSE_S
    while True:
        task = await tasks.get(task_id)
        left_s = until - clock()
        if task.status.is_final or left_s <= 0:
            return task
        await asyncio.sleep(min(pause_s, left_s))
        pause_s = min(pause_s * 1.5, LONGEST_PAUSE_S)
