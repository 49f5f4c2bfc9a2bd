"""Postgres: made once and whole, kept, closed to others, and clear about what is wrong."""

import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import psutil
import pytest

from local.servers import child
from local.servers.folders import ServerError, server_user
from local.servers.postgresql import postgres
from local.servers.supervisor import supervise

Start = Callable[[AbstractContextManager[Any]], Any]

PID_FILE = "{pid}\n{folder}\n1\n1\n\n127.0.0.1\n1\nready   \n"


@asynccontextmanager
async def connected(dsn: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    connection = await asyncpg.connect(dsn)
    try:
        yield connection
    finally:
        await connection.close()


@contextmanager
def process_of_the_server_user(cwd: Path) -> Iterator[int]:
    with subprocess.Popen(child.command("sleep", "1000", user=server_user()), cwd=cwd) as process:
        yield process.pid
        process.kill()


async def test_rows_survive_a_restart(database_folder: Path) -> None:
    with postgres(database_folder) as dsn:
        async with connected(dsn) as connection:
            await connection.execute("CREATE TABLE kept AS SELECT 'a row' AS content")
    with postgres(database_folder) as dsn:
        async with connected(dsn) as connection:
            assert await connection.fetchval("SELECT content FROM kept") == "a row"


async def test_the_database_is_set_up_for_any_text_and_to_lose_nothing(database_folder: Path) -> None:
    expected = {"server_encoding": "UTF8", "fsync": "on", "synchronous_commit": "on", "TimeZone": "UTC"}
    with postgres(database_folder) as dsn:
        async with connected(dsn) as connection:
            assert {name: await connection.fetchval(f"SHOW {name}") for name in expected} == expected
            assert await connection.fetchval("SELECT current_database() || current_user") == "imagescaler" * 2


def test_it_listens_on_the_loopback_address_only(
    database_folder: Path, children: Callable[[], list[psutil.Process]]
) -> None:
    with postgres(database_folder) as dsn:
        (server,) = children()
        listening = [c.laddr for c in server.net_connections("all") if c.status == psutil.CONN_LISTEN]
        assert [tuple(address) for address in listening] == [("127.0.0.1", urlsplit(dsn).port)]
        assert server.net_connections("unix") == []


@pytest.mark.parametrize("password", ["", "guessed"])
async def test_a_password_is_required(database_folder: Path, password: str) -> None:
    with postgres(database_folder) as dsn:
        port = urlsplit(dsn).port
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(
                f"postgresql://imagescaler:{password}@127.0.0.1:{port}/imagescaler",
                passfile=str(database_folder / "none"),
            )


def test_the_password_is_for_the_server_user_alone(database_folder: Path) -> None:
    assert (database_folder / "postgres.password").stat().st_mode & 0o777 == 0o600


async def test_a_first_start_that_was_interrupted_is_made_good(data_folder: Path) -> None:
    (data_folder / "postgres.new").mkdir()
    (data_folder / "postgres.new" / "PG_VERSION").write_text("half")
    (data_folder / "postgres.password").write_text("of the attempt before")
    with postgres(data_folder) as dsn:
        async with connected(dsn) as connection:
            assert await connection.fetchval("SELECT 1") == 1
    assert not (data_folder / "postgres.new").exists()


@pytest.mark.parametrize(
    ("name", "reason"),
    [("pg_reserved", 'cannot begin with "pg_"'), ("template1", 'database "template1" already exists')],
)
def test_a_first_start_that_fails_says_why_and_leaves_nothing_in_place(
    start: Start, data_folder: Path, name: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("local.servers.postgresql.NAME", name)
    with pytest.raises(ServerError, match=f"(?s)postgres ended with status 1.*{reason}"):
        start(postgres(data_folder))
    assert not (data_folder / "postgres").exists()


def test_a_start_that_fails_gives_the_last_lines_of_the_log(start: Start, data_folder: Path) -> None:
    (data_folder / "postgres.password").write_text("secret")
    with supervise("postgres", data_folder) as server:
        server.folder.mkdir()
        server.give(server.folder)
    with pytest.raises(ServerError, match=r"(?s)while starting.*postgres\.log:.*postgresql\.conf"):
        start(postgres(data_folder))


def test_a_lost_password_is_named(start: Start, database_folder: Path) -> None:
    password = database_folder / "postgres.password"
    aside = password.rename(database_folder / "aside")
    try:
        with pytest.raises(ServerError, match=r"put .*postgres\.password back"):
            start(postgres(database_folder))
    finally:
        aside.rename(password)


@pytest.mark.parametrize("written", ["", "no number", PID_FILE])
async def test_a_process_id_left_by_a_crash_may_belong_to_another_process_now(
    database_folder: Path, written: str
) -> None:
    folder = database_folder / "postgres"
    with process_of_the_server_user(cwd=database_folder) as pid:
        (folder / "postmaster.pid").write_text(written.format(pid=pid, folder=folder))
        with postgres(database_folder) as dsn:
            async with connected(dsn) as connection:
                assert await connection.fetchval("SELECT 1") == 1


def test_a_postgres_that_another_program_started_is_left_alone(start: Start, database_folder: Path) -> None:
    folder = database_folder / "postgres"
    with process_of_the_server_user(cwd=folder) as pid:
        (folder / "postmaster.pid").write_text(PID_FILE.format(pid=pid, folder=folder))
        with pytest.raises(ServerError, match="Is another postmaster"):
            start(postgres(database_folder))
        assert (folder / "postmaster.pid").exists()
