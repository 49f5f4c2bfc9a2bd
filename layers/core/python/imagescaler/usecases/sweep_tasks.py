"""Recover stale tasks: re-enqueue, fail, expire or delete them."""

from collections.abc import Callable
from contextlib import suppress
from uuid import UUID

from imagescaler.domain.errors import ClaimRefused, QueueFull, SourceLost, TaskNotFound, Unavailable
from imagescaler.domain.retention import Retention
from imagescaler.domain.sweep import Sweep, SweepSettings
from imagescaler.domain.task.message import TaskMessage
from imagescaler.domain.task.outcome import Failure
from imagescaler.domain.task.task import SOURCE_LOST, Task, attempts_exhausted
from imagescaler.usecases.ports import ImageStore, TaskQueue, TaskRepository

ROWS_LIMIT = 5000  # of one statement: about a second of work for the database

Message = Callable[[UUID], TaskMessage]


async def sweep_tasks(
    *,
    message: Message,
    settings: SweepSettings,
    max_attempts: int,
    retention: Retention,
    tasks: TaskRepository,
    queue: TaskQueue,
    store: ImageStore,
) -> Sweep:
    """Do one run of bounded work; safe to kill at any point and to run twice at once. Raises Unavailable.

    A task fails if its attempts are used up or its source is gone, and is enqueued again if its message is gone. Age
    alone is no reason: under load, that would fill the queue with messages for tasks that are only waiting.
    """
    expired = await tasks.expire_due(limit=ROWS_LIMIT)
    deleted = await tasks.delete_ended(older_than_s=retention.task_ttl_s, limit=ROWS_LIMIT)
    stale = await tasks.take_stale(older_than_s=settings.sweep_after_s, limit=settings.sweep_limit)
    ended: list[Task] = []
    reenqueued = 0
    with suppress(QueueFull):  # the next run tries again
        for task in stale:
            if failure := await _reason_to_end(task, max_attempts, store):
                ended += await _end(task, failure, tasks, store)
            elif await _has_no_message(task, settings, queue):
                # If killed before the note, the next run enqueues once more; a second message does no harm.
                await tasks.note_message(task.id, await queue.push(message(task.id)))
                reenqueued += 1
    return Sweep(len(stale), reenqueued, expired, deleted, tuple(ended))


async def _reason_to_end(task: Task, max_attempts: int, store: ImageStore) -> Failure | None:
    if task.counted_attempts >= max_attempts:
        return attempts_exhausted(max_attempts)
    return None if await store.exists(task.source_key) else Failure.of(SourceLost(SOURCE_LOST))


async def _end(task: Task, failure: Failure, tasks: TaskRepository, store: ImageStore) -> list[Task]:
    try:
        over = await tasks.abandon(task.id, failure)
    except (ClaimRefused, TaskNotFound):  # it has ended or was claimed meanwhile
        return []
    with suppress(Unavailable):  # it expires anyway
        await store.delete(task.source_key)
    return [over]


async def _has_no_message(task: Task, settings: SweepSettings, queue: TaskQueue) -> bool:
    if task.message_id is None:  # create_task was killed before the message, or before the note
        return True
    held = await queue.holds(task.message_id)
    if held is not None or task.swept_at is None:
        return not held
    silent_s = (task.swept_at - (task.enqueued_at or task.created_at)).total_seconds()
    return silent_s >= settings.reenqueue_after_s and task.enqueue_count < settings.max_enqueues
