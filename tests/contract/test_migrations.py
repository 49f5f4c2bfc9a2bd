"""The migrations, on databases of their own."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import asyncpg
import pytest

from imagescaler.repositories.migrations import LOCK, NEWEST, migrate


@pytest.fixture
async def dsn(postgres_dsn: str) -> AsyncIterator[str]:
    """Give an empty database."""
    name = f"migrations_{uuid4().hex}"
    connection = await asyncpg.connect(postgres_dsn)
    await connection.execute(f"create database {name}")
    yield f"{postgres_dsn.rpartition('/')[0]}/{name}"
    await connection.execute(f"drop database {name} with (force)")
    await connection.close()


async def columns(dsn: str) -> set[str]:
    connection = await asyncpg.connect(dsn)
    rows = await connection.fetch("select column_name from information_schema.columns where table_name = 'tasks'")
    await connection.close()
    return {row["column_name"] for row in rows}


async def test_an_empty_database_gets_the_newest_schema(dsn: str) -> None:
    assert await migrate(dsn) == NEWEST
    assert {"id", "status", "attempt", "lease_until"} <= await columns(dsn)


async def test_twice_is_once(dsn: str) -> None:
    assert [await migrate(dsn), await migrate(dsn)] == [NEWEST, NEWEST]


async def test_many_at_once_are_one(dsn: str) -> None:
    assert await asyncio.gather(*(migrate(dsn) for _ in range(8))) == [NEWEST] * 8


async def test_a_migration_waits_for_one_that_is_under_way(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute("select pg_advisory_lock($1)", LOCK)
    waiting = asyncio.create_task(migrate(dsn))
    await asyncio.sleep(0.3)
    assert not waiting.done()
    assert await columns(dsn) == set()
    await connection.close()
    assert await waiting == NEWEST


async def test_a_migration_that_fails_on_its_way_leaves_nothing_half_done(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute("create table blocker (id int); create view tasks_unfinished as select * from blocker")
    with pytest.raises(Exception, match="tasks_unfinished"):
        await migrate(dsn)
    assert await columns(dsn) == set()
    await connection.execute("drop view tasks_unfinished")
    assert await migrate(dsn) == NEWEST
    await connection.close()
