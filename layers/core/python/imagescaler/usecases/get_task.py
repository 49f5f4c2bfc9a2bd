"""Read a task, and wait for its end if asked to."""

from uuid import UUID

from imagescaler.domain.task.task import Task
from imagescaler.domain.wait_limits import WaitLimits
from imagescaler.usecases.ports import TaskEnds, TaskRepository
from imagescaler.usecases.wait_for_task import wait_for_task


async def get_task(
    task_id: UUID, owner: str, *, wait_s: float, limits: WaitLimits, tasks: TaskRepository, ends: TaskEnds
) -> Task:
    """Return an owner's task, at once if it has ended, else after at most `wait_s` seconds; raises TaskNotFound."""
    task = (await tasks.get(task_id)).visible_to(owner)
    return await wait_for_task(task, wait_s=wait_s, limits=limits, tasks=tasks, ends=ends)
