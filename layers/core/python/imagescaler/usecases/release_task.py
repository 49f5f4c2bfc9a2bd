"""Release a task after an attempt that another one may repeat."""

import asyncio
from contextlib import suppress

from imagescaler.domain.errors import Unavailable
from imagescaler.domain.task.task import Task
from imagescaler.usecases.ports import TaskRepository

PAUSES_S = (0, 0.5, 1, 2, 4, 8)


async def release_task(task: Task, tasks: TaskRepository, *, uncounted: bool = False) -> None:
    """Release the task; while Postgres is unavailable, try again for 15 seconds.

    Otherwise the lease expires, and the attempt counts, although the same outage may have ended it.
    """
    for pause_s in PAUSES_S:
        await asyncio.sleep(pause_s)
        with suppress(Unavailable):
            await tasks.release(task, uncounted=uncounted)
            return
