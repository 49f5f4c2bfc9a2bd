"""The contract of all ends of tasks: announced in Redis or in memory, or polled for."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from imagescaler.adapters import repositories, task_ends
from imagescaler.adapters.task_ends import memory, redis
from imagescaler.domain.errors import QueueUnavailable, RepositoryUnavailable, SourceLost
from imagescaler.domain.formats import Format
from imagescaler.domain.options import Options
from imagescaler.domain.task.outcome import Failure
from imagescaler.domain.task.source import Source
from imagescaler.domain.task.task import NewTask, Task
from imagescaler.domain.wait_limits import WaitLimits
from imagescaler.usecases.ports import TaskEnds
from tests.proxy import proxied

SOURCE = Source(Format.JPEG, 400, 300, 20_000)
LONG_S = 20
SOON_S = 1.8  # less than a blocking command takes, after which the row is read in any case


@dataclass
class Waiting:
    """Environments of one function, each with a connection of its own, and the tasks that they wait for."""

    url: str
    limits: WaitLimits = field(default_factory=lambda: WaitLimits(20, str(uuid4())))
    tasks: Any = field(default_factory=lambda: repositories.connect("memory://"))
    made: list[Any] = field(default_factory=list)

    def ends(self) -> TaskEnds:
        """Connect as an environment does; what is in memory is shared."""
        if self.url == "memory://" and self.made:
            return self.made[0]  # type: ignore[no-any-return]
        self.made.append(task_ends.connect(self.url, waits=self.tasks))
        return self.made[-1]  # type: ignore[no-any-return]

    async def task(self, owner: str = "") -> Task:
        task, _ = await self.tasks.add(NewTask(uuid4(), Options(8), SOURCE, owner))
        return task  # type: ignore[no-any-return]

    async def wait(self, task: Task, *, wait_s: float = LONG_S, limits: WaitLimits | None = None) -> tuple[int, float]:
        """Wait as a request does; return how often the row was read, and the seconds that it took."""
        reads, start_s = 0, time.monotonic()

        async def read() -> Task:
            nonlocal reads
            reads += 1
            return await self.tasks.get(task.id)  # type: ignore[no-any-return]

        await self.ends().wait(task, read, wait_s=wait_s, work_s=0, limits=limits or self.limits)
        return reads, time.monotonic() - start_s

    async def end(self, task: Task) -> None:
        await self.tasks.abandon(task.id, Failure.of(SourceLost("It is gone.")))

    async def waits(self, *owners: str, limits: WaitLimits, wait_s: float = 0.3) -> int:
        """Let requests of these owners wait at once; return how many may."""
        tasks = [await self.task(owner) for owner in owners]
        outcomes = await asyncio.gather(*(self.wait(task, wait_s=wait_s, limits=limits) for task in tasks))
        return sum(reads > 0 for reads, _ in outcomes)


@pytest.fixture(params=["memory", "redis", "polled"])
async def waiting(request: pytest.FixtureRequest, redis_url: str) -> AsyncIterator[Waiting]:
    url = {"memory": "memory://", "redis": redis_url, "polled": ""}[request.param]
    made = Waiting(url)
    yield made
    await close(made)


@pytest.fixture
async def by_redis(redis_url: str) -> AsyncIterator[Waiting]:
    async with Redis.from_url(redis_url) as client:
        await client.flushdb()
    made = Waiting(redis_url)
    yield made
    await close(made)


async def close(waiting: Waiting) -> None:
    for each in waiting.made:
        if hasattr(each, "_redis"):
            await each._redis.aclose()


async def later(task: Task, waiting: Waiting) -> None:
    await asyncio.sleep(0.1)
    await waiting.end(task)
    await waiting.ends().announce(task.id)


async def test_an_end_is_noticed_at_once(waiting: Waiting) -> None:
    task = await waiting.task()
    (_, took_s), _ = await asyncio.gather(waiting.wait(task), later(task, waiting))
    assert 0.1 <= took_s < SOON_S


async def test_all_requests_that_wait_for_a_task_notice_its_end(waiting: Waiting) -> None:
    task = await waiting.task()
    ending = asyncio.create_task(later(task, waiting))
    waits = await asyncio.gather(*(waiting.wait(task) for _ in range(4)))
    await ending
    assert max(took_s for _, took_s in waits) < SOON_S


async def test_an_end_between_the_reading_of_the_row_and_the_wait_is_noticed(waiting: Waiting) -> None:
    task = await waiting.task()
    await waiting.end(task)
    await waiting.ends().announce(task.id)
    _, took_s = await waiting.wait(task)
    assert took_s < SOON_S


async def test_an_end_may_be_announced_twice_and_to_nobody(waiting: Waiting) -> None:
    task, ends = await waiting.task(), waiting.ends()
    await ends.announce(task.id)
    await ends.announce(task.id)


async def test_a_wait_is_over_in_time_and_the_row_was_read_at_its_end(waiting: Waiting) -> None:
    reads, took_s = await waiting.wait(await waiting.task(), wait_s=0.3)
    assert reads
    assert 0.3 <= took_s < 0.3 + SOON_S


async def test_a_lost_announcement_costs_the_time_until_the_next_reading(
    waiting: Waiting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "RECHECK_S", 0.3)
    monkeypatch.setattr(redis, "BLOCK_S", 0.3)
    task = await waiting.task()
    (_, took_s), _ = await asyncio.gather(waiting.wait(task), waiting.end(task))
    assert took_s < SOON_S


async def test_half_of_the_environments_may_wait(waiting: Waiting) -> None:
    assert await waiting.waits(*[""] * 15, limits=WaitLimits(10, str(uuid4()))) == 5


async def test_an_owner_may_have_half_of_that_half(waiting: Waiting) -> None:
    here = WaitLimits(16, str(uuid4()))
    assert await waiting.waits(*["ada"] * 9, *["bob"] * 9, "cleo", limits=here) == 8
    assert await waiting.waits(*["ada"] * 9, limits=here) == 4


@pytest.mark.parametrize(("concurrency", "waits"), [(1, 0), (2, 1), (3, 1)])
async def test_with_few_environments_one_stays_free(waiting: Waiting, concurrency: int, waits: int) -> None:
    assert await waiting.waits("ada", "ada", "bob", limits=WaitLimits(concurrency, str(uuid4()))) == waits


async def test_waits_of_other_functions_do_not_count(waiting: Waiting) -> None:
    one, other = WaitLimits(2, str(uuid4())), WaitLimits(2, str(uuid4()))
    assert set(await asyncio.gather(*(waiting.waits("ada", limits=each) for each in (one, other)))) == {1}


async def test_who_may_not_wait_is_answered_at_once(waiting: Waiting) -> None:
    reads, took_s = await waiting.wait(await waiting.task(), limits=WaitLimits(1))
    assert reads == 0
    assert took_s < SOON_S


async def test_a_wait_that_is_cancelled_is_counted_no_longer(waiting: Waiting) -> None:
    here = WaitLimits(2, str(uuid4()))
    for _ in range(3):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await waiting.wait(await waiting.task(), limits=here)
    assert await waiting.waits("", limits=here) == 1


async def test_a_row_that_cannot_be_read_ends_the_wait_and_its_count(waiting: Waiting) -> None:
    here, task = WaitLimits(2, str(uuid4())), await waiting.task()

    async def unreadable() -> Task:
        raise RepositoryUnavailable("It does not answer.")

    with pytest.raises(RepositoryUnavailable):
        await waiting.ends().wait(task, unreadable, wait_s=0.2, work_s=0, limits=here)
    assert await waiting.waits("", limits=here) == 1


async def test_waits_and_announcements_leave_nothing_in_redis(
    by_redis: Waiting, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis, "ANNOUNCED_MS", 300)
    tasks = [await by_redis.task() for _ in range(3)]
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await by_redis.wait(tasks[0])
    await asyncio.gather(*map(by_redis.wait, tasks), *(later(task, by_redis) for task in tasks))
    await by_redis.waits(*[""] * 12, limits=by_redis.limits)
    await asyncio.sleep(1.1)  # refusals are kept for a second
    async with Redis.from_url(redis_url) as client:
        assert await client.keys("*") == []


async def test_the_wait_of_a_killed_environment_counts_until_its_lease_is_over(
    by_redis: Waiting, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its connection is reset, and no command comes any more."""
    monkeypatch.setattr(redis, "BLOCK_S", 0.3)
    monkeypatch.setattr(redis, "LEASE_MARGIN_S", 0.3)
    here, task = WaitLimits(2, str(uuid4())), await by_redis.task()
    async with proxied(redis_url) as (proxy, through):
        killed: Any = task_ends.connect(through, waits=by_redis.tasks)
        running = asyncio.create_task(killed.wait(task, by_redis.task, wait_s=LONG_S, work_s=0, limits=here))
        await asyncio.sleep(0.1)
        proxy.swallows = True
        proxy.reset()
        assert await by_redis.waits("", limits=here) == 0
        await asyncio.sleep(0.7)
        assert await by_redis.waits("", limits=here) == 1
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await killed._redis.aclose()


async def test_a_restart_of_redis_costs_no_wait(by_redis: Waiting, redis_url: str) -> None:
    """Connections are lost, and scripts with them."""
    task = await by_redis.task()
    async with Redis.from_url(redis_url) as client:
        running = asyncio.create_task(by_redis.wait(task))
        await asyncio.sleep(0.1)
        await client.script_flush()
        await client.client_kill_filter(_type="normal", skipme=True)
        await later(task, by_redis)
    _, took_s = await running
    assert took_s < SOON_S


async def test_a_redis_that_is_away_ends_the_wait_in_bounded_time(
    by_redis: Waiting, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("imagescaler.adapters.clients.redis.ANSWER_TIMEOUT_S", 0.3)
    monkeypatch.setattr(redis, "BLOCK_S", 0.1)
    task = await by_redis.task()
    async with proxied(redis_url) as (proxy, through):
        by_redis.url = through
        running = asyncio.create_task(by_redis.wait(task))
        await asyncio.sleep(0.15)
        proxy.swallows = True
        async with asyncio.timeout(5):
            with pytest.raises(QueueUnavailable, match="Try again"):
                await running
            with pytest.raises(QueueUnavailable):
                await by_redis.ends().announce(task.id)
