"""Deleted tasks, in every repository."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from imagescaler.domain.errors import LeaseLost, TaskFinished, TaskNotFound
from imagescaler.domain.options import Options
from imagescaler.domain.task.rendition import Rendition
from imagescaler.domain.task.status import Status
from imagescaler.domain.task.task import Idempotency, Task
from imagescaler.usecases.ports import TaskRepository
from tests.contract.test_task_repository import FAILURE, ORIENTED, RESULT, added, claimed

SMALL = Rendition("small", Options(400))


async def pending(tasks: TaskRepository) -> Task:
    return await added(tasks)


async def completed(tasks: TaskRepository) -> Task:
    return await tasks.complete(await claimed(tasks), RESULT, ORIENTED, ttl_s=60)


async def failed(tasks: TaskRepository) -> Task:
    return await tasks.fail(await claimed(tasks), FAILURE)


async def expired(tasks: TaskRepository) -> Task:
    task = await completed(tasks)
    await tasks.expire(task.id)
    return task


EVERY: dict[str, Callable[[TaskRepository], Awaitable[Task]]] = {
    "pending": pending,
    "processing": claimed,
    "completed": completed,
    "failed": failed,
    "expired": expired,
}


@pytest.mark.parametrize("status", EVERY)
async def test_a_task_of_any_status_can_be_deleted_and_again(tasks: TaskRepository, status: str) -> None:
    task = await EVERY[status](tasks)
    deleted = await tasks.delete(task.id)
    assert (deleted.status, deleted.result, deleted.failure, deleted.lease_until) == (Status.DELETED, None, None, None)
    assert (deleted.id, deleted.attempt, deleted.options) == (task.id, task.attempt, task.options)
    assert deleted.completed_at is not None
    assert abs((datetime.now(UTC) - deleted.completed_at).total_seconds()) < 5
    assert deleted == await tasks.delete(task.id) == await tasks.get(task.id)


async def test_an_unknown_task_cannot_be_deleted(tasks: TaskRepository) -> None:
    with pytest.raises(TaskNotFound):
        await tasks.delete(uuid4())


async def test_renditions_of_a_deleted_task_keep_names_and_options_in_their_order(tasks: TaskRepository) -> None:
    renditions = (SMALL, Rendition("large", Options(1600)))
    task = await added(tasks, renditions=renditions)
    attempt = (await tasks.claim(task.id, lease_s=60, max_attempts=3)).ended([RESULT, FAILURE])
    await tasks.complete(attempt, None, ORIENTED, ttl_s=60)
    assert (await tasks.delete(task.id)).renditions == renditions
    assert (await tasks.get(task.id)).renditions == renditions


@pytest.mark.parametrize("begun", [False, True])
async def test_no_attempt_begins_on_a_deleted_task(tasks: TaskRepository, *, begun: bool) -> None:
    task = await (claimed if begun else pending)(tasks)
    await tasks.delete(task.id)
    with pytest.raises(TaskFinished):
        await tasks.claim(task.id, lease_s=60, max_attempts=3)
    with pytest.raises(TaskFinished):
        await tasks.abandon(task.id, FAILURE)
    assert await tasks.take_stale(older_than_s=-120, limit=9) == []


@pytest.mark.parametrize("end", ["complete", "fail", "release"])
async def test_an_attempt_in_hand_ends_without_effect(tasks: TaskRepository, end: str) -> None:
    task = await claimed(tasks)
    deleted = await tasks.delete(task.id)
    ends: dict[str, Callable[[], Awaitable[Any]]] = {
        "complete": lambda: tasks.complete(task, RESULT, ORIENTED, ttl_s=60),
        "fail": lambda: tasks.fail(task, FAILURE),
        "release": lambda: tasks.release(task),
    }
    with pytest.raises(LeaseLost):
        await ends[end]()
    assert await tasks.get(task.id) == deleted


async def test_neither_expiry_nor_discarding_changes_a_deleted_task(tasks: TaskRepository) -> None:
    task = await added(tasks)
    deleted = await tasks.delete(task.id)
    await tasks.expire(task.id)
    assert await tasks.expire_due(limit=9) == 0
    assert not await tasks.discard(task.id)
    assert await tasks.get(task.id) == deleted


async def test_a_key_stands_for_its_deleted_task(tasks: TaskRepository) -> None:
    key = Idempotency("k1", "hash")
    task = await added(tasks, owner="ada", idempotency=key)
    deleted = await tasks.delete(task.id)
    assert await tasks.find("ada", key) == deleted


# Purging


async def test_a_deleted_task_is_taken_once_until_the_time_has_passed_again(tasks: TaskRepository) -> None:
    first, second = await added(tasks), await added(tasks)
    for each in (first, second):
        await tasks.delete(each.id)
    assert await tasks.take_unpurged(older_than_s=60, limit=9) == []
    [taken] = await tasks.take_unpurged(older_than_s=0, limit=1)
    assert (taken.id, taken.status) == (first.id, Status.DELETED)
    assert len(await tasks.take_unpurged(older_than_s=0, limit=9)) == 2
    assert await tasks.take_unpurged(older_than_s=60, limit=9) == []


async def test_a_task_is_not_purged_while_its_attempt_may_store_results(tasks: TaskRepository) -> None:
    task = await claimed(tasks, lease_s=60)
    deleted = await tasks.delete(task.id)
    assert deleted.expires_at == task.lease_until
    assert await tasks.take_unpurged(older_than_s=0, limit=9) == []
    assert [each.id for each in await tasks.take_unpurged(older_than_s=-61, limit=9)] == [task.id]


async def test_tasks_that_are_not_deleted_are_not_purged(tasks: TaskRepository) -> None:
    for make in EVERY.values():
        await make(tasks)
    await tasks.complete(await claimed(tasks), RESULT, ORIENTED, ttl_s=0)
    assert await tasks.take_unpurged(older_than_s=-120, limit=9) == []


async def test_the_row_goes_when_its_time_is_over_and_its_images_are_purged(tasks: TaskRepository) -> None:
    task = await added(tasks)
    await tasks.delete(task.id)
    assert await tasks.delete_ended(older_than_s=0, limit=9) == 0
    await tasks.note_purged(task.id)
    assert await tasks.take_unpurged(older_than_s=0, limit=9) == []
    assert await tasks.delete_ended(older_than_s=60, limit=9) == 0
    assert await tasks.delete_ended(older_than_s=0, limit=9) == 1
    with pytest.raises(TaskNotFound):
        await tasks.get(task.id)


async def test_the_time_of_the_row_counts_from_the_deletion(tasks: TaskRepository) -> None:
    task = await failed(tasks)
    assert task.completed_at is not None
    deleted = await tasks.delete(task.id)
    assert deleted.completed_at is not None
    assert timedelta() <= deleted.completed_at - task.completed_at < timedelta(seconds=5)
    assert deleted.completed_at != task.completed_at
