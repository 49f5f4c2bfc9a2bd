"""Wait until a task is over."""

import asyncio

from imagescaler.domain.task.status import Status
from imagescaler.domain.task.task import Task
from imagescaler.usecases.ports import TaskRepository

SHORTEST_PAUSE_S, LONGEST_PAUSE_S = 0.002, 0.25
PART_OF_WAIT = 0.2  # of a task that has begun, an answer is late by no more than this part of the time that it took
PART_OF_WORK = 0.5  # machines are faster than the one on which the model was measured


async def wait_for_task(task: Task, *, wait_s: float, work_s: float = 0, tasks: TaskRepository) -> Task:
    """Return a task as soon as it is over, at once if it is, and after `wait_s` seconds as it stands then.

    Asks again and again, ever more slowly: listening would hold a connection that poolers do not share. Until it has
    begun it is left alone for half of `work_s` at a time, the processor's seconds that it is expected to take, but not
    for longer than others: what is damaged is over sooner.
    """
    clock = asyncio.get_running_loop().time
    start, waited_s = clock(), 0.0
    while not task.status.is_final and waited_s < wait_s:
        shortest_s = max(work_s * PART_OF_WORK if task.status is Status.PENDING else 0, SHORTEST_PAUSE_S)
        pause_s = min(max(waited_s * PART_OF_WAIT, shortest_s), LONGEST_PAUSE_S)
        await asyncio.sleep(min(pause_s, wait_s - waited_s))
        task = await tasks.get(task.id)
        waited_s = clock() - start
    return task
