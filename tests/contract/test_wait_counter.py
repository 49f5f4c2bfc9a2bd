"""The contract of every counter of waits, which is the repository of tasks."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from imagescaler.adapters import repositories
from imagescaler.domain.wait_limits import WaitLimits
from imagescaler.usecases.ports import TaskRepository


def limits(concurrency: int = 10) -> WaitLimits:
    """Limits of a function of its own."""
    return WaitLimits(concurrency, str(uuid4()))


async def begin(tasks: TaskRepository, limits: WaitLimits, *owners: str, lease_s: float = 60) -> list[bool]:
    """Begin waits of these owners at once."""
    waits = (tasks.begin_wait(uuid4(), owner, limits=limits, lease_s=lease_s) for owner in owners)
    return await asyncio.gather(*waits)


async def test_half_of_the_environments_may_wait(tasks: TaskRepository) -> None:
    assert sum(await begin(tasks, limits(10), *[""] * 35)) == 5


async def test_an_owner_may_have_half_of_that_half(tasks: TaskRepository) -> None:
    here = limits(16)
    assert sum(await begin(tasks, here, *["ada"] * 35)) == 4
    assert sum(await begin(tasks, here, *["bob"] * 35)) == 4
    assert await begin(tasks, here, "cleo") == [False]


@pytest.mark.parametrize(("concurrency", "waits"), [(1, 0), (2, 1), (3, 1)])
async def test_with_few_environments_one_stays_free(tasks: TaskRepository, concurrency: int, waits: int) -> None:
    assert sum(await begin(tasks, limits(concurrency), "ada", "ada", "bob")) == waits


async def test_waits_of_other_functions_do_not_count(tasks: TaskRepository) -> None:
    assert await begin(tasks, limits(2), "ada") == await begin(tasks, limits(2), "ada") == [True]


async def test_the_next_may_wait_when_one_has_ended(tasks: TaskRepository) -> None:
    here, wait_id = limits(2), uuid4()
    assert await tasks.begin_wait(wait_id, "ada", limits=here, lease_s=60)
    assert await begin(tasks, here, "bob") == [False]
    await tasks.end_wait(wait_id)
    await tasks.end_wait(wait_id)
    assert await begin(tasks, here, "bob") == [True]


async def test_the_wait_of_a_killed_environment_counts_until_its_lease_is_over(tasks: TaskRepository) -> None:
    here = limits(2)
    assert await begin(tasks, here, "ada", lease_s=2) == [True]
    assert await begin(tasks, here, "ada") == [False]
    await asyncio.sleep(2.05)
    assert await begin(tasks, here, "ada") == [True]


async def test_environments_that_count_at_once_do_not_exceed_the_limit(postgres_dsn: str) -> None:
    """Each has a connection of its own; those of one repository take turns."""
    here = limits(10)
    others: list[Any] = [repositories.connect(postgres_dsn) for _ in range(12)]
    begun = await asyncio.gather(*(begin(other, here, *["ada", "bob", "cleo"] * 3) for other in others))
    for other in others:
        await other._database.close()
    assert sum(map(sum, begun)) == 5
