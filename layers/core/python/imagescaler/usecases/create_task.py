"""Accept an image: keep its bytes, write the task, ring the queue, in this order."""

import hashlib
import json
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any
from uuid import UUID, uuid4

from imagescaler.domain.errors import Full, ImageProblem, Problem, QueueUnavailable, Unavailable
from imagescaler.domain.limits import Limits
from imagescaler.domain.options import Options
from imagescaler.domain.retention import Retention
from imagescaler.domain.task.message import TaskMessage
from imagescaler.domain.task.rendition import Rendition
from imagescaler.domain.task.status import Status
from imagescaler.domain.task.task import Idempotency, NewTask, Task
from imagescaler.planning.preview import SourceInfo, preview
from imagescaler.usecases.image_input import ImageInput, Probe
from imagescaler.usecases.ports import ImageStore, TaskQueue, TaskRepository

logger = logging.getLogger(__name__)
Message = Callable[[UUID], TaskMessage]


async def create_task(
    image: ImageInput,
    options: Options,
    owner: str,
    *,
    renditions: Sequence[Rendition] = (),
    idempotency_key: str | None,
    message: Message,
    probe: Probe,
    limits: Limits,
    retention: Retention,
    tasks: TaskRepository,
    queue: TaskQueue,
    store: ImageStore,
) -> tuple[Task, bool]:
    """Accept an owner's image and return its task with True, or with False the task that the key already stands for.

    Killed at any point, this leaves either nothing that matters or a task that can be rung for again. Raises
    RequestProblem, ImageProblem or Unavailable, and has then accepted nothing.
    """
    limits.check_renditions(len(renditions))
    source = await image.probe(probe, store)
    limits.check_bytes(source.bytes)
    _check(SourceInfo.of(source), options, renditions, limits)
    idempotency = None
    if idempotency_key:
        idempotency = Idempotency(idempotency_key, request_hash(image, options, renditions))
    new = NewTask(uuid4(), options, source, owner, idempotency, tuple(renditions))
    async with _retry_after_from_backlog(tasks):
        await image.keep(new.source_key, store, ttl_s=retention.source_ttl_s)
    try:
        task, created = await tasks.add(new)
    except Problem:
        await _roll_back(new, tasks, store)
        raise
    if not created:
        await store.delete(new.source_key)
        if task.status is Status.PENDING and task.message_id is None:
            async with _retry_after_from_backlog(tasks):
                await _enqueue_again(task, message, tasks, queue)
        return task, False
    try:
        async with _retry_after_from_backlog(tasks):
            message_id = await queue.push(message(task.id))
    except Problem:
        await _roll_back(new, tasks, store)
        raise
    with suppress(Unavailable):  # it is accepted all the same: the row is there, and the message too
        await tasks.note_message(task.id, message_id)
    return task, True


def request_hash(image: ImageInput, options: Options, renditions: Sequence[Rendition] = ()) -> str:
    """Hash what an idempotency key stands for: the image and the options, or the named ones of renditions."""
    digest = hashlib.sha256(image.digest)
    wish: Any = [[each.name, each.options.given()] for each in renditions] or options.given()
    digest.update(json.dumps(wish, sort_keys=True).encode())
    return digest.hexdigest()


def _check(source_info: SourceInfo, options: Options, renditions: Sequence[Rendition], limits: Limits) -> None:
    """Refuse what cannot be made, and name the rendition that it is."""
    if not renditions:
        preview(source_info, options, limits)
    for each in renditions:
        try:
            preview(source_info, each.options, limits)
        except ImageProblem as problem:
            raise type(problem)(f"{each.name}: {problem.detail}") from None


@asynccontextmanager
async def _retry_after_from_backlog(tasks: TaskRepository) -> AsyncIterator[None]:
    """Let who is refused for want of room know from the work that waits when to come again."""
    try:
        yield
    except Full as problem:
        with suppress(Unavailable):
            problem.retry_after_s = (await tasks.backlog()).room_after_s
        raise


async def _enqueue_again(task: Task, message: Message, tasks: TaskRepository, queue: TaskQueue) -> None:
    """Ring for a task that the client asked for before, where whoever accepted it did not get to, or is just about to.

    Takes nothing back: the task is another request's. Should that one have taken it back, then this one fails, too.
    """
    message_id = await queue.push(message(task.id))
    if not await tasks.note_message(task.id, message_id):
        raise QueueUnavailable("The task was taken back, because the queue did not answer. Try again.")


async def _roll_back(task: NewTask, tasks: TaskRepository, store: ImageStore) -> None:
    """Take back what was written, unless a replay has rung for it meanwhile: then it is that one's.

    Where that fails too, the row has no message, and the bytes have an end.
    """
    try:
        if await tasks.discard(task.id):
            await store.delete(task.source_key)
    except Unavailable:
        logger.warning("a refused task could not be removed", extra={"task_id": str(task.id)})
