"""Migrations of empty databases."""

import asyncio

import asyncpg
import pytest

from imagescaler.adapters.repositories.migrations.migrate import LOCK, NEWEST, migrate


async def columns(dsn: str) -> set[str]:
    connection = await asyncpg.connect(dsn)
    rows = await connection.fetch("select column_name from information_schema.columns where table_name = 'tasks'")
    await connection.close()
    return {row["column_name"] for row in rows}


async def test_an_empty_database_gets_the_newest_schema(empty_database: str) -> None:
    assert await migrate(empty_database) == NEWEST
    assert {"id", "status", "attempt", "lease_until"} <= await columns(empty_database)


async def test_twice_is_once(empty_database: str) -> None:
    assert [await migrate(empty_database), await migrate(empty_database)] == [NEWEST, NEWEST]


async def test_many_at_once_are_one(empty_database: str) -> None:
    assert await asyncio.gather(*(migrate(empty_database) for _ in range(8))) == [NEWEST] * 8


async def test_a_migration_waits_for_one_that_is_under_way(empty_database: str) -> None:
    connection = await asyncpg.connect(empty_database)
    await connection.execute("select pg_advisory_lock($1)", LOCK)
    waiting = asyncio.create_task(migrate(empty_database))
    await asyncio.sleep(0.3)
    assert not waiting.done()
    assert await columns(empty_database) == set()
    await connection.close()
    assert await waiting == NEWEST


async def test_a_migration_that_fails_on_its_way_leaves_nothing_half_done(empty_database: str) -> None:
    connection = await asyncpg.connect(empty_database)
    await connection.execute("create table blocker (id int); create view tasks_unfinished as select * from blocker")
    with pytest.raises(Exception, match="tasks_unfinished"):
        await migrate(empty_database)
    assert await columns(empty_database) == set()
    await connection.execute("drop view tasks_unfinished")
    assert await migrate(empty_database) == NEWEST
    await connection.close()
