"""Delete a task, with its images."""

import asyncio
from uuid import UUID

from imagescaler.usecases.close_task import announce_end
from imagescaler.usecases.delete_images import delete_images
from imagescaler.usecases.ports import ImageStore, TaskEnds, TaskRepository


async def delete_task(task_id: UUID, owner: str, *, tasks: TaskRepository, store: ImageStore, ends: TaskEnds) -> None:
    """Delete an owner's task, whatever its status, and its images at once; safe to repeat. Raises TaskNotFound.

    The row is first: from then on, no attempt begins, and one in hand cannot end the task. The sweeper deletes the
    images once more when that attempt is over, and also if this is killed or the store is unavailable.
    """
    (await tasks.get(task_id)).visible_to(owner)
    task = await tasks.delete(task_id)
    await asyncio.gather(announce_end(task, ends), delete_images(task, store))
