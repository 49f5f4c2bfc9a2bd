"""Waiting for the end of a task without Redis: how often its row is read."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from imagescaler.adapters.repositories.memory_tasks import MemoryTaskRepository
from imagescaler.adapters.task_ends.polling import LONGEST_PAUSE_S, PART_OF_WAIT, SHORTEST_PAUSE_S, PolledTaskEnds
from imagescaler.domain.errors import RepositoryUnavailable
from imagescaler.domain.formats import Format
from imagescaler.domain.options import Options
from imagescaler.domain.task.source import Source
from imagescaler.domain.task.status import Status
from imagescaler.domain.task.task import NewTask, Task
from imagescaler.domain.wait_limits import WaitLimits
from imagescaler.usecases.wait_for_task import wait_for_task

SOURCE = Source(Format.JPEG, 4000, 3000, 2_000_000)

LIMITS = WaitLimits(10)


class Patience:
    """Makes a task wait in no time, and notes the pauses."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.tasks = MemoryTaskRepository()
        self.pauses_s: list[float] = []
        self.now_s = 0.0
        self._monkeypatch = monkeypatch

    async def wait(self, *, wait_s: float, work_s: float = 0, begins_s: float = 1e9, ends_s: float = 1e9) -> Task:
        """Wait for a task that is claimed and given up at these times."""
        self._monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: self.now_s)
        self._task, _ = await self.tasks.add(NewTask(uuid4(), Options(800), SOURCE, "", None))
        self._begins_s, self._ends_s = begins_s, ends_s
        self._monkeypatch.setattr(asyncio, "sleep", self._sleep)
        ends = PolledTaskEnds(self.tasks)
        return await wait_for_task(self._task, wait_s=wait_s, work_s=work_s, limits=LIMITS, tasks=self.tasks, ends=ends)

    async def _sleep(self, pause_s: float) -> None:
        self.pauses_s.append(pause_s)
        self.now_s += pause_s
        if self.now_s >= self._begins_s and self._task.status is Status.PENDING:
            self._task = await self.tasks.claim(self._task.id, lease_s=60, max_attempts=3)
        if self.now_s >= self._ends_s and not self._task.status.is_final:
            self._task = await self.tasks.complete(self._task, None, SOURCE, ttl_s=60)


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> Patience:
    return Patience(monkeypatch)


async def test_what_has_not_begun_is_left_alone_for_half_of_its_work(patience: Patience) -> None:
    await patience.wait(wait_s=0.3, work_s=0.2)
    assert patience.pauses_s == pytest.approx([0.1, 0.1, 0.1])


async def test_what_takes_long_may_fail_at_once_and_is_looked_at_all_the_same(patience: Patience) -> None:
    await patience.wait(wait_s=1, work_s=60)
    assert patience.pauses_s == [LONGEST_PAUSE_S] * 4


async def test_what_is_under_way_is_asked_for_ever_more_slowly(patience: Patience) -> None:
    await patience.wait(wait_s=1, begins_s=0)
    first, *others = patience.pauses_s[:-1]
    assert first == SHORTEST_PAUSE_S
    assert others == sorted(others)
    assert len(others) < 40


@pytest.mark.parametrize("ends_s", [0.02, 0.1, 0.7])
async def test_the_answer_is_late_by_a_part_of_the_wait_at_most(patience: Patience, ends_s: float) -> None:
    task = await patience.wait(wait_s=20, work_s=0.01, begins_s=0.005, ends_s=ends_s)
    assert task.status is Status.COMPLETED
    assert ends_s <= patience.now_s <= ends_s * (1 + PART_OF_WAIT) + SHORTEST_PAUSE_S


async def test_nobody_waits_longer_than_was_wished(patience: Patience) -> None:
    task = await patience.wait(wait_s=0.3, work_s=5)
    assert task.status is Status.PENDING
    assert patience.now_s == pytest.approx(0.3)


async def test_what_may_not_wait_is_answered_at_once(patience: Patience) -> None:
    for _ in range(LIMITS.most):
        assert await patience.tasks.begin_wait(uuid4(), "", limits=LIMITS, lease_s=60)
    task = await patience.wait(wait_s=20)
    assert (task.status, patience.pauses_s) == (Status.PENDING, [])


async def test_a_wait_is_counted_until_it_is_over(patience: Patience) -> None:
    for _ in range(LIMITS.most + 1):
        patience.pauses_s.clear()
        patience.now_s = 0
        await patience.wait(wait_s=0.3)
        assert patience.pauses_s


@pytest.mark.parametrize("method", ["begin_wait", "get", "end_wait"])
async def test_without_a_database_a_wait_ends_early_and_in_no_error(
    patience: Patience, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    async def away(*_: Any, **__: Any) -> Any:
        raise RepositoryUnavailable("It does not answer.")

    monkeypatch.setattr(patience.tasks, method, away)
    task = await patience.wait(wait_s=20, begins_s=0, ends_s=0)
    assert task.status is (Status.COMPLETED if method == "end_wait" else Status.PENDING)


async def test_a_database_that_hangs_holds_no_wait_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    tasks = MemoryTaskRepository()
    task, _ = await tasks.add(NewTask(uuid4(), Options(800), SOURCE, "", None))

    async def hang(*_: Any, **__: Any) -> Any:
        await asyncio.sleep(60)

    monkeypatch.setattr("imagescaler.usecases.wait_for_task.GRACE_S", 0.05)
    monkeypatch.setattr("imagescaler.adapters.task_ends.polling.COUNT_TIMEOUT_S", 0.05)
    for method in ("get", "end_wait", "begin_wait"):
        monkeypatch.setattr(tasks, method, hang)
        async with asyncio.timeout(5):
            assert (
                await wait_for_task(task, wait_s=0.05, limits=LIMITS, tasks=tasks, ends=PolledTaskEnds(tasks)) == task
            )
