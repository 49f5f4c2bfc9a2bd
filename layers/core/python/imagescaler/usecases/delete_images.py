"""Delete the images of a task."""

import asyncio

from imagescaler.domain.task.task import Task
from imagescaler.usecases.ports import ImageStore


async def delete_images(task: Task, store: ImageStore) -> None:
    """Delete the source and all results of a task; raises StoreUnavailable."""
    await asyncio.gather(*(store.delete(key) for key in task.image_keys))
