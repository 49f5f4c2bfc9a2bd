"""End the task of a message that came too often."""

from contextlib import suppress
from uuid import UUID

from imagescaler.errors import AttemptsExhausted, TaskFinished, Unavailable
from imagescaler.ports import ImageStore, TaskRepository
from imagescaler.task import Task
from imagescaler.task.outcome import Failure

UNDELIVERABLE = "The processor was given the task again and again, and never came to an end with it."


async def bury_task(task_id: UUID, *, tasks: TaskRepository, store: ImageStore) -> Task | None:
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
