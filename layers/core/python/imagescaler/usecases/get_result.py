"""Fetch the result of a task."""

from collections.abc import Mapping
from uuid import UUID

from imagescaler.domain.errors import BlobNotFound, ResultExpired, TaskFailed
from imagescaler.domain.task.outcome import Failure, Result
from imagescaler.domain.task.status import Status
from imagescaler.domain.task.task import Task
from imagescaler.usecases.ports import ImageStore, SignedUrls, TaskRepository

URL_TTL_S = 300


async def get_result(
    task_id: UUID, owner: str, rendition: str | None = None, *, tasks: TaskRepository
) -> tuple[Task, Result | None]:
    """Return an owner's task and its result, or that of a rendition; None until there is one.

    Raises TaskNotFound, RenditionNotNamed, RenditionNotFound, TaskFailed, ResultExpired.
    """
    task = (await tasks.get(task_id)).visible_to(owner)
    outcome = task.outcome(rendition)
    if isinstance(outcome, Failure):
        raise TaskFailed(outcome.type, outcome.title, outcome.detail)
    if task.status is Status.EXPIRED:
        raise ResultExpired.of(task_id)
    return task, outcome


async def read_result(task: Task, rendition: str | None, *, tasks: TaskRepository, store: ImageStore) -> bytes:
    """Return the bytes of a completed task's result; if they are gone, expires the task and raises ResultExpired."""
    try:
        return await store.get(task.result_key(rendition))
    except BlobNotFound:
        raise await _gone(task, tasks) from None


async def link_result(
    task: Task,
    rendition: str | None,
    *,
    method: str,
    headers: Mapping[str, str],
    tasks: TaskRepository,
    store: ImageStore,
    urls: SignedUrls,
) -> str:
    """Return a signed URL for GET or HEAD of a result, valid for five minutes; raises ResultExpired as above."""
    key = task.result_key(rendition)
    if not await store.exists(key):
        raise await _gone(task, tasks)
    return await urls.for_get(key, method=method, headers=headers, ttl_s=URL_TTL_S)


async def _gone(task: Task, tasks: TaskRepository) -> ResultExpired:
    await tasks.expire(task.id)
    return ResultExpired.of(task.id)
