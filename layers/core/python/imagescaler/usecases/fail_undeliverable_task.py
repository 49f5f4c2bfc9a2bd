"""End the task of a message that came too often."""

from contextlib import suppress
from uuid import UUID

from imagescaler.domain.errors import AttemptsExhausted, TaskFinished, Unavailable
from imagescaler.domain.task.outcome import Failure
from imagescaler.domain.task.task import Task
from imagescaler.usecases.ports import ImageStore, TaskRepository

UNDELIVERABLE = "The processor was given the task again and again, and never came to an end with it."


async def fail_undeliverable_task(task_id: UUID, *, tasks: TaskRepository, store: ImageStore) -> Task | None:
    """End a task whose message nobody could process; None when it was over already.

    Raises TaskNotFound, TaskInProgress while an attempt's lease is live, and Unavailable.
    """
    try:
        task = await tasks.abandon(task_id, Failure.of(AttemptsExhausted(UNDELIVERABLE)))
    except TaskFinished:
        return None
    with suppress(Unavailable):  # it ends by itself
        await store.delete(task.source_key)
    return task
