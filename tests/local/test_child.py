"""Children that die with their parent."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from local.servers import child

PARENT = """
import subprocess, time
from local.servers import child
print(subprocess.Popen(child.command("sleep", "60")).pid, flush=True)
time.sleep(60)
"""


def wait_for_the_end(pid: int) -> None:
    """Wait until a process is gone, or a zombie that nobody asks for."""
    for _ in range(2_000):
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return
        time.sleep(0.01)
    pytest.fail(f"process {pid} lives on")


@pytest.fixture
def executed(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Record what `main` would become."""
    calls: list[Any] = []
    monkeypatch.setattr(os, "execvp", lambda program, argv: calls.append((program, list(argv))))
    return calls


def test_a_child_dies_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        pid = int(parent.stdout.readline())
        parent.kill()

    wait_for_the_end(pid)


def test_the_command_becomes_the_program() -> None:
    program = subprocess.run(child.command("echo", "one", "two"), stdout=subprocess.PIPE, check=True)

    assert program.stdout == b"one two\n"


def test_the_death_signal_can_be_chosen() -> None:
    assert str(int(signal.SIGTERM)) in child.command("sleep", death_signal=signal.SIGTERM)


def test_a_child_whose_parent_is_gone_already_does_not_start(executed: list[Any]) -> None:
    with pytest.raises(SystemExit):
        child.main("-1", "0", "", "program")

    assert executed == []


def test_a_child_becomes_its_program_as_it_is_named(executed: list[Any]) -> None:
    child.main(str(os.getppid()), "0", "", "program", "argument")

    assert executed == [("program", ["program", "argument"])]


def test_a_system_without_the_death_signal_just_runs_the_program(
    executed: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")

    child.main("-1", "0", "", "program")

    assert executed == [("program", ["program"])]


def test_root_becomes_another_user_groups_first(executed: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("setgroups", "setgid", "setuid"):
        monkeypatch.setattr(os, name, lambda value, name=name: executed.append((name, value)))
    monkeypatch.setenv("HOME", "/somewhere")

    child.main(str(os.getppid()), "0", "root", "program")

    assert executed == [("setgroups", []), ("setgid", 0), ("setuid", 0), ("program", ["program"])]
    assert os.environ["HOME"] == "/"
