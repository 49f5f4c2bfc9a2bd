"""Fetch the result of a task."""

import hashlib
from collections.abc import Mapping
from uuid import UUID

from imagescaler.domain.errors import BlobNotFound, ResultDamaged, ResultExpired, TaskDeleted, TaskFailed
from imagescaler.domain.task.outcome import Failure, Result
from imagescaler.domain.task.status import Status
from imagescaler.domain.task.task import Task
from imagescaler.usecases.ports import ImageStore, SignedUrls, TaskRepository

URL_TTL_S = 300


async def get_result(
    task_id: UUID, owner: str, rendition: str | None = None, *, tasks: TaskRepository
) -> tuple[Task, Result | None]:
    """Return an owner's task and its result, or that of a rendition; None until there is one.

    Raises TaskNotFound, RenditionNotNamed, RenditionNotFound, TaskFailed, ResultExpired, TaskDeleted.
    """
    task = (await tasks.get(task_id)).visible_to(owner)
    return task, result_of(task, rendition)


def result_of(task: Task, rendition: str | None) -> Result | None:
    """Return the result of a task or of its rendition, None until there is one; raises as `get_result`."""
    if task.status is Status.DELETED:
        raise TaskDeleted.of(task.id)
    outcome = task.outcome(rendition)
    if isinstance(outcome, Failure):
        raise TaskFailed(outcome.type, outcome.title, outcome.detail)
    if task.status is Status.EXPIRED:
        raise ResultExpired.of(task.id)
    return outcome


async def read_result(
    task: Task, result: Result, rendition: str | None, *, tasks: TaskRepository, store: ImageStore
) -> bytes:
    """Return the bytes of a completed task's result.

    Raises ResultDamaged if size or hash differ from the row's. If the bytes are gone, expires the task and raises
    ResultExpired.
    """
    try:
        # One byte more shows that the blob is too long, and bounds the memory for foreign ones.
        data = await store.get(task.result_key(rendition), first_bytes=result.bytes + 1)
    except BlobNotFound:
        raise await _gone(task, tasks) from None
    if len(data) != result.bytes or hashlib.sha256(data).hexdigest() != result.sha256:
        raise ResultDamaged.of(task.id)
    return data


async def link_result(
    task: Task,
    result: Result,
    rendition: str | None,
    *,
    method: str,
    headers: Mapping[str, str],
    tasks: TaskRepository,
    store: ImageStore,
    urls: SignedUrls,
) -> str:
    """Return a signed URL for GET or HEAD of a result, valid for five minutes; raises ResultExpired as above.

    Raises ResultDamaged if the size differs from the row's. The bytes do not pass the function, so it cannot hash them.
    """
    key = task.result_key(rendition)
    try:
        size = await store.size(key)
    except BlobNotFound:
        raise await _gone(task, tasks) from None
    if size != result.bytes:
        raise ResultDamaged.of(task.id)
    return await urls.for_get(key, method=method, headers=headers, ttl_s=URL_TTL_S)


async def _gone(task: Task, tasks: TaskRepository) -> ResultExpired:
    await tasks.expire(task.id)
    return ResultExpired.of(task.id)
