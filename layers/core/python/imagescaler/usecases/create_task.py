"""Accept an image: store its bytes, write the task, enqueue a message, in this order."""

import hashlib
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID, uuid4

from imagescaler.domain.errors import Full, QueueUnavailable, QuotaUsedUp, RepositoryUnavailable, Unavailable
from imagescaler.domain.limits import Limits
from imagescaler.domain.options import Options
from imagescaler.domain.quota import KeyQuota, Quota
from imagescaler.domain.retention import Retention
from imagescaler.domain.task.message import TaskMessage, group_of
from imagescaler.domain.task.rendition import Rendition
from imagescaler.domain.task.source import Source
from imagescaler.domain.task.status import Status
from imagescaler.domain.task.task import Idempotency, NewTask, Task
from imagescaler.planning.preview import Preview, check_results, counted_pixels
from imagescaler.planning.source_traits import SourceTraits
from imagescaler.usecases.image_input import ImageInput, Probe, RemoteImage
from imagescaler.usecases.ports import ImageStore, OperatorImages, TaskQueue, TaskRepository
from imagescaler.usecases.watermarks import check_watermarks, keep_watermarks

UNKNOWN = "The database does not answer, and may have accepted the task. Repeat the request with its Idempotency-Key."

Wait = Callable[[Task], Awaitable[Task]]
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class NewTaskRequest:
    """What an owner asks for. `correlation` has the ids of the request, for the logs of the processor.

    The end of the task is reported to `webhook_url`, or else to that of the API key, if there is one.
    """

    image: ImageInput | RemoteImage
    options: Options
    owner: str
    renditions: Sequence[Rendition] = ()
    idempotency_key: str | None = None
    correlation: Mapping[str, str] = field(default_factory=dict)
    quota: KeyQuota = field(default_factory=lambda: KeyQuota("", Quota()))
    webhook_url: str | None = None
    key_webhook_url: str | None = None

    @property
    def idempotency(self) -> Idempotency | None:
        """The client's key and what it stands for."""
        return Idempotency(self.idempotency_key, self.hash()) if self.idempotency_key else None

    def hash(self) -> str:
        """Hash what the request says: the image, the options, and its own URL of webhooks."""
        digest = hashlib.sha256(self.image.digest)
        options: Any = [[each.name, each.options.given()] for each in self.renditions] or self.options.given()
        digest.update(json.dumps(options, sort_keys=True).encode())
        digest.update((self.webhook_url or "").encode())
        return digest.hexdigest()

    def new_task(self, source: Source | None, pixels: int, idempotency: Idempotency | None) -> NewTask:
        """Create the task, with an id; raises TaskExceedsQuota."""
        return NewTask(
            uuid4(),
            self.options,
            source,
            self.owner,
            idempotency,
            tuple(self.renditions),
            self.image.url if isinstance(self.image, RemoteImage) else None,
            self.quota.charge(pixels),
            self.webhook_url or self.key_webhook_url,
        )

    @property
    def output_options(self) -> tuple[Options, ...]:
        """Options of each result."""
        return tuple(each.options for each in self.renditions) or (self.options,)

    def message(self, task_id: UUID) -> TaskMessage:
        """Return the queue message for the task."""
        return TaskMessage(task_id, **self.correlation, group=group_of(self.owner))


async def create_task(
    request: NewTaskRequest,
    *,
    probe: Probe,
    limits: Limits,
    retention: Retention,
    tasks: TaskRepository,
    queue: TaskQueue,
    source_queue: TaskQueue,
    store: ImageStore,
    images: OperatorImages,
    wait: Wait | None = None,
) -> tuple[Task, bool]:
    """Accept an image and return its task with True, or with False the task that the key already stands for.

    An image at a URL goes to `source_queue`, to be fetched first. `wait` waits for the task's end. Only a task that has
    not ended by then needs the note of its message.

    If killed at any point, this leaves either nothing that matters or a task that the sweeper enqueues again. Raises
    RequestProblem, ImageProblem or Unavailable, and has then accepted nothing, unless the error says that it may have.
    """
    chosen = source_queue if isinstance(request.image, RemoteImage) else queue
    task, created, message_id = await _accept(request, probe, limits, retention, tasks, chosen, store, images)
    if wait:
        task = replace(await wait(task), rate_limits=task.rate_limits)
    if message_id and not task.status.is_final:
        with suppress(Unavailable):  # it is accepted all the same: the row exists, and so does the message
            await tasks.note_message(task.id, message_id)
    return task, created


async def _accept(
    request: NewTaskRequest,
    probe: Probe,
    limits: Limits,
    retention: Retention,
    tasks: TaskRepository,
    queue: TaskQueue,
    store: ImageStore,
    images: OperatorImages,
) -> tuple[Task, bool, str | None]:
    """Return the task, whether it is new, and the id of a message whose note is due."""
    idempotency = request.idempotency  # hashes the image
    if idempotency and (known := await tasks.find(request.owner, idempotency)):
        await _enqueue_again(known, request, tasks, queue)
        return known, False, None
    async with _retry_after_from_backlog(tasks):
        await queue.check_room()  # before the work, of which a refusal would take most
    limits.check_renditions(len(request.renditions))
    source, previews = await _probe(request, probe, limits, store)
    await check_watermarks(
        request.output_options,
        request.owner,
        source_bytes=source.bytes if source else 0,
        probe=probe,
        limits=limits,
        store=store,
        images=images,
    )
    new = request.new_task(source, counted_pixels(previews), idempotency)
    task, created = await _write(new, request.image, retention, tasks, store)
    if not created:
        await _enqueue_again(task, request, tasks, queue)
        return task, False, None
    try:
        async with _retry_after_from_backlog(tasks):
            return task, True, await queue.push(request.message(task.id))
    except Exception:
        if await _roll_back(new, tasks, store):
            raise
        logger.warning("an accepted task was not enqueued", exc_info=True, extra={"task_id": str(task.id)})
        return task, True, None  # a replay has enqueued it, or its attempt has begun, or the sweeper will enqueue it


async def _probe(
    request: NewTaskRequest, probe: Probe, limits: Limits, store: ImageStore
) -> tuple[Source | None, Sequence[Preview]]:
    """Read the header and plan the results; None and no plan for an image that is yet to be fetched."""
    if isinstance(request.image, RemoteImage):
        for options in request.output_options:
            limits.check_target(options.target_url)
        return None, ()
    source = await request.image.probe(probe, store)
    limits.check_bytes(source.bytes)
    return source, check_results(SourceTraits.of(source), request.options, request.renditions, limits)


async def _write(
    new: NewTask, image: ImageInput | RemoteImage, retention: Retention, tasks: TaskRepository, store: ImageStore
) -> tuple[Task, bool]:
    """Store the source and add the task; if this raises, or another task has the key, the source is deleted.

    It stays if the database does not answer: a statement that waits there may add the row later, which needs it.
    """
    try:
        async with _retry_after_from_backlog(tasks):
            if not isinstance(image, RemoteImage):
                await image.keep(new.source_key, store, ttl_s=retention.source_ttl_s)
            await keep_watermarks(new, store, ttl_s=retention.source_ttl_s)
    except Exception:
        await _delete_source(new, store)
        raise
    try:
        async with _retry_after_from_backlog(tasks):
            task, created = await tasks.add(new)
    except QuotaUsedUp:  # nothing was added
        await _delete_source(new, store)
        raise
    except Unavailable as error:
        await _discard(new, tasks)
        raise RepositoryUnavailable(UNKNOWN) from error
    except Exception as error:
        if await _roll_back(new, tasks, store):
            raise
        raise RepositoryUnavailable(UNKNOWN) from error
    if not created:
        await _delete_source(new, store)
    return task, created


@asynccontextmanager
async def _retry_after_from_backlog(tasks: TaskRepository) -> AsyncIterator[None]:
    """Set `Retry-After` on an error for want of room from the current backlog, unless the time of the room is known."""
    try:
        yield
    except (Full, QuotaUsedUp) as problem:
        if problem.room_after_s is None:
            with suppress(Unavailable):
                problem.retry_after_s = (await tasks.backlog()).room_after_s
        raise


async def _enqueue_again(task: Task, request: NewTaskRequest, tasks: TaskRepository, queue: TaskQueue) -> None:
    """Enqueue a task of an earlier request that was killed before it did, or is about to do so.

    Rolls nothing back: the task belongs to that request. If that one has rolled it back meanwhile, this one fails too.
    """
    if task.status is not Status.PENDING or task.message_id is not None:
        return
    async with _retry_after_from_backlog(tasks):
        message_id = await queue.push(request.message(task.id))
    if not await tasks.note_message(task.id, message_id):
        raise QueueUnavailable("The queue did not answer, so the task was not accepted. Try again.")


async def _roll_back(new: NewTask, tasks: TaskRepository, store: ImageStore) -> bool:
    """Delete what was written; False if the task stays, or may stay.

    It stays if a replay has enqueued it or its attempt has begun: the queue's answer was lost.
    """
    is_gone = await _discard(new, tasks)
    if is_gone:
        await _delete_source(new, store)
    return is_gone


async def _discard(new: NewTask, tasks: TaskRepository) -> bool:
    """Delete the row; False if it stays, or may stay."""
    try:
        return await tasks.discard(new.id)
    except Unavailable:
        logger.warning("a refused task could not be removed", extra={"task_id": str(new.id)})
        return False


async def _delete_source(new: NewTask, store: ImageStore) -> None:
    """Delete the source and its watermarks; if this fails, they expire."""
    with suppress(Unavailable):
        for key in (new.source_key, *new.watermark_keys.values()):
            await store.delete(key)
