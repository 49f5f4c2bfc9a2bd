"""Fail the task of a message that was delivered too often."""

from uuid import UUID

from imagescaler.domain.errors import AttemptsExhausted, TaskFinished
from imagescaler.domain.task.outcome import Failure
from imagescaler.domain.task.task import Task
from imagescaler.usecases.close_task import close_task
from imagescaler.usecases.ports import ImageStore, TaskEnds, TaskQueue, TaskRepository

UNDELIVERABLE = "The processor received the task many times, and never finished it. Send a smaller image."


async def fail_undeliverable_task(
    task_id: UUID, *, tasks: TaskRepository, store: ImageStore, ends: TaskEnds, webhook_queue: TaskQueue
) -> Task | None:
    """Fail a task whose message could not be processed; None if it had already ended.

    Raises TaskNotFound, TaskInProgress while an attempt's lease is live, and Unavailable.
    """
    try:
        task = await tasks.abandon(task_id, Failure.of(AttemptsExhausted(UNDELIVERABLE)))
    except TaskFinished:
        return None
    await close_task(task, store=store, ends=ends, webhook_queue=webhook_queue)
    return task
