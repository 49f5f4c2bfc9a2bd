"""Supervision: one parent a folder, ready when entered, gone when left, whatever becomes of the parent."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import psutil
import pytest
import redis.asyncio

from local.servers.folders import ServerError
from local.servers.postgresql import postgres
from local.servers.supervisor import Supervisor, supervise
from local.servers.valkey import redis as embedded_redis

Shell = Callable[..., AbstractContextManager[None]]
Start = Callable[[AbstractContextManager[Any]], Any]

PARENT = """
import sys
from pathlib import Path
from local.servers.postgresql import postgres
from local.servers.valkey import redis

with postgres(Path(sys.argv[1])) as dsn, redis(Path(sys.argv[1])) as url:
    print(dsn, url, flush=True)
    sys.stdin.read()
"""


def parent_of_both_servers(data_folder: Path) -> subprocess.Popen[str]:
    argv = (sys.executable, "-c", PARENT, str(data_folder))
    return subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


@pytest.fixture
def supervisor(data_folder: Path) -> Iterator[Supervisor]:
    with supervise("server", data_folder) as held:
        yield held


@pytest.fixture
def shell(supervisor: Supervisor) -> Shell:
    """Serve a shell script, which is ready when it has said so."""

    def serve(script: str, start_timeout_s: float = 10) -> AbstractContextManager[None]:
        return supervisor.serve(
            *("sh", "-c", script),
            stop_signal=signal.SIGTERM,
            is_ready=lambda _pid: "ready" in supervisor.log.read_text(),
            start_timeout_s=start_timeout_s,
        )

    return serve


async def test_a_killed_parent_takes_both_servers_along_and_loses_nothing(database_folder: Path) -> None:
    with parent_of_both_servers(database_folder) as parent:
        assert parent.stdout
        dsn, url = parent.stdout.readline().split()
        servers = psutil.Process(parent.pid).children()
        connection = await asyncpg.connect(dsn)
        await connection.execute("CREATE TABLE acknowledged AS SELECT 1 AS content")
        async with redis.asyncio.from_url(url) as client:
            await client.set("acknowledged", "1")
            parent.kill()
        connection.terminate()
    assert {server.name() for server in servers} <= {"postgres", "valkey-server"}
    _, alive = psutil.wait_procs(servers, timeout=10)
    assert not alive
    with postgres(database_folder) as dsn, embedded_redis(database_folder) as url:
        connection = await asyncpg.connect(dsn)
        assert await connection.fetchval("SELECT content FROM acknowledged") == 1
        await connection.close()
        async with redis.asyncio.from_url(url, decode_responses=True) as client:
            assert await client.get("acknowledged") == "1"


def test_a_parent_killed_during_the_first_start_leaves_a_usable_folder(data_folder: Path) -> None:
    with parent_of_both_servers(data_folder) as parent:
        while not (data_folder / "postgres.new" / "PG_VERSION").exists():
            assert parent.poll() is None
        parent.kill()
    assert not (data_folder / "postgres").exists()
    with postgres(data_folder) as dsn:
        assert urlsplit(dsn).port


@pytest.mark.parametrize("server", [postgres, embedded_redis])
def test_a_second_parent_is_refused_with_a_sentence(
    database_folder: Path, start: Start, server: Callable[[Path], AbstractContextManager[str]]
) -> None:
    start(server(database_folder))
    with pytest.raises(ServerError, match="in use by another process"):
        start(server(database_folder))


def test_a_server_whose_parent_is_gone_is_waited_for(
    start: Start, data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("local.servers.supervisor.SHUTDOWN_TIMEOUT_S", 0.1)
    with supervise("server", data_folder) as held:
        orphan = subprocess.Popen(("sleep", "1000"), pass_fds=[held.lock])
    with orphan:
        with pytest.raises(ServerError, match="earlier run still uses"):
            start(supervise("server", data_folder))
        orphan.kill()
    with supervise("server", data_folder) as held:
        assert held.lock


def test_the_servers_outlive_ctrl_c_in_the_terminal(shell: Shell, children: Callable[[], list[psutil.Process]]) -> None:
    with shell("echo ready; exec sleep 1000"):
        (server,) = children()
        assert subprocess.check_output(("ps", "-o", "sid=", "-p", str(server.pid))).split() == [
            str(server.pid).encode()
        ]


def test_what_ignores_every_request_to_stop_is_killed(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, children: Callable[[], list[psutil.Process]]
) -> None:
    monkeypatch.setattr("local.servers.supervisor.STOP_TIMEOUT_S", 0.1)
    with shell("trap '' TERM QUIT; echo ready; while :; do sleep 0.05; done"):
        (server,) = children()
    assert not server.is_running()


def test_what_is_never_ready_is_stopped_and_its_last_words_told(
    start: Start, shell: Shell, children: Callable[[], list[psutil.Process]]
) -> None:
    with pytest.raises(ServerError, match=r"(?s)not ready within 0\.5 s.*server\.log:\n  loading"):
        start(shell("echo loading; exec sleep 1000", start_timeout_s=0.5))
    assert children() == []


def test_what_ends_at_once_tells_its_last_words(start: Start, shell: Shell) -> None:
    with pytest.raises(ServerError, match=r"(?s)ended with status 3 while starting.*\n  no luck"):
        start(shell("echo no luck; exit 3"))


def test_the_log_of_the_run_before_is_kept(data_folder: Path) -> None:
    for number in "1", "2", "3":
        with supervise("server", data_folder) as held:
            held.run("echo", number)
    assert held.log.read_text() == "3\n"
    assert held.log.with_suffix(".log.1").read_text() == "2\n"


def test_a_program_gets_its_input_and_none_of_our_environment(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPORT", "1")
    supervisor.run("sh", "-c", "cat; env", stdin="input\n")
    said = supervisor.log.read_text().splitlines()
    assert said[0] == "input"
    assert "LC_ALL=C" in said
    assert not any(line.startswith("PG") for line in said)
