"""Lists of an owner's tasks, in every repository, and what they cost the database."""

import json
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from imagescaler.adapters import repositories
from imagescaler.domain.task.status import Status
from imagescaler.domain.task.task import Task
from imagescaler.domain.task.task_filter import Cursor, TaskFilter
from imagescaler.usecases.list_tasks import list_tasks
from imagescaler.usecases.ports import TaskRepository
from tests.contract.test_deletion import EVERY
from tests.contract.test_task_repository import ORIENTED, RESULT, added, claimed

ANY = TaskFilter()


async def ids(tasks: TaskRepository, chosen: TaskFilter = ANY, *, owner: str = "", limit: int = 9) -> list[Any]:
    return [task.id for task in await tasks.list_tasks(owner, chosen, limit=limit)]


def cursor(task: Task) -> Cursor:
    return Cursor(task.created_at, task.id)


async def test_a_list_has_the_tasks_of_one_owner_newest_first(tasks: TaskRepository) -> None:
    first, second = await added(tasks, owner="ada"), await added(tasks, owner="ada")
    other = await added(tasks, owner="bob")
    assert await tasks.list_tasks("ada", ANY, limit=9) == [second, first]
    assert await ids(tasks, owner="bob") == [other.id]
    assert await ids(tasks) == []
    assert await ids(tasks, owner="ada", limit=1) == [second.id]


async def test_a_list_begins_behind_its_cursor_and_ends_at_its_time(tasks: TaskRepository) -> None:
    first, second, third = [await added(tasks) for _ in range(3)]
    assert await ids(tasks, TaskFilter(before=cursor(third))) == [second.id, first.id]
    assert await ids(tasks, TaskFilter(before=cursor(first))) == []
    assert await ids(tasks, TaskFilter(created_after=first.created_at)) == [third.id, second.id]
    both = TaskFilter(created_after=first.created_at, before=cursor(third))
    assert await ids(tasks, both) == [second.id]
    assert await ids(tasks, TaskFilter(created_after=third.created_at + timedelta(days=1))) == []


async def test_a_list_of_a_status_has_no_other(tasks: TaskRepository) -> None:
    made = {status: (await make(tasks)).id for status, make in EVERY.items()}
    deleted = await added(tasks)
    await tasks.delete(deleted.id)
    assert await ids(tasks) == [deleted.id, *reversed(made.values())]
    for status in Status:
        expected = deleted.id if status is Status.DELETED else made[status]
        assert await ids(tasks, TaskFilter(status)) == [expected], status
        assert await ids(tasks, TaskFilter(status, before=cursor(await tasks.get(expected)))) == []


async def test_a_result_whose_time_is_over_is_not_listed_as_completed(tasks: TaskRepository) -> None:
    task = await tasks.complete(await claimed(tasks), RESULT, ORIENTED, ttl_s=0)
    [listed] = await tasks.list_tasks("", ANY, limit=9)
    assert (listed.id, listed.status) == (task.id, Status.EXPIRED)
    assert await ids(tasks, TaskFilter(Status.COMPLETED)) == []
    await tasks.expire_due(limit=9)
    assert await ids(tasks, TaskFilter(Status.EXPIRED)) == [task.id]


async def test_pages_have_every_task_once_even_while_tasks_are_added(tasks: TaskRepository) -> None:
    made = [(await added(tasks)).id for _ in range(7)]
    found, chosen = [], ANY
    while True:
        page, end = await list_tasks("", chosen, limit=3, tasks=tasks)
        found += [task.id for task in page]
        await added(tasks)
        if end is None:
            break
        chosen = TaskFilter(before=end)
    assert found == made[::-1]


async def test_tasks_of_the_same_moment_are_neither_lost_nor_repeated(postgres_dsn: str) -> None:
    tasks: Any = repositories.connect(postgres_dsn)
    connection = await asyncpg.connect(postgres_dsn)
    await connection.execute("truncate tasks")
    made = {(await added(tasks)).id for _ in range(5)}
    await connection.execute("update tasks set created_at = now()")
    pages: list[list[Any]] = []
    end: Cursor | None = None
    while not pages or end is not None:
        page, end = await list_tasks("", TaskFilter(before=end), limit=2, tasks=tasks)
        pages.append([task.id for task in page])
    assert [len(page) for page in pages] == [2, 2, 1]
    assert {task_id for page in pages for task_id in page} == made
    await connection.close()
    await tasks._database.close()


# Cost

FILL = """
truncate tasks;
insert into tasks (id, owner, options, source, status, completed_at, failure, result, expires_at, created_at)
select gen_random_uuid(), 'ada', '{}', '{}', status, now(),
       case when status = 'failed' then '{}'::jsonb end, case when status = 'completed' then '{}'::jsonb end,
       case when status = 'completed' then now() + interval '1 day' end, now() - number * interval '1 second'
from (select number, case when number % 5000 = 0 then 'failed' else 'completed' end as status
      from generate_series(1, 20000) as number) as made;
analyze tasks
"""


@pytest.mark.parametrize("status", [None, "completed", "failed"])
@pytest.mark.parametrize("deep", [False, True])
@pytest.mark.parametrize("plan", ["force_generic_plan", "force_custom_plan"])
async def test_a_page_costs_the_same_at_any_depth(
    postgres_dsn: str, status: str | None, plan: str, *, deep: bool
) -> None:
    """Pages read from the cache of the database, with the plan that a prepared statement may have."""
    tasks: Any = repositories.connect(postgres_dsn)
    query = tasks._sql.list_tasks_by_status if status else tasks._sql.list_tasks
    connection = await asyncpg.connect(postgres_dsn)
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute(FILL)
    await connection.execute(f"set local plan_cache_mode = {plan}")
    named = {
        "owner": "ada",
        "status": status,
        "created_after": None,
        "before": await connection.fetchval("select min(created_at) + interval '100 s' from tasks") if deep else None,
        "before_id": None,
        "limit": 21,
    }
    arguments = [named[name] for name in query.parameters]
    explained = await connection.fetchval(f"explain (analyze, buffers, format json) {query.sql}", *arguments)
    assert json.loads(explained)[0]["Plan"]["Shared Hit Blocks"] < 60
    await transaction.rollback()
    await connection.close()
