"""Recover stale tasks: re-enqueue, fail, expire or delete them."""

import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from uuid import UUID

from imagescaler.domain.errors import ClaimRefused, QueueFull, SourceLost, SourceUnreachable, TaskNotFound
from imagescaler.domain.retention import Retention
from imagescaler.domain.sweep import Sweep, SweepSettings
from imagescaler.domain.task.message import TaskMessage, group_of
from imagescaler.domain.task.outcome import Failure
from imagescaler.domain.task.task import SOURCE_LOST, Task, attempts_exhausted
from imagescaler.usecases.close_task import close_task
from imagescaler.usecases.delete_images import delete_images
from imagescaler.usecases.ports import DueWebhooks, ImageStore, TaskEnds, TaskQueue, TaskRepository
from imagescaler.usecases.sweep_webhooks import WebhookRecovery

ROWS_LIMIT = 1000  # of one statement: about a fifth of a second of work for the database
NEVER_FETCHED = "The image was not fetched within {} seconds. Send the request again."
SHRINK = 10  # a batch that took too long is repeated with so many times fewer rows

Message = Callable[[UUID], TaskMessage]
Clock = Callable[[], float]
logger = logging.getLogger(__name__)


async def sweep_tasks(
    *,
    message: Message,
    settings: SweepSettings,
    max_attempts: int,
    retention: Retention,
    tasks: TaskRepository,
    queue: TaskQueue,
    source_queue: TaskQueue,
    store: ImageStore,
    ends: TaskEnds,
    webhooks: DueWebhooks,
    webhook_queue: TaskQueue,
    time_s: float,
    clock: Clock = time.monotonic,
) -> Sweep:
    """Do one run of about `time_s` seconds at most; safe to kill at any point and to run twice at once.

    A task fails if its attempts are used up or its source is gone, and is enqueued again if its message is gone. Age
    alone is no reason: under load, that would fill the queue with messages for tasks that are only waiting. This comes
    first and takes at most half of the time, so that no part of a run can starve another.
    """
    start_s = clock()
    until_s = start_s + time_s / 2
    recovery = _Recovery(
        message,
        settings,
        max_attempts,
        retention,
        tasks,
        queue,
        source_queue,
        store,
        ends,
        webhook_queue,
        clock,
        until_s,
    )
    stale = _Part(recovery.run, settings.sweep_limit)
    expiry = _Part(lambda limit: tasks.expire_due(limit=limit), ROWS_LIMIT)
    purge = _Purge(settings, tasks, store, clock, start_s + time_s)
    purging = _Part(purge.run, settings.sweep_limit)
    deletion = _Part(lambda limit: tasks.delete_ended(older_than_s=retention.task_ttl_s, limit=limit), ROWS_LIMIT)
    due = WebhookRecovery(message, settings, webhooks, webhook_queue, clock, start_s + time_s)
    delivery = _Part(due.run, settings.sweep_limit)
    forgetting = _Part(lambda limit: webhooks.delete_ended(older_than_s=retention.task_ttl_s, limit=limit), ROWS_LIMIT)
    await _take_turns(stale, clock=clock, until_s=until_s)
    others = (expiry, delivery, purging, deletion, forgetting)
    await _take_turns(*others, clock=clock, until_s=start_s + time_s)
    failed = (part.failure for part in (stale, *others) if part.failure)
    return Sweep(
        recovery.checked,
        recovery.reenqueued,
        expiry.count,
        deletion.count,
        due.enqueued,
        tuple(recovery.ended),
        (*recovery.failures, *purge.failures, *due.failures, *failed),
    )


@dataclass(slots=True)
class _Part:
    """A change that is made in batches. `limit` is the size of the next batch, 0 if there is none."""

    change: Callable[[int], Awaitable[int]]
    limit: int
    count: int = 0
    failure: Exception | None = None

    async def run_batch(self) -> None:
        """Change at most `limit` tasks; after a failure the next batch is smaller."""
        try:
            done = await self.change(self.limit)
        except Exception as error:  # whatever it is, the other parts continue
            logger.exception("a batch of the sweep failed", extra={"limit": self.limit})
            self.failure, self.limit = error, self.limit // SHRINK
        else:
            self.count += done
            self.failure, self.limit = None, self.limit if done == self.limit else 0


async def _take_turns(*parts: _Part, clock: Clock, until_s: float) -> None:
    """Run a batch of each part in turn, until none has more to do or the time is over."""
    while left := [part for part in parts if part.limit]:
        for part in left:
            if clock() >= until_s:
                return
            await part.run_batch()


@dataclass(slots=True)
class _Recovery:
    """Fails and re-enqueues stale tasks, and counts them."""

    message: Message
    settings: SweepSettings
    max_attempts: int
    retention: Retention
    tasks: TaskRepository
    queue: TaskQueue
    source_queue: TaskQueue
    store: ImageStore
    ends: TaskEnds
    webhook_queue: TaskQueue
    clock: Clock
    until_s: float
    checked: int = 0
    reenqueued: int = 0
    ended: list[Task] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)

    async def run(self, limit: int) -> int:
        """Take at most `limit` stale tasks and return how many; 0 if the time is over or the queue is full."""
        stale = await self.tasks.take_stale(older_than_s=self.settings.sweep_after_s, limit=limit)
        for task in stale:
            if self.clock() >= self.until_s:
                return 0
            self.checked += 1
            try:
                await self._recover(task)
            except QueueFull:  # the next run tries again
                return 0
            except Exception as error:  # of one task, perhaps: those behind it would wait for ever
                logger.exception("a task could not be swept", extra={"task_id": str(task.id)})
                self.failures.append(error)
        return len(stale)

    async def _recover(self, task: Task) -> None:
        queue = self.source_queue if task.source is None else self.queue
        if failure := await _reason_to_end(task, self.max_attempts, self.retention, self.store):
            self.ended += await self._end(task, failure)
        elif await _has_no_message(task, self.settings, queue):
            # If killed before the note, the next run enqueues once more; a second message does no harm.
            message = replace(self.message(task.id), group=group_of(task.owner))
            await self.tasks.note_message(task.id, await queue.push(message))
            self.reenqueued += 1

    async def _end(self, task: Task, failure: Failure) -> list[Task]:
        try:
            over = await self.tasks.abandon(task.id, failure)
        except (ClaimRefused, TaskNotFound):  # it has ended or was claimed meanwhile
            return []
        await close_task(over, store=self.store, ends=self.ends, webhook_queue=self.webhook_queue)
        return [over]


@dataclass(slots=True)
class _Purge:
    """Deletes the images of deleted tasks once more, when no attempt can store any."""

    settings: SweepSettings
    tasks: TaskRepository
    store: ImageStore
    clock: Clock
    until_s: float
    failures: list[Exception] = field(default_factory=list)

    async def run(self, limit: int) -> int:
        """Purge at most `limit` tasks and return how many were taken; 0 if the time is over."""
        unpurged = await self.tasks.take_unpurged(older_than_s=self.settings.sweep_after_s, limit=limit)
        for task in unpurged:
            if self.clock() >= self.until_s:
                return 0
            try:
                await delete_images(task, self.store)
                await self.tasks.note_purged(task.id)
            except Exception as error:  # those behind it would wait for ever
                logger.exception("a deleted task could not be purged", extra={"task_id": str(task.id)})
                self.failures.append(error)
        return len(unpurged)


async def _reason_to_end(task: Task, max_attempts: int, retention: Retention, store: ImageStore) -> Failure | None:
    if task.counted_attempts >= max_attempts:
        return attempts_exhausted(max_attempts)
    if task.source is None:
        waited_s = (task.swept_at - task.created_at).total_seconds() if task.swept_at else 0
        is_late = waited_s >= retention.source_ttl_s
        return Failure.of(SourceUnreachable(NEVER_FETCHED.format(retention.source_ttl_s))) if is_late else None
    return None if await store.exists(task.source_key) else Failure.of(SourceLost(SOURCE_LOST))


async def _has_no_message(task: Task, settings: SweepSettings, queue: TaskQueue) -> bool:
    if task.message_id is None:  # create_task was killed before the message, or before the note
        return True
    held = await queue.holds(task.message_id)
    if held is not None or task.swept_at is None:
        return not held
    silent_s = (task.swept_at - (task.enqueued_at or task.created_at)).total_seconds()
    return silent_s >= settings.reenqueue_after_s and task.enqueue_count < settings.max_enqueues
