"""Downgrades: each restores the schema before its migration, and keeps the tasks that the older schema can hold."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from imagescaler.adapters import repositories
from imagescaler.adapters.repositories.migrations.migrate import FOLDER, NEWEST, migrate
from imagescaler.domain.errors import TaskNotFound
from imagescaler.domain.formats import Format
from imagescaler.domain.options import Options
from imagescaler.domain.task.outcome import Failure, Result
from imagescaler.domain.task.rendition import Rendition
from imagescaler.domain.task.source import Source
from imagescaler.domain.task.task import NewTask, Task
from imagescaler.usecases.ports import TaskRepository

SOURCE = Source(Format.JPEG, 4000, 3000, 1_900_000)
RESULT = Result(Format.WEBP, 800, 600, 61_234, "ab" * 32)
FAILURE = Failure("corrupt-image", "The image cannot be decoded", "It is cut off.")
RENDITIONS = (Rendition("small", Options(400)), Rendition("large", Options(1600)))
STEPS = [(f"{number - 1:04}" if number > 1 else "base", f"{number:04}") for number in range(1, int(NEWEST) + 1)]
STRUCTURE = """
    select table_name, column_name, data_type || is_nullable || coalesce(column_default, '')
    from information_schema.columns where table_schema = 'public'
    union select conrelid::regclass::text, conname, pg_get_constraintdef(oid)
    from pg_constraint where connamespace = 'public'::regnamespace
    union select tablename, indexname, indexdef from pg_indexes where schemaname = 'public'
"""


async def move(dsn: str, direction: Callable[[Config, str], None], revision: str) -> None:
    """Upgrade or downgrade a database to a revision."""

    def run(connection: Connection) -> None:
        config = Config()
        config.set_main_option("script_location", str(FOLDER))
        config.attributes["connection"] = connection
        direction(config, revision)

    connect = partial(asyncpg.connect, dsn)
    engine = create_async_engine("postgresql+asyncpg://", async_creator=connect, poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(run)
    await engine.dispose()


async def execute(dsn: str, statement: str) -> set[tuple[Any, ...]]:
    connection = await asyncpg.connect(dsn)
    try:
        return {tuple(row) for row in await connection.fetch(statement)}
    finally:
        await connection.close()


async def structure(dsn: str) -> set[tuple[Any, ...]]:
    """Return all columns, constraints and indexes, except those of Alembic's own table."""
    return {row for row in await execute(dsn, STRUCTURE) if row[0] != "alembic_version"}


async def claimed(tasks: TaskRepository, renditions: tuple[Rendition, ...] = ()) -> Task:
    task, _ = await tasks.add(NewTask(uuid4(), Options(800, 600), SOURCE, renditions=renditions))
    return await tasks.claim(task.id, lease_s=60, max_attempts=3)


@pytest.mark.parametrize(("before", "after"), STEPS)
async def test_what_a_migration_has_brought_is_gone_after_its_downgrade(
    empty_database: str, before: str, after: str
) -> None:
    if before != "base":
        await move(empty_database, command.upgrade, before)
    original = await structure(empty_database)
    await move(empty_database, command.upgrade, after)
    upgraded = await structure(empty_database)
    await move(empty_database, command.downgrade, before)
    assert await structure(empty_database) == original
    await move(empty_database, command.upgrade, after)
    assert await structure(empty_database) == upgraded != original


async def test_tasks_with_one_result_survive_the_way_to_the_time_before_renditions(empty_database: str) -> None:
    await migrate(empty_database)
    tasks: Any = repositories.connect(empty_database)
    completed = await tasks.complete(await claimed(tasks), RESULT, SOURCE, ttl_s=60)
    expired = await tasks.complete(await claimed(tasks), RESULT, SOURCE, ttl_s=60)
    await tasks.expire(expired.id)
    failed = await tasks.fail(await claimed(tasks), FAILURE)
    uncounted = await tasks.release(await claimed(tasks), uncounted=True)
    severalfold = [await claimed(tasks, RENDITIONS), (await claimed(tasks, RENDITIONS)).ended([RESULT, FAILURE])]
    await tasks.complete(severalfold[1], None, SOURCE, ttl_s=60)
    single = [await tasks.get(task.id) for task in (completed, expired, failed, uncounted)]
    assert single[-1].uncounted_attempts == 1

    await move(empty_database, command.downgrade, "0003")
    assert await execute(empty_database, "select id, status from tasks") == {
        (task.id, task.status.value) for task in single
    }
    with pytest.raises(asyncpg.CheckViolationError, match="tasks_check1"):
        await execute(empty_database, "update tasks set result = null where status = 'completed'")

    assert await migrate(empty_database) == NEWEST
    assert [await tasks.get(task.id) for task in single] == [replace(task, uncounted_attempts=0) for task in single]
    for task in severalfold:
        with pytest.raises(TaskNotFound):
            await tasks.get(task.id)
    await tasks._database.close()
