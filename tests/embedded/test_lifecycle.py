"""Starting, stopping, and what can stand in the way."""

import json
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

import httpx
import psutil
import pytest

from imagescaler.adapters.repositories.migrations.migrate import NEWEST
from tests.pictures import photograph
from tests.service import ROOT, Service, Start

pytestmark = pytest.mark.slow


def send(service: Service, **headers: str) -> httpx.Response:
    return send_to(service.url, **headers)


def send_to(url: str, **headers: str) -> httpx.Response:
    return httpx.post(
        f"{url}/api/v1/tasks", files={"file": photograph()}, data={"width": "80"}, headers=headers, timeout=60
    )


def gone(processes: list[psutil.Process]) -> bool:
    _, alive = psutil.wait_procs(processes, timeout=10)
    return not alive


def test_data_is_kept_from_one_run_to_the_next_and_no_process_is_left(start: Start, own_folder: Path) -> None:
    first = start(data=own_folder)
    task = send(first, prefer="wait=20").json()
    assert task["status"] == "completed"
    processes = first.children()
    assert {"postgres", "valkey-server"} <= {process.name() for process in processes}
    assert first.stop() == 0
    assert gone(processes)
    second = start(data=own_folder)
    assert httpx.get(f"{second.url}/api/v1/tasks/{task['id']}").json()["status"] == "completed"
    result = httpx.get(f"{second.url}/api/v1/results/{task['id']}", headers={"accept": "image/*"})
    assert len(result.content) == task["result"]["bytes"]


def test_limits_are_settings(start: Start, own_folder: Path) -> None:
    answer = send(start(data=own_folder, MAX_TARGET_SIDE="79"))
    assert answer.status_code == 422
    assert "79 for a side" in answer.json()["detail"]


def test_a_killed_parent_takes_everything_along(start: Start, own_folder: Path) -> None:
    service = start(data=own_folder)
    send(service, prefer="wait=20")
    processes = service.children()
    service.stop(signal.SIGKILL)
    assert gone(processes)


def run(*arguments: str, **environment: str) -> tuple[int, str]:
    """Run a command that ought to refuse, and give its exit code and what it said."""
    command = (sys.executable, "-m", "local", *arguments)
    done = refused(command, ROOT, {"PATH": "/usr/bin:/bin", **environment})
    return done.returncode, done.stderr


def refused(
    command: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(command, check=False, cwd=folder, env=environment, capture_output=True, text=True, timeout=60)


def test_a_port_in_use_is_told_in_one_sentence(own_folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        code, said = run("--port", port, "--data", str(own_folder))
    assert (code, said.count("\n")) == (1, 1)
    assert f"Port {port} is in use" in said


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("POSTGRES_DSN", "postgresql://nobody@127.0.0.1:1/x", "The database at POSTGRES_DSN cannot be used"),
        ("POSTGRES_DSN", "mysql://127.0.0.1/x", "POSTGRES_DSN"),
        ("REDIS_URL", "redis://127.0.0.1:1/0", "Redis does not answer at the address in REDIS_URL"),
    ],
)
def test_a_missing_server_is_told_in_one_sentence(own_folder: Path, variable: str, value: str, says: str) -> None:
    code, said = run("--port", "0", "--data", str(own_folder), **{variable: value})
    assert (code, said.count("\n")) == (1, 1)
    assert says in said


def test_a_broken_template_is_told_in_one_sentence(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "local", tmp_path / "local")
    (tmp_path / "template.yaml").write_text("Resources: {A: {Type: [}")
    command = (sys.executable, "-m", "local", "gateway", "--port", "0")
    done = refused(command, tmp_path)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "template.yaml" in done.stderr


def test_the_parts_can_be_run_one_by_one(start: Start, own_folder: Path, tmp_path: Path) -> None:
    """As compose will: servers, functions, runner and gateway in processes of their own."""
    with Parts(tmp_path) as parts:
        servers = parts.start("servers", "--data", str(own_folder))
        variables = dict(line.removeprefix("export ").split("=", 1) for line in servers if "=" in line)
        [functions] = parts.start("functions", "--port", "0", "--data", str(own_folder), **variables)
        pattern = functions.removeprefix("functions at ")
        [migrated] = parts.start("invoke", "MigrateDatabaseFunction", "--functions-url", pattern)
        assert json.loads(migrated) == {"revision": NEWEST}
        parts.start("runner", "--functions-url", pattern, **variables)
        [scheduler] = parts.start("scheduler", "--functions-url", pattern)
        assert scheduler == f"scheduler for SweepTasksFunctionEveryMinute, functions at {pattern}"
        [gateway] = parts.start("gateway", "--port", "0", "--functions-url", pattern, **variables)
        url = gateway.removeprefix("gateway on ").partition(",")[0]
        task = send_to(url, prefer="wait=20").json()
    assert task["status"] == "completed"


class Parts:
    """Parts of the service, each in a process of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._processes: list[subprocess.Popen[str]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for process in reversed(self._processes):
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0
            assert process.stdout
            process.stdout.close()

    def start(self, name: str, *arguments: str, **environment: str) -> list[str]:
        """Start a part, and give what it says once it is ready."""
        command = (sys.executable, "-u", "-m", "local", name, *arguments)
        process = subprocess.Popen(
            command, cwd=ROOT, env={"PATH": "/usr/bin:/bin", **environment}, stdout=subprocess.PIPE, text=True
        )
        self._processes.append(process)
        assert process.stdout
        return [process.stdout.readline().strip() for _ in range(3 if name == "servers" else 1)]
