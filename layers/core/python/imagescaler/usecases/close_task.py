"""Announce the end of a task, and delete its source and watermarks."""

import asyncio
from contextlib import suppress

from imagescaler.domain.errors import Unavailable
from imagescaler.domain.task.task import Task
from imagescaler.usecases.ports import ImageStore, TaskEnds


async def close_task(task: Task, *, store: ImageStore, ends: TaskEnds) -> None:
    """Announce the end that has been written to the row, and delete the source; never raises Unavailable.

    If this fails, requests that wait find the end later, and the source expires.
    """
    await asyncio.gather(announce_end(task, ends), _delete_source(task, store))


async def announce_end(task: Task, ends: TaskEnds) -> None:
    """Announce the end that has been written to the row; never raises Unavailable."""
    with suppress(Unavailable):
        await ends.announce(task.id)


async def _delete_source(task: Task, store: ImageStore) -> None:
    with suppress(Unavailable):
        for key in task.source_keys:
            await store.delete(key)
