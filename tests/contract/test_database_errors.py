"""Errors of a real Postgres: which of them are outages, and that the connection is replaced after each."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from imagescaler.adapters import repositories
from imagescaler.adapters.clients.postgres import Database
from imagescaler.domain.errors import RepositoryUnavailable
from imagescaler.domain.formats import Format
from imagescaler.domain.options import Options
from imagescaler.domain.task.outcome import Failure
from imagescaler.domain.task.source import Source
from imagescaler.domain.task.task import NewTask
from local.environment import StackError, check_postgres

OUTAGES = {
    "08006": "connection failure",
    "25006": "read-only transaction",
    "25P03": "idle in transaction for too long",
    "25P04": "transaction timeout",
    "26000": "no such prepared statement: another server behind a pooler",
    "28P01": "invalid password, after a rotation",
    "3D000": "no such database",
    "40001": "serialization failure",
    "40P01": "deadlock",
    "42501": "insufficient privilege",
    "42703": "no such column: not migrated yet",
    "42P01": "no such table: not migrated yet",
    "53000": "insufficient resources",
    "53100": "disk full",
    "53200": "out of memory",
    "53300": "too many connections",
    "55000": "not accepting connections",
    "55P03": "lock not available",
    "57000": "operator intervention",
    "57014": "statement timeout",
    "57P01": "admin shutdown",
    "57P02": "crash shutdown",
    "57P03": "cannot connect now",
    "57P04": "database dropped",
    "57P05": "idle session timeout",
    "58000": "system error",
    "58030": "I/O error",
    "F0000": "configuration file error",
    "XX000": "internal error",
    "XX001": "data corrupted",
    "XX002": "index corrupted",
}
BUGS = {
    "22003": "number out of range",
    "22P05": "untranslatable character",
    "23505": "unique violation",
    "23514": "check violation",
    "42601": "syntax error",
    "54000": "program limit exceeded",
    "P0001": "an exception of a trigger",
}
NEW = NewTask(uuid4(), Options(8), Source(Format.PNG, 60, 40, 4))
FAILURE = Failure("corrupt-image", "The image cannot be decoded", "It is cut off.")
WRITES: dict[str, Callable[[Any], Awaitable[Any]]] = {
    "add": lambda tasks: tasks.add(NEW),
    "claim": lambda tasks: tasks.claim(NEW.id, lease_s=60, max_attempts=3),
    "note_message": lambda tasks: tasks.note_message(NEW.id, "1-0"),
    "discard": lambda tasks: tasks.discard(NEW.id),
    "abandon": lambda tasks: tasks.abandon(NEW.id, FAILURE),
    "expire": lambda tasks: tasks.expire(NEW.id),
    "take_stale": lambda tasks: tasks.take_stale(older_than_s=0, limit=9),
    "expire_due": lambda tasks: tasks.expire_due(limit=9),
    "delete_ended": lambda tasks: tasks.delete_ended(older_than_s=0, limit=9),
    "ping": lambda tasks: tasks.ping(),
}


@pytest.fixture
async def database(postgres_dsn: str) -> AsyncIterator[Database]:
    made = Database(postgres_dsn, statement_cache_size=100)
    yield made
    await made.close()


@pytest.fixture
async def admin(postgres_dsn: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(postgres_dsn)
    yield connection
    await connection.close()


@pytest.fixture
async def repository(postgres_dsn: str) -> AsyncIterator[Any]:
    made: Any = repositories.connect(postgres_dsn)
    yield made
    await made._database.close()


class Raising:
    """A query that ends with an error of the server; counts its calls, and notes the server process of each."""

    def __init__(self, sqlstate: str, times: int) -> None:
        self.sqlstate, self.left = sqlstate, times
        self.processes: list[int] = []

    async def __call__(self, connection: Any) -> int:
        self.processes.append(await connection.fetchval("select pg_backend_pid()"))
        if self.left:
            self.left -= 1
            await connection.execute(f"do $$ begin raise exception using errcode = '{self.sqlstate}'; end $$")
        return 42


@pytest.mark.parametrize("sqlstate", OUTAGES, ids=OUTAGES.values())
async def test_an_outage_is_repeated_once_on_a_new_connection(database: Database, sqlstate: str) -> None:
    query = Raising(sqlstate, times=1)
    assert await database.run(query) == 42
    assert len(set(query.processes)) == 2


@pytest.mark.parametrize("sqlstate", OUTAGES, ids=OUTAGES.values())
async def test_an_outage_that_lasts_is_unavailable(database: Database, sqlstate: str) -> None:
    query = Raising(sqlstate, times=2)
    with pytest.raises(RepositoryUnavailable, match="Try again"):
        await database.run(query)
    assert await database.run(query) == 42
    assert len(set(query.processes)) == 3


@pytest.mark.parametrize("sqlstate", BUGS, ids=BUGS.values())
async def test_an_error_of_the_statement_is_no_outage_and_not_repeated(database: Database, sqlstate: str) -> None:
    query = Raising(sqlstate, times=1)
    with pytest.raises(asyncpg.PostgresError) as raised:
        await database.run(query)
    assert raised.value.sqlstate == sqlstate
    assert await database.run(query) == 42
    assert len(query.processes) == 2


async def test_an_outage_is_logged_with_its_reason(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(RepositoryUnavailable):
        await database.run(Raising("53100", times=2))
    [record] = [each for each in caplog.records if each.message == "the database is unavailable"]
    assert record.__dict__["reason"].startswith("DiskFullError")


@pytest.fixture
async def read_only(admin: asyncpg.Connection, repository: Any) -> AsyncIterator[None]:
    """Make the server read-only while the repository is connected, as a failover leaves its old primary."""
    await repository.ping()
    await _set_read_only(admin, on=True)
    yield
    await _set_read_only(admin, on=False)


async def _set_read_only(admin: asyncpg.Connection, *, on: bool) -> None:
    """Wait until the connections have seen it, too."""
    await admin.execute(f"alter system set default_transaction_read_only = {'on' if on else 'off'}")
    await admin.execute("select pg_reload_conf()")
    async with asyncio.timeout(10):
        while (await admin.fetchval("show default_transaction_read_only") == "on") is not on:
            await asyncio.sleep(0.01)


@pytest.mark.usefixtures("read_only")
@pytest.mark.parametrize("write", WRITES)
async def test_a_server_that_became_read_only_is_unavailable_and_used_again_later(
    admin: asyncpg.Connection, repository: Any, write: str
) -> None:
    with pytest.raises(RepositoryUnavailable):
        await WRITES[write](repository)
    await _set_read_only(admin, on=False)
    await repository.ping()


@pytest.mark.usefixtures("read_only")
async def test_no_connection_is_made_to_a_read_only_server(postgres_dsn: str, repository: Any) -> None:
    await repository._database.close()
    with pytest.raises(RepositoryUnavailable):
        await repositories.connect(postgres_dsn).backlog()
    with pytest.raises(StackError, match="is read-only"):
        await check_postgres(postgres_dsn)


async def test_of_several_servers_the_writable_one_is_used(postgres_dsn: str) -> None:
    """The name of a failover cluster resolves to several servers; here the first of them is away."""
    address = postgres_dsn.partition("@")[2].partition("/")[0]
    made: Any = repositories.connect(postgres_dsn.replace(address, f"127.0.0.1:1,{address}"))
    await made.ping()
    await made._database.close()


async def test_a_statement_timeout_of_the_server_is_unavailable(admin: asyncpg.Connection, repository: Any) -> None:
    """A lock that another session holds makes the statement slow."""
    await admin.execute("alter role imagescaler set statement_timeout = '200ms'")
    async with admin.transaction():
        await admin.execute("lock table tasks in access exclusive mode")
        with pytest.raises(RepositoryUnavailable):
            await repository.get(NEW.id)
    await admin.execute("alter role imagescaler reset statement_timeout")
    await repository.ping()


async def test_a_server_process_that_was_terminated_is_replaced_unnoticed(
    admin: asyncpg.Connection, repository: Any
) -> None:
    await repository.ping()
    await admin.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity where pid != pg_backend_pid() and datname is not null"
    )
    await repository.ping()


async def test_a_session_that_was_idle_for_too_long_is_replaced_unnoticed(postgres_dsn: str) -> None:
    """`idle_session_timeout` ends those of environments that Lambda has frozen: they do not see it."""
    made: Any = repositories.connect(f"{postgres_dsn}?idle_session_timeout=100ms")
    await made.ping()
    time.sleep(0.3)  # noqa: ASYNC251 - the loop does not run either
    await made.ping()
    await made._database.close()


async def test_a_database_that_is_not_migrated_is_unavailable(empty_database: str) -> None:
    made: Any = repositories.connect(empty_database)
    with pytest.raises(RepositoryUnavailable):
        await made.ping()
    await made._database.close()


async def test_too_many_connections_are_unavailable(postgres_dsn: str, admin: asyncpg.Connection) -> None:
    name = f"limited_{uuid4().hex[:8]}"
    await admin.execute(f"create role {name} login password 'limited' connection limit 0")
    address = postgres_dsn.partition("@")[2]
    with pytest.raises(RepositoryUnavailable):
        await repositories.connect(f"postgresql://{name}:limited@{address}").ping()
    await admin.execute(f"drop role {name}")
