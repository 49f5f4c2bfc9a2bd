"""Look a task up, and if wished wait until it is over."""

import asyncio
from uuid import UUID

from imagescaler.ports import TaskRepository
from imagescaler.task import Task

SHORTEST_PAUSE_S, LONGEST_PAUSE_S = 0.002, 0.25
PART_OF_WAIT = 0.1  # an answer is late by no more than this part of the time that it took


async def get_task(task_id: UUID, owner: str, *, wait_s: float, tasks: TaskRepository) -> Task:
    """Return an owner's task, at once if it is over, else after at most `wait_s` seconds; raises TaskNotFound.

    Asks again and again, ever more slowly: listening would hold a connection that poolers do not share.
    """
    clock = asyncio.get_running_loop().time
    start = clock()
    while True:
        task = (await tasks.get(task_id)).seen_by(owner)
        waited_s = clock() - start
        if task.status.is_final or waited_s >= wait_s:
            return task
        pause_s = min(max(waited_s * PART_OF_WAIT, SHORTEST_PAUSE_S), LONGEST_PAUSE_S)
        await asyncio.sleep(min(pause_s, wait_s - waited_s))
