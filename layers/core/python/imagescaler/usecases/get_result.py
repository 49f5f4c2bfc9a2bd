"""Fetch what a task has made."""

from collections.abc import Mapping
from uuid import UUID

from imagescaler.errors import BlobNotFound, ResultExpired, TaskFailed
from imagescaler.ports import ImageStore, SignedUrls, TaskRepository
from imagescaler.task import Status, Task

URL_TTL_S = 300


async def get_result(task_id: UUID, owner: str, *, tasks: TaskRepository) -> Task:
    """Return an owner's task that has a result or is not over; raises TaskNotFound, TaskFailed, ResultExpired."""
    task = (await tasks.get(task_id)).seen_by(owner)
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
        raise await _gone(task, tasks) from None


async def link_result(
    task: Task, *, method: str, headers: Mapping[str, str], tasks: TaskRepository, store: ImageStore, urls: SignedUrls
) -> str:
    """Return a URL at which GET, or HEAD, finds a result for five minutes; raises ResultExpired as above."""
    if not await store.exists(task.result_key):
        raise await _gone(task, tasks)
    return await urls.for_get(task.result_key, method=method, headers=headers, ttl_s=URL_TTL_S)


async def _gone(task: Task, tasks: TaskRepository) -> ResultExpired:
    await tasks.expire(task.id)
    return ResultExpired.of(task.id)
