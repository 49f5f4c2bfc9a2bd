"""Accept an image: store its bytes, write the task, enqueue a message, in this order."""

import hashlib
import json
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
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
from imagescaler.planning.preview import preview
from imagescaler.planning.source_traits import SourceTraits
from imagescaler.usecases.image_input import ImageInput, Probe
from imagescaler.usecases.ports import ImageStore, TaskQueue, TaskRepository

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class NewTaskRequest:
    """What an owner asks for. `correlation` has the ids of the request, for the logs of the processor."""

    image: ImageInput
    options: Options
    owner: str
    renditions: Sequence[Rendition] = ()
    idempotency_key: str | None = None
    correlation: Mapping[str, str] = field(default_factory=dict)

    @property
    def idempotency(self) -> Idempotency | None:
        """The client's key and what it stands for."""
        return Idempotency(self.idempotency_key, self.hash()) if self.idempotency_key else None

    def hash(self) -> str:
        """Hash the image and the options, or the named options of the renditions."""
        digest = hashlib.sha256(self.image.digest)
        options: Any = [[each.name, each.options.given()] for each in self.renditions] or self.options.given()
        digest.update(json.dumps(options, sort_keys=True).encode())
        return digest.hexdigest()

    def check(self, traits: SourceTraits, limits: Limits) -> None:
        """Raise ImageProblem for a result that cannot be made, with the name of its rendition."""
        if not self.renditions:
            preview(traits, self.options, limits)
        for each in self.renditions:
            try:
                preview(traits, each.options, limits)
            except ImageProblem as problem:
                raise type(problem)(f"{each.name}: {problem.detail}") from None

    def message(self, task_id: UUID) -> TaskMessage:
        """Return the queue message for the task."""
        return TaskMessage(task_id, **self.correlation)


async def create_task(
    request: NewTaskRequest,
    *,
    probe: Probe,
    limits: Limits,
    retention: Retention,
    tasks: TaskRepository,
    queue: TaskQueue,
    store: ImageStore,
) -> tuple[Task, bool]:
    """Accept an image and return its task with True, or with False the task that the key already stands for.

    If killed at any point, this leaves either nothing that matters or a task that the sweeper enqueues again. Raises
    RequestProblem, ImageProblem or Unavailable, and has then accepted nothing.
    """
    limits.check_renditions(len(request.renditions))
    source = await request.image.probe(probe, store)
    limits.check_bytes(source.bytes)
    request.check(SourceTraits.of(source), limits)
    new = NewTask(uuid4(), request.options, source, request.owner, request.idempotency, tuple(request.renditions))
    async with _retry_after_from_backlog(tasks):
        await request.image.keep(new.source_key, store, ttl_s=retention.source_ttl_s)
    try:
        task, created = await tasks.add(new)
    except Problem:
        await _roll_back(new, tasks, store)
        raise
    if not created:
        await store.delete(new.source_key)
        if task.status is Status.PENDING and task.message_id is None:
            async with _retry_after_from_backlog(tasks):
                await _enqueue_again(request.message(task.id), tasks, queue)
        return task, False
    try:
        async with _retry_after_from_backlog(tasks):
            message_id = await queue.push(request.message(task.id))
    except Problem:
        await _roll_back(new, tasks, store)
        raise
    with suppress(Unavailable):  # it is accepted all the same: the row exists, and so does the message
        await tasks.note_message(task.id, message_id)
    return task, True


@asynccontextmanager
async def _retry_after_from_backlog(tasks: TaskRepository) -> AsyncIterator[None]:
    """Set `Retry-After` on a "full" error from the current backlog."""
    try:
        yield
    except Full as problem:
        with suppress(Unavailable):
            problem.retry_after_s = (await tasks.backlog()).room_after_s
        raise


async def _enqueue_again(message: TaskMessage, tasks: TaskRepository, queue: TaskQueue) -> None:
    """Enqueue a task of an earlier request that was killed before it did, or is about to do so.

    Rolls nothing back: the task belongs to that request. If that one has rolled it back meanwhile, this one fails too.
    """
    message_id = await queue.push(message)
    if not await tasks.note_message(message.task_id, message_id):
        raise QueueUnavailable("The queue did not answer, so the task was not accepted. Try again.")


async def _roll_back(task: NewTask, tasks: TaskRepository, store: ImageStore) -> None:
    """Delete what was written, unless a replay has enqueued the task meanwhile: then it belongs to that request.

    If this fails too, the row has no message, and the bytes expire.
    """
    try:
        if await tasks.discard(task.id):
            await store.delete(task.source_key)
    except Unavailable:
        logger.warning("a refused task could not be removed", extra={"task_id": str(task.id)})
