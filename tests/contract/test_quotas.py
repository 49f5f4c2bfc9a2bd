"""The contract of every repository of tasks and keys: quotas are counted exactly once, and given back."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from imagescaler.adapters import repositories
from imagescaler.adapters.repositories.memory_tasks import MemoryTaskRepository
from imagescaler.domain.errors import QuotaUsedUp, TaskExceedsQuota
from imagescaler.domain.quota import Charge, Quota, Use
from imagescaler.domain.task.status import Status
from imagescaler.domain.task.task import Idempotency, Task
from imagescaler.usecases.manage_keys import create_key
from imagescaler.usecases.ports import ApiKeyRepository, TaskRepository
from tests.contract.test_task_repository import FAILURE, RESULT, SOURCE, new_task

PIXELS = 12_000_000
AT_ONCE = Quota(tasks_at_once=5)
PER_DAY = Quota(tasks_per_day=5)


def key() -> str:
    return uuid4().hex


async def add(tasks: TaskRepository, key_id: str, quota: Quota, pixels: int = PIXELS, **changes: Any) -> Task:
    task, _ = await tasks.add(new_task(charge=Charge(key_id, quota, pixels), **changes))
    return task


async def accepted(*adds: Any) -> int:
    answers = await asyncio.gather(*adds, return_exceptions=True)
    assert {type(each) for each in answers} <= {Task, QuotaUsedUp}
    return sum(isinstance(each, Task) for each in answers)


def left(task: Task) -> dict[str, int]:
    return {limit.name: limit.left for limit in task.rate_limits}


@pytest.mark.parametrize(
    ("quota", "pixels", "most"),
    [
        (Quota(tasks_per_day=5), PIXELS, 5),
        (Quota(tasks_at_once=5), PIXELS, 5),
        (Quota(megapixels_per_day=60), PIXELS, 5),
        (Quota(megapixels_at_once=60), PIXELS, 5),
        (Quota(megapixels_at_once=59), PIXELS, 4),
        (Quota(1000, 60, 4, 1000), PIXELS, 4),
    ],
)
async def test_no_more_is_accepted_than_the_quota_of_a_key(
    tasks: TaskRepository, quota: Quota, pixels: int, most: int
) -> None:
    ada, bob = key(), key()
    assert await accepted(*(add(tasks, ada, quota, pixels) for _ in range(8))) == most
    assert await accepted(add(tasks, bob, quota, pixels)) == 1


@pytest.mark.parametrize("quota", [AT_ONCE, PER_DAY])
async def test_environments_that_accept_at_the_same_time_do_not_exceed_a_quota(
    postgres_dsn: str, tasks: TaskRepository, quota: Quota
) -> None:
    if isinstance(tasks, MemoryTaskRepository):
        return  # one process has it
    several: list[Any] = [repositories.connect(postgres_dsn) for _ in range(10)]
    ada = key()
    assert await accepted(*(add(each, ada, quota) for each in several * 3)) == 5
    for each in several:
        await each._database.close()


@pytest.mark.parametrize("quota", [AT_ONCE, PER_DAY])
async def test_a_replay_is_counted_once_also_when_it_comes_at_the_same_time(
    postgres_dsn: str, tasks: TaskRepository, quota: Quota
) -> None:
    several: list[Any] = [tasks] * 10
    if not isinstance(tasks, MemoryTaskRepository):
        several = [repositories.connect(postgres_dsn) for _ in range(10)]
    ada, idempotency = key(), Idempotency(key(), "hash")
    first = [add(each, ada, quota, idempotency=idempotency) for each in several]
    assert len({task.id for task in await asyncio.gather(*first)}) == 1
    assert await accepted(*(add(tasks, ada, quota) for _ in range(8))) == 4
    replay, created = await tasks.add(new_task(charge=Charge(ada, quota, PIXELS), idempotency=idempotency))
    assert (created, replay.rate_limits) == (False, ())  # although the quota is used up
    for each in several:
        if each is not tasks:
            await each._database.close()


@pytest.mark.parametrize("quota", [AT_ONCE, PER_DAY, Quota(megapixels_per_day=60), Quota(megapixels_at_once=60)])
async def test_a_task_that_is_discarded_gives_back_what_it_took(tasks: TaskRepository, quota: Quota) -> None:
    ada = key()
    for _ in range(10):
        task = await add(tasks, ada, quota)
        assert await tasks.discard(task.id)
        assert await tasks.discard(task.id)
    assert await accepted(*(add(tasks, ada, quota) for _ in range(8))) == 5


@pytest.mark.parametrize("end", ["complete", "fail", "abandon", "delete"])
async def test_a_task_that_ends_is_not_at_once_any_more_and_still_of_its_day(tasks: TaskRepository, end: str) -> None:
    ada, quota = key(), Quota(tasks_per_day=3, tasks_at_once=1)
    for _ in range(3):
        task = await add(tasks, ada, quota)
        assert await accepted(add(tasks, ada, quota)) == 0
        if end == "abandon":
            await tasks.abandon(task.id, FAILURE)
        elif end == "delete":
            await tasks.delete(task.id)
        else:
            claimed = await tasks.claim(task.id, lease_s=60, max_attempts=3)
            assert await accepted(add(tasks, ada, quota)) == 0
            if end == "fail":
                await tasks.fail(claimed, FAILURE)
            else:
                await tasks.complete(claimed, RESULT, SOURCE, ttl_s=60)
    with pytest.raises(QuotaUsedUp, match="3 tasks per day, of which 0 are left"):
        await add(tasks, ada, quota)


async def test_what_is_left_is_known_with_the_new_task(tasks: TaskRepository) -> None:
    ada, quota = key(), Quota(10, 100, 3, 40)
    first = await add(tasks, ada, quota)
    assert left(first) == {
        "tasks-per-day": 9,
        "megapixels-per-day": 88,
        "tasks-at-once": 2,
        "megapixels-at-once": 28,
    }
    assert left(await add(tasks, ada, quota))["megapixels-at-once"] == 16
    assert (await tasks.get(first.id)).rate_limits == ()
    resets = {limit.name: limit.resets_after_s for limit in first.rate_limits}
    tomorrow = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    rest_s = (tomorrow - datetime.now(UTC)).total_seconds()
    assert resets["tasks-per-day"] == pytest.approx(rest_s, abs=30)
    assert resets["tasks-at-once"] is None


async def test_a_refusal_says_what_is_left_and_counts_nothing(tasks: TaskRepository) -> None:
    ada, quota = key(), Quota(megapixels_per_day=30)
    await add(tasks, ada, quota)
    for _ in range(3):
        with pytest.raises(QuotaUsedUp, match=r"30 megapixels per day, of which 18.0 are left") as refused:
            await add(tasks, ada, quota, 18_000_001)
    assert [limit.left for limit in refused.value.rate_limits] == [18]
    assert left(await add(tasks, ada, quota, 18_000_000)) == {"megapixels-per-day": 0}


async def test_a_new_day_begins_at_midnight_in_utc(postgres_dsn: str, tasks: TaskRepository) -> None:
    if isinstance(tasks, MemoryTaskRepository):
        now = datetime(2026, 1, 1, 23, 59, 59, tzinfo=UTC)
        tasks = MemoryTaskRepository(clock=lambda: now)
    ada = key()
    assert await accepted(*(add(tasks, ada, PER_DAY) for _ in range(6))) == 5
    if isinstance(tasks, MemoryTaskRepository):
        now += timedelta(seconds=1)
    else:
        connection = await asyncpg.connect(postgres_dsn)
        await connection.execute("update quotas set day = day - 1 where key_id = $1", ada)
        await connection.close()
    assert await accepted(*(add(tasks, ada, PER_DAY) for _ in range(6))) == 5


# Sources that are fetched: their pixels are known after the task was added.

BEYOND = "30 megapixels {}, of which 6.0 are left"


async def fetch(tasks: TaskRepository, task: Task, default: Quota, pixels: int = PIXELS) -> Task:
    held = await tasks.claim(task.id, lease_s=60, max_attempts=3)
    return await tasks.set_source(held, SOURCE, pixels=pixels, default=default)


async def add_by_url(tasks: TaskRepository, key_id: str, quota: Quota) -> Task:
    return await add(tasks, key_id, quota, 0, source=None, source_url="https://example.org/photo.jpg")


@pytest.mark.parametrize(
    ("quota", "beyond", "limit"),
    [
        (Quota(megapixels_per_day=30), "per day", "megapixels-per-day"),
        (Quota(megapixels_at_once=30), "of unfinished tasks at once", "megapixels-at-once"),
    ],
)
async def test_no_more_is_fetched_than_the_quota_of_a_key(
    tasks: TaskRepository, quota: Quota, beyond: str, limit: str
) -> None:
    ada = key()
    first, second, third = [await add_by_url(tasks, ada, quota) for _ in range(3)]
    await fetch(tasks, first, quota)
    await fetch(tasks, second, quota)
    with pytest.raises(QuotaUsedUp, match=BEYOND.format(beyond)):
        await fetch(tasks, third, quota)
    refused = await tasks.get(third.id)
    assert (refused.status, refused.source) == (Status.PROCESSING, None)  # its attempt fails it
    assert left(await add(tasks, ada, quota, 6_000_000)) == {limit: 0}


async def test_a_source_that_exceeds_a_whole_limit_is_refused_as_such(tasks: TaskRepository) -> None:
    quota = Quota(megapixels_per_day=11)
    task = await add_by_url(tasks, key(), quota)
    with pytest.raises(TaskExceedsQuota, match=r"The task takes 12.0 megapixels"):
        await fetch(tasks, task, quota)


async def test_a_fetched_source_counts_once_also_when_it_is_set_again(tasks: TaskRepository) -> None:
    ada, quota = key(), Quota(9, 30, 9, 30)
    task = await add_by_url(tasks, ada, quota)
    held = await tasks.claim(task.id, lease_s=60, max_attempts=3)
    for _ in range(3):  # as if the answer was lost
        await tasks.set_source(held, SOURCE, pixels=PIXELS, default=quota)
    again = await tasks.claim(task.id, lease_s=60, max_attempts=3)
    await tasks.set_source(again, SOURCE, pixels=0, default=quota)
    uses = {"tasks-per-day": 7, "megapixels-per-day": 6, "tasks-at-once": 7, "megapixels-at-once": 6}
    assert left(await add(tasks, ada, quota)) == uses


async def test_a_limit_of_tasks_that_is_used_up_refuses_no_source(tasks: TaskRepository) -> None:
    quota = Quota(tasks_per_day=1, tasks_at_once=1)
    task = await add_by_url(tasks, key(), quota)
    assert (await fetch(tasks, task, quota)).source == SOURCE


async def test_a_task_that_was_added_without_a_quota_counts_no_pixels(tasks: TaskRepository) -> None:
    task, _ = await tasks.add(new_task(source=None, source_url="https://example.org/photo.jpg"))
    assert (await fetch(tasks, task, Quota(megapixels_per_day=1))).source == SOURCE


async def test_the_own_limits_of_a_key_hold_for_what_it_has_fetched(postgres_dsn: str) -> None:
    keys: Any = repositories.connect_api_keys(postgres_dsn)
    tasks: Any = repositories.connect(postgres_dsn)
    default, limit = Quota(megapixels_per_day=1), Quota(megapixels_per_day=30)
    own, _ = await create_key("ada", {"megapixels_per_day": 30}, keys=keys)
    for _ in range(2):
        await fetch(tasks, await add_by_url(tasks, own.id, limit), default)
    with pytest.raises(QuotaUsedUp, match=BEYOND.format("per day")):
        await fetch(tasks, await add_by_url(tasks, own.id, limit), default)
    assert (await keys.find(own.id)).today == Use(3, 2 * PIXELS)
    await keys._database.close()
    await tasks._database.close()


async def test_sources_that_are_fetched_at_the_same_time_do_not_exceed_a_quota(postgres_dsn: str) -> None:
    several: list[Any] = [repositories.connect(postgres_dsn) for _ in range(6)]
    ada, quota = key(), Quota(megapixels_per_day=30)
    added = [await add_by_url(several[0], ada, quota) for _ in range(6)]
    assert await accepted(*(fetch(each, task, quota) for each, task in zip(several, added, strict=True))) == 2
    for each in several:
        await each._database.close()


async def test_a_key_has_its_own_limits_and_what_it_used_today(keys: ApiKeyRepository) -> None:
    own, _ = await create_key("ada", {"tasks_per_day": 7}, keys=keys)
    other, _ = await create_key("ada", keys=keys)
    assert [key.quota for key in await keys.all()] == [{"tasks_per_day": 7}, {}]
    changed = await keys.set_quota(own.id, {"tasks_at_once": 0})
    assert changed is not None
    assert changed == await keys.find(own.id)
    assert (changed.quota, changed.today) == ({"tasks_at_once": 0}, Use())
    assert await keys.set_quota(other.id, {}) == other
    assert await keys.set_quota("unknown", {"tasks_per_day": 7}) is None


async def test_a_key_shows_what_was_counted_today(postgres_dsn: str) -> None:
    keys: Any = repositories.connect_api_keys(postgres_dsn)
    tasks: Any = repositories.connect(postgres_dsn)
    own, _ = await create_key("ada", keys=keys)
    await add(tasks, own.id, PER_DAY)
    await add(tasks, own.id, PER_DAY)
    found = await keys.find(own.id)
    assert found.today == Use(2, 2 * PIXELS)
    await keys._database.run(lambda connection: connection.execute("update quotas set day = day - 1"))
    assert (await keys.find(own.id)).today == Use()
    await keys._database.close()
    await tasks._database.close()
