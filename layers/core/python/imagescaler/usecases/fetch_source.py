"""Fetch the source of a task from its URL: claim, download, probe, store, and enqueue the task for the processor."""

import hashlib
import logging
from dataclasses import dataclass, replace

from imagescaler.domain.errors import (
    ImageProblem,
    LeaseLost,
    QuotaUsedUp,
    SourceForbidden,
    SourceTooLarge,
    SourceUnreachable,
    TaskAttemptsExhausted,
    TaskExceedsQuota,
    TaskFinished,
    Unavailable,
)
from imagescaler.domain.limits import Limits
from imagescaler.domain.quota import Quota
from imagescaler.domain.retention import Retention
from imagescaler.domain.task.message import TaskMessage
from imagescaler.domain.task.outcome import Failure
from imagescaler.domain.task.status import Status
from imagescaler.domain.task.task import Task, attempts_exhausted
from imagescaler.planning.preview import check_results, counted_pixels
from imagescaler.planning.source_traits import SourceTraits
from imagescaler.usecases.close_task import close_task
from imagescaler.usecases.image_input import Probe
from imagescaler.usecases.ports import ImageStore, SourceFetcher, TaskEnds, TaskQueue, TaskRepository
from imagescaler.usecases.release_task import release_task

logger = logging.getLogger(__name__)
FINAL = (ImageProblem, SourceForbidden, SourceTooLarge, QuotaUsedUp, TaskExceedsQuota)


@dataclass(frozen=True, slots=True)
class FetchSettings:
    """A source must be fetched within `SOURCE_TIMEOUT_S` seconds, through at most `SOURCE_MAX_REDIRECTS` redirects."""

    source_timeout_s: int = 30
    source_max_redirects: int = 5


async def fetch_source(
    message: TaskMessage,
    *,
    lease_s: float,
    max_attempts: int,
    limits: Limits,
    retention: Retention,
    default_quota: Quota,
    probe: Probe,
    fetcher: SourceFetcher,
    tasks: TaskRepository,
    queue: TaskQueue,
    store: ImageStore,
    ends: TaskEnds,
    webhook_queue: TaskQueue,
) -> Task | None:
    """Fetch the source and return the task, which waits for the processor or has failed; None if it had already ended.

    The pixels are counted for the quota of the task's key. Fails the task if they exceed it, for a source that another
    attempt would not get either, and at the last attempt. Other errors release the task and are raised, so that the
    message is delivered again. If killed at any point, a later delivery or the sweeper continues. Raises TaskNotFound,
    TaskInProgress, TaskOfNewerRelease, LeaseLost, and TaskAttemptsExhausted for one whose attempts were used up before.
    """
    try:
        task = await tasks.claim(message.task_id, lease_s=lease_s, max_attempts=max_attempts)
    except TaskFinished:
        if (await tasks.get(message.task_id)).attempts_exhausted:
            raise TaskAttemptsExhausted from None
        return None
    if task.status is not Status.FAILED:
        task = await _attempt(task, max_attempts, limits, retention, default_quota, probe, fetcher, tasks, store)
    if task.status is Status.FAILED:
        await close_task(task, store=store, ends=ends, webhook_queue=webhook_queue)
    else:
        await _enqueue(message, tasks, queue)
    return task


async def _attempt(
    task: Task,
    max_attempts: int,
    limits: Limits,
    retention: Retention,
    default_quota: Quota,
    probe: Probe,
    fetcher: SourceFetcher,
    tasks: TaskRepository,
    store: ImageStore,
) -> Task:
    try:
        if task.source:  # an earlier delivery was stopped before it enqueued the task
            return await tasks.set_source(task, task.source, pixels=0, default=default_quota)
        data = await fetcher.fetch(task.source_url or "", max_bytes=limits.max_source_bytes)
        source = replace(probe(data), sha256=hashlib.sha256(data).hexdigest())
        previews = check_results(SourceTraits.of(source), task.options, task.renditions, limits)
        await store.put(task.source_key, data, ttl_s=retention.source_ttl_s)
        return await tasks.set_source(task, source, pixels=counted_pixels(previews), default=default_quota)
    except FINAL as problem:
        return await tasks.fail(task, Failure.of(problem))
    except LeaseLost:
        raise
    except SourceUnreachable as problem:
        if not problem.may_recover or task.counted_attempts >= max_attempts:
            return await tasks.fail(task, Failure.of(problem))
        await release_task(task, tasks)
        raise
    except Exception as error:
        uncounted = isinstance(error, Unavailable) and task.may_go_uncounted
        if uncounted or task.counted_attempts < max_attempts:
            await release_task(task, tasks, uncounted=uncounted)
            raise
        logger.exception("the last attempt failed")
        return await tasks.fail(task, attempts_exhausted(max_attempts))


async def _enqueue(message: TaskMessage, tasks: TaskRepository, queue: TaskQueue) -> None:
    """Enqueue the task for the processor; if the queue is full or unavailable, the sweeper does so later."""
    try:
        await tasks.note_message(message.task_id, await queue.push(message))
    except Unavailable:
        logger.warning("a fetched task was not enqueued", exc_info=True)
