"""Scale the image of one task: claim it, read, scale, write, and end it behind the fence."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from imagescaler.domain.errors import (
    BlobNotFound,
    ImageProblem,
    LeaseLost,
    SourceLost,
    SourceTooLarge,
    TaskAttemptsExhausted,
    TaskFinished,
    Unavailable,
)
from imagescaler.domain.options import Options
from imagescaler.domain.retention import Retention
from imagescaler.domain.task.outcome import Failure, Outcome, Result
from imagescaler.domain.task.source import Source
from imagescaler.domain.task.status import Status
from imagescaler.domain.task.task import SOURCE_LOST, Task, attempts_exhausted
from imagescaler.usecases.ports import ImageStore, TaskRepository

logger = logging.getLogger(__name__)


class Scaled(Protocol):
    """What scaling gives: the bytes, and what is known of source and result."""

    @property
    def data(self) -> bytes:
        """Give the scaled image's bytes."""
        ...

    @property
    def source(self) -> Source:
        """Describe the source, upright."""
        ...

    @property
    def result(self) -> Result:
        """Describe the scaled image."""
        ...


Scale = Callable[[bytes, Sequence[Options]], Iterator[Scaled | ImageProblem]]


@dataclass(frozen=True, slots=True)
class AttemptSettings:
    """`MAX_ATTEMPTS` to scale an image; must be below the queue's maxReceiveCount."""

    max_attempts: int = 3


async def process_task(
    task_id: UUID,
    *,
    lease_s: float,
    max_attempts: int,
    retention: Retention,
    scale: Scale,
    tasks: TaskRepository,
    store: ImageStore,
) -> Task | None:
    """Take a task to its end and return it: completed, or failed for a reason that no retry can change.

    `lease_s` outlives this invocation by a little: nobody else takes the task up before. Returns None when the task
    was over already. Raises TaskNotFound, TaskInProgress, LeaseLost, and whatever went wrong when another attempt may
    help: then the task is free again, and its message must come again. The last attempt ends the task instead. What a
    server of our own is to blame for is no attempt of the task's, a few times at least.
    Raises TaskAttemptsExhausted each time that the message of such a task comes again.
    """
    try:
        task = await tasks.claim(task_id, lease_s=lease_s, max_attempts=max_attempts)
    except TaskFinished:
        if (await tasks.get(task_id)).attempts_exhausted:
            raise TaskAttemptsExhausted from None
        return None
    if task.status is not Status.FAILED:
        task = await _attempt(task, max_attempts, retention, scale, tasks, store)
    with suppress(Unavailable):  # it ends by itself
        await store.delete(task.source_key)
    return task


async def _attempt(
    task: Task, max_attempts: int, retention: Retention, scale: Scale, tasks: TaskRepository, store: ImageStore
) -> Task:
    try:
        # The source's bytes have no name here, so that scaling can free them.
        scaled = scale(await store.get(task.source_key), task.output_options)
        ended, source = await _make(task, scaled, retention, store)
        if ended.failure:
            return await tasks.fail(ended, ended.failure)
        return await tasks.complete(ended, ended.result, source, ttl_s=retention.result_ttl_s)
    except BlobNotFound:
        return await tasks.fail(task, Failure.of(SourceLost(SOURCE_LOST)))
    except (ImageProblem, SourceTooLarge) as problem:
        return await tasks.fail(task, Failure.of(problem))
    except LeaseLost:
        await _delete_results(task, store)
        raise
    except Exception as error:
        uncounted = isinstance(error, Unavailable) and task.may_go_uncounted
        if uncounted or task.counted_attempts < max_attempts:
            with suppress(Unavailable):  # the lease ends by itself
                await tasks.release(task, uncounted=uncounted)
            raise
        logger.exception("the last attempt failed")
        return await tasks.fail(task, attempts_exhausted(max_attempts))


async def _make(
    task: Task, scaled: Iterator[Scaled | ImageProblem], retention: Retention, store: ImageStore
) -> tuple[Task, Source]:
    """Make and keep one result after another; where that is broken off, nothing of this attempt stays."""
    outcomes: list[Outcome] = []
    source = task.source
    try:
        for key, made in zip(task.result_keys, scaled, strict=True):
            if isinstance(made, ImageProblem):
                outcomes.append(Failure.of(made))
            else:
                await store.put(key, made.data, ttl_s=retention.result_ttl_s)
                outcomes.append(made.result)
                source = made.source
    except Exception:
        if outcomes:
            with suppress(Unavailable):  # they end by themselves
                await _delete_results(task, store)
        raise
    return task.ended(outcomes), source


async def _delete_results(task: Task, store: ImageStore) -> None:
    for key in task.result_keys:
        await store.delete(key)
