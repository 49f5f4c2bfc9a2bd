"""Announce the end of a task, enqueue its webhook, and delete its source and watermarks."""

import asyncio
from contextlib import suppress

from imagescaler.domain.errors import Unavailable
from imagescaler.domain.task.message import TaskMessage
from imagescaler.domain.task.task import Task
from imagescaler.usecases.ports import ImageStore, TaskEnds, TaskQueue


async def close_task(task: Task, *, store: ImageStore, ends: TaskEnds, webhook_queue: TaskQueue) -> None:
    """Announce the end that has been written to the row, and delete the source; never raises Unavailable.

    If this fails, requests that wait find the end later, the source expires, and the sweeper enqueues the webhook.
    """
    await asyncio.gather(announce_end(task, ends), _delete_source(task, store), _enqueue_webhook(task, webhook_queue))


async def announce_end(task: Task, ends: TaskEnds) -> None:
    """Announce the end that has been written to the row; never raises Unavailable."""
    with suppress(Unavailable):
        await ends.announce(task.id)


async def _delete_source(task: Task, store: ImageStore) -> None:
    with suppress(Unavailable):
        for key in task.source_keys:
            await store.delete(key)


async def _enqueue_webhook(task: Task, queue: TaskQueue) -> None:
    if task.webhook_url:
        with suppress(Unavailable):
            await queue.push(TaskMessage(task.id))
