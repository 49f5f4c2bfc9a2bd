"""Migrations while the functions of the release before run: its statements work on, and nothing waits long for a table.

earlier_statements/NNNN has the files with statements as they were just before the migration after NNNN.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiosql
import asyncpg
import pytest
from alembic import command
from sqlalchemy import event
from sqlalchemy.engine import Engine

from imagescaler.adapters.repositories.migrations.migrate import NEWEST, migrate
from tests.contract.test_downgrades import execute, move

EARLIER = Path(__file__).with_name("earlier_statements")
FOLDERS = sorted(folder.name for folder in EARLIER.iterdir())
OLDEST = "0006"  # it renames columns: nothing was deployed before
REVISIONS = [f"{number:04}" for number in range(1, int(NEWEST) + 1)]
ARGUMENTS: dict[str, Any] = {
    "owner": "ada",
    "idempotency_key": "key",
    "request_hash": "hash",
    "options": "{}",
    "source": "{}",
    "source_url": None,
    "renditions": "[]",
    "result": "{}",
    "failure": "{}",
    "attempts_exhausted": "{}",
    "message_id": "message",
    "max_attempts": 3,
    "lease_s": 60.0,
    "ttl_s": 0.0,
    "uncounted": 1,
    "older_than_s": 0.0,
    "limit": 9,
    "created_at": None,
    "created_after": None,
    "before": None,
    "before_id": None,
    "status": "pending",
    "longest_s": 60.0,
    "default_s": 0.5,
    "function": "get_task",
    "most": 5,
    "most_of_owner": 5,
    "secret_hash": "hash",
    "key_id": "key",
    "pixels": 1,
    "tasks": 1,
    "quota": "{}",
    "webhook_url": None,
}
# Statements on one task each, in their order.
LIVES = (
    "ping add find_added find_by_key get note_message claim release claim complete backlog expire_due delete_ended",
    "add claim complete expire delete_ended",
    "add claim fail delete_ended",
    "add take_stale abandon delete_ended",
    "add discard",
    "add list_tasks list_tasks_by_status claim complete expire delete take_unpurged note_purged delete_ended",
    "add claim set_source claim complete expire delete_ended",
    "count_task count_unfinished add discard",
    "lock_waits add_wait end_wait",
)
NO_ROW = {"ping", "lock_waits"}
CHANGE = r"(alter|create table|update|insert)(?!.* if not exists)"  # that cannot be repeated


@pytest.fixture
async def connection(empty_database: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection to a database with the newest schema."""
    await migrate(empty_database)
    made = await asyncpg.connect(empty_database)
    yield made
    await made.close()


def statements(revision: str, file: str) -> dict[str, Any]:
    queries = aiosql.from_path(EARLIER / revision / file, "asyncpg")
    return {name: getattr(queries, name) for name in queries.available_queries if not name.endswith("_cursor")}


async def apply(connection: asyncpg.Connection, query: Any, **arguments: Any) -> Any:
    """Run a statement with those of the arguments that it takes, and return what it returns."""
    known = ARGUMENTS | arguments
    result = query(connection, **{name: known[name] for name in query.parameters or ()})
    return [row async for row in result] if hasattr(result, "__aiter__") else await result


def test_the_statements_before_each_migration_are_kept() -> None:
    """After adding a migration: copy the files *_queries.sql of the release before it to earlier_statements/NNNN."""
    assert REVISIONS[REVISIONS.index(OLDEST) : -1] == FOLDERS


@pytest.mark.parametrize("revision", FOLDERS)
async def test_the_statements_on_tasks_of_a_release_before_work_on_the_newest_schema(
    revision: str, connection: asyncpg.Connection
) -> None:
    queries = statements(revision, "task_queries.sql")
    used = set()
    for life in LIVES:
        if {"delete", "set_source"}.intersection(life.split()) - queries.keys():
            continue
        task_id, attempt = uuid4(), 0
        for name in life.split():
            attempt += name == "claim"
            if name in queries:
                assert await apply(connection, queries[name], id=task_id, attempt=attempt) or name in NO_ROW, name
                used.add(name)
        assert await connection.fetchval("select count(*) from tasks") == 0
    assert used == queries.keys()


@pytest.mark.parametrize("revision", FOLDERS)
async def test_the_statements_on_api_keys_of_a_release_before_work_on_the_newest_schema(
    revision: str, connection: asyncpg.Connection
) -> None:
    queries = statements(revision, "api_key_queries.sql")
    for name in ("add", "set_quota", "find", "all", "revoke"):
        if name in queries:
            assert await apply(connection, queries.pop(name), id="key"), name
    assert queries == {}


# Indexes and locks


async def executed(dsn: str, revision: str) -> list[str]:
    """Return the statements of a migration, which it executes on a database with the schema before it."""
    made: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        made.append(" ".join(statement.lower().split()))

    if revision != REVISIONS[0]:
        await move(dsn, command.upgrade, REVISIONS[REVISIONS.index(revision) - 1])
    event.listen(Engine, "before_cursor_execute", note)
    try:
        await move(dsn, command.upgrade, revision)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    return made


def blocking(made: list[str]) -> list[str]:
    """Return the statements that read a whole table while nobody can write to it, or that may be repeated half done."""
    created = {found[1] for each in made if (found := re.match(r"create (?:unlogged )?table (\w+)", each))}
    on_old = [each for each in made if not created & set(re.findall(r" (?:on|table) (\w+)", each))]
    return [
        each
        for position, each in enumerate(on_old)
        if re.match(r"create (unique )?index (?!concurrently)", each)
        or ("concurrently" in each and any(re.match(CHANGE, one) for one in on_old[:position]))
        or re.search(r"\badd\b.* (check|unique|references|primary key|exclude)\b(?!.* not valid)", each)
        or "set not null" in each
    ]


@pytest.mark.parametrize("revision", REVISIONS)
async def test_a_migration_does_not_read_a_table_while_nobody_can_write(empty_database: str, revision: str) -> None:
    found = blocking(await executed(empty_database, revision))
    assert bool(found) == (revision in {"0004", "0005"})  # before the first release


@pytest.mark.parametrize(
    "statement",
    [
        "create index a on tasks (owner)",
        "create unique index a on tasks (owner)",
        "alter table tasks add constraint a check (attempt < 9)",
        "alter table tasks add size integer default 0 check (size >= 0)",
        "alter table tasks add constraint a unique (owner)",
        "alter table tasks alter column owner set not null",
    ],
)
def test_a_statement_that_blocks_writers_is_found(statement: str) -> None:
    assert blocking([statement]) == [statement]


def test_an_index_that_would_be_created_in_the_middle_of_a_migration_is_found() -> None:
    made = ["alter table tasks add size integer", "create index concurrently a on tasks (size)"]
    assert blocking(made) == made[1:]
    assert blocking(made[1:]) == []
    assert blocking(["alter table tasks add column if not exists size integer", made[1]]) == []


def test_statements_on_a_new_table_block_nobody() -> None:
    assert blocking(["create table costs (id int)", "create index a on costs (id)"]) == []
    assert blocking(["alter table tasks add constraint a check (attempt < 9) not valid"]) == []


async def test_an_index_is_created_while_tasks_are_written(empty_database: str) -> None:
    await move(empty_database, command.upgrade, "0001")
    insert = "insert into tasks (id, options, source) values (gen_random_uuid(), '{}', '{}')"
    slow, quick = await asyncpg.connect(empty_database), await asyncpg.connect(empty_database)
    await quick.execute("set lock_timeout = '1s'")
    transaction = slow.transaction()
    await transaction.start()
    await slow.execute(insert)
    migration = asyncio.create_task(migrate(empty_database))
    creating = (
        "select count(*) from pg_stat_activity where query like 'create index concurrently%' and state = 'active'"
    )
    while not await quick.fetchval(creating):
        await asyncio.sleep(0.01)
    await quick.execute(insert)
    assert not migration.done()
    await transaction.commit()
    assert await migration == NEWEST
    await slow.close()
    await quick.close()


async def test_an_index_whose_creation_was_interrupted_is_created_again(empty_database: str) -> None:
    await move(empty_database, command.upgrade, "0001")
    await execute(empty_database, "create index tasks_due on tasks (expires_at)")
    await execute(empty_database, "update pg_index set indisvalid = false where indexrelid = 'tasks_due'::regclass")
    assert await migrate(empty_database) == NEWEST
    valid = "select indisvalid, pg_get_indexdef(indexrelid) like '%completed%' from pg_index where indexrelid ="
    assert await execute(empty_database, f"{valid} 'tasks_due'::regclass") == {(True, True)}
