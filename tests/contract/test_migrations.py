"""Migrations of empty databases."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from imagescaler.adapters.repositories.migrations import migrate as migrations
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


async def test_a_migration_gives_up_its_place_before_a_table_that_is_in_use(
    empty_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Statements that come after a migration that waits for a table would wait for it."""
    monkeypatch.setattr(migrations, "LOCK_TIMEOUT_S", 0.2)
    monkeypatch.setattr(migrations, "LOCK_PAUSE_S", 0.3)
    monkeypatch.setattr(migrations, "LOCK_ATTEMPTS", 30)
    other = await asyncpg.connect(empty_database)
    async with table_in_use(empty_database):
        await other.execute("set lock_timeout = '2s'")
        blocked = asyncio.create_task(migrate_with_exclusive_lock(empty_database, monkeypatch))
        await asyncio.sleep(0.1)
        await other.execute("select from alembic_version")  # waits 0.2 s at most
    assert await blocked == NEWEST
    await other.close()


@asynccontextmanager
async def table_in_use(dsn: str) -> AsyncIterator[None]:
    """Hold a lock of a table that migrations need until the block ends."""
    user = await asyncpg.connect(dsn)
    await user.execute("create table alembic_version (version_num varchar(32) primary key)")
    async with user.transaction():
        await user.execute("lock table alembic_version in row exclusive mode")
        yield
    await user.close()


async def migrate_with_exclusive_lock(dsn: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Migrate with a statement before all others that needs a table for itself."""
    upgrade = migrations._upgrade

    def exclusive(connection: Connection) -> str:
        connection.execute(text("lock table alembic_version in access exclusive mode"))
        return upgrade(connection)

    monkeypatch.setattr(migrations, "_upgrade", exclusive)
    return await migrate(dsn)


async def test_a_migration_that_gets_no_lock_fails_in_the_end(
    empty_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrations, "LOCK_TIMEOUT_S", 0.1)
    monkeypatch.setattr(migrations, "LOCK_PAUSE_S", 0)
    monkeypatch.setattr(migrations, "LOCK_ATTEMPTS", 2)
    async with table_in_use(empty_database):
        with pytest.raises(DBAPIError, match="lock timeout"):
            await migrate_with_exclusive_lock(empty_database, monkeypatch)


async def test_an_older_migration_leaves_a_newer_schema_as_it_is(empty_database: str) -> None:
    """A deployment that is rolled back invokes the migration of the release before."""
    await migrate(empty_database)
    connection = await asyncpg.connect(empty_database)
    await connection.execute("update alembic_version set version_num = '9999'")
    before = await columns(empty_database)
    assert await migrate(empty_database) == "9999"
    assert await columns(empty_database) == before
    await connection.close()
