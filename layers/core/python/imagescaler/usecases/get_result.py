"""Fetch what a task has made."""

from uuid import UUID

from imagescaler.errors import BlobNotFound, ResultExpired, TaskFailed
from imagescaler.ports import ImageStore, TaskRepository
from imagescaler.task import Status, Task


async def get_result(task_id: UUID, *, tasks: TaskRepository) -> Task:
    """Return a task that has a result or is not over; raises TaskNotFound, TaskFailed, ResultExpired."""
    task = await tasks.get(task_id)
    if task.failure is not None:
        raise TaskFailed(task.failure.type, task.failure.title, task.failure.detail)
    if task.status is Status.EXPIRED:
        raise ResultExpired.of(task_id)
    return task


async def read_result(task: Task, *, tasks: TaskRepository, store: ImageStore) -> bytes:
    """Return the bytes of a completed task's result; raises ResultExpired, and notes it, when they are gone."""
    try:
        return await store.get(task.result_key)
    except BlobNotFound:
        await tasks.expire(task.id)
        raise ResultExpired.of(task.id) from None
