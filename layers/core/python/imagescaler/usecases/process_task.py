"""Scale the image of one task: claim, read, scale, write, and end the task behind the fence."""

import hashlib
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Protocol
from uuid import UUID

from imagescaler.domain.errors import (
    BlobNotFound,
    ImageProblem,
    LeaseLost,
    SourceLost,
    SourceTooLarge,
    TargetForbidden,
    TaskAttemptsExhausted,
    TaskFinished,
    TimeLimitExceeded,
    Unavailable,
    WatermarkNotFound,
)
from imagescaler.domain.limits import Limits
from imagescaler.domain.options import Options
from imagescaler.domain.retention import Retention
from imagescaler.domain.task.outcome import Failure, Outcome, Result
from imagescaler.domain.task.source import Source
from imagescaler.domain.task.status import Status
from imagescaler.domain.task.task import SOURCE_LOST, Task, attempts_exhausted
from imagescaler.usecases.close_task import announce_end, close_task
from imagescaler.usecases.ports import (
    ImageStore,
    OperatorImages,
    ResultTarget,
    TaskEnds,
    TaskQueue,
    TaskRepository,
)
from imagescaler.usecases.release_task import release_task
from imagescaler.usecases.watermarks import read_watermarks

logger = logging.getLogger(__name__)


class Scaled(Protocol):
    """A scaled image."""

    @property
    def data(self) -> bytes:
        """The encoded bytes."""
        ...

    @property
    def source(self) -> Source:
        """Format and size of the upright source."""
        ...

    @property
    def result(self) -> Result:
        """Format, size and receipt of the scaled image."""
        ...


class Scale(Protocol):
    """Scales bytes to a result for each of the options; the SHA-256 of the source is computed if it is None."""

    def __call__(
        self, data: bytes, options: Sequence[Options], *, source_sha256: str | None, watermarks: Mapping[str, bytes]
    ) -> Iterator[Scaled | ImageProblem]:
        """Yield a result or its problem for each, in order."""
        ...


Write = Callable[[int, Scaled], Awaitable[Outcome]]
Watch = Callable[[Task], AbstractContextManager[None]]
MAX_SLOW_ATTEMPTS = 2  # the same bytes take as long again, unless the machine was slow


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
    watch: Watch,
    tasks: TaskRepository,
    store: ImageStore,
    target: ResultTarget,
    limits: Limits,
    ends: TaskEnds,
    images: OperatorImages,
    webhook_queue: TaskQueue,
) -> Task | None:
    """Complete or fail a task and return it; None if it had already ended.

    `lease_s` must exceed the rest of this invocation, so that no other attempt starts before its end. `watch` returns a
    context that calls `end_slow_attempt` if the attempt does not leave it in time. An error that
    another attempt may avoid releases the task and is raised, so that its message is delivered again; the last attempt
    fails the task instead. Attempts that fail because a server is unavailable do not count, up to a limit. Raises
    TaskNotFound, TaskInProgress, TaskOfNewerRelease, LeaseLost, and TaskAttemptsExhausted for one whose attempts were
    used up before.
    """
    try:
        task = await tasks.claim(task_id, lease_s=lease_s, max_attempts=max_attempts)
    except TaskFinished:
        if (await tasks.get(task_id)).attempts_exhausted:
            raise TaskAttemptsExhausted from None
        return None
    if task.status is not Status.FAILED:
        with watch(task):
            write = partial(_write, task, retention, store, target, limits)
            task = await _attempt(task, max_attempts, retention, scale, tasks, store, write, images)
    await close_task(task, store=store, ends=ends, webhook_queue=webhook_queue)
    return task


async def end_slow_attempt(
    task: Task, seconds: float, *, max_attempts: int, tasks: TaskRepository, ends: TaskEnds
) -> Task | None:
    """Release a task whose attempt is about to be killed after `seconds`, or fail it if this is the second attempt.

    Returns the task if it failed; the sweeper enqueues its webhook. If the attempt ends in time after all, the fence
    discards what it made.
    """
    logger.warning("out of time", extra={"attempt": task.attempt, "seconds": seconds})
    with suppress(LeaseLost):  # the attempt has just ended
        if task.counted_attempts >= min(max_attempts, MAX_SLOW_ATTEMPTS):
            failed = await tasks.fail(task, Failure.of(TimeLimitExceeded.of(seconds)))
            await announce_end(failed, ends)
            return failed
        await tasks.release(task)
    return None


async def _attempt(
    task: Task,
    max_attempts: int,
    retention: Retention,
    scale: Scale,
    tasks: TaskRepository,
    store: ImageStore,
    write: Write,
    images: OperatorImages,
) -> Task:
    try:
        watermarks = await read_watermarks(task, store, images)
        source = _source(task)
        # The source's bytes have no name here, so that scaling can free them.
        scaled = scale(
            await _bytes(task, source, store),
            task.output_options,
            source_sha256=source.sha256,
            watermarks=watermarks,
        )
        ended, source = await _make(task, source, scaled, store, write)
        if ended.failure:
            return await tasks.fail(ended, ended.failure)
        return await tasks.complete(ended, ended.result, source, ttl_s=task.result_ttl_s(retention.result_ttl_s))
    except BlobNotFound:
        return await tasks.fail(task, Failure.of(SourceLost(SOURCE_LOST)))
    except (ImageProblem, SourceTooLarge, WatermarkNotFound) as problem:
        return await tasks.fail(task, Failure.of(problem))
    except LeaseLost:
        await _delete_results(task, store)
        raise
    except Exception as error:
        uncounted = isinstance(error, Unavailable) and task.may_go_uncounted
        if uncounted or task.counted_attempts < max_attempts:
            await release_task(task, tasks, uncounted=uncounted)
            raise
        logger.exception("the last attempt failed")
        return await tasks.fail(task, attempts_exhausted(max_attempts))


def _source(task: Task) -> Source:
    """Return the source; raises BlobNotFound if it was not fetched, because the message was in the wrong queue."""
    if task.source is None:
        raise BlobNotFound(task.source_key)
    return task.source


async def _bytes(task: Task, source: Source, store: ImageStore) -> bytes:
    """Return the bytes of the source; raises BlobNotFound also if they are not those that were accepted.

    Those of a URL are hashed: an earlier attempt to fetch them can have been stopped, and have stored others later.
    """
    data = await store.get(task.source_key, first_bytes=source.bytes + 1)
    is_other = task.source_url is not None and hashlib.sha256(data).hexdigest() != source.sha256
    if len(data) != source.bytes or is_other:
        raise BlobNotFound(task.source_key)
    return data


async def _make(
    task: Task, source: Source, scaled: Iterator[Scaled | ImageProblem], store: ImageStore, write: Write
) -> tuple[Task, Source]:
    """Scale and store the results one by one; on an exception, delete those of this attempt."""
    outcomes: list[Outcome] = []
    try:
        for index, made in enumerate(scaled):
            if isinstance(made, ImageProblem):
                outcomes.append(Failure.of(made))
                continue
            outcomes.append(await write(index, made))
            source = made.source
    except Exception:
        if outcomes:
            with suppress(Unavailable):  # they expire anyway
                await _delete_results(task, store)
        raise
    return task.ended(outcomes), source


async def _write(
    task: Task,
    retention: Retention,
    store: ImageStore,
    target: ResultTarget,
    limits: Limits,
    index: int,
    made: Scaled,
) -> Outcome:
    """Write a result to its target, if it has one, and to the store; a target that is refused is its failure."""
    if url := task.output_options[index].target_url:
        try:
            limits.check_target(url)
            await target.write(url, task.file_name(index, made.result.format), made.data, made.result.format.media_type)
        except TargetForbidden as problem:
            return Failure.of(problem)
    await store.put(task.result_keys[index], made.data, ttl_s=task.result_ttl_s(retention.result_ttl_s))
    return made.result


async def _delete_results(task: Task, store: ImageStore) -> None:
    for key in task.result_keys:
        await store.delete(key)
