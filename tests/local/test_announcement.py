"""What a running service tells the commands of its user."""

import subprocess
from pathlib import Path

import pytest

from local.environment import running_environment
from local.servers.announcement import FILE, announced, read_announcement

VARIABLES = {"REDIS_URL": "redis://:a b'c\"$d@127.0.0.1:1/0", "POSTGRES_DSN": "postgresql://here"}


def test_what_was_announced_is_read_announcement_as_long_as_it_is_true(tmp_path: Path) -> None:
    assert read_announcement(tmp_path) == {}
    with announced(tmp_path, VARIABLES):
        assert read_announcement(tmp_path) == VARIABLES
    assert read_announcement(tmp_path) == {}
    assert (tmp_path / FILE).read_text() == ""


def test_what_a_killed_service_has_left_is_not_true(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("REDIS_URL=redis://gone\n")
    assert read_announcement(tmp_path) == {}
    with announced(tmp_path, VARIABLES):
        assert read_announcement(tmp_path) == VARIABLES


def test_it_is_for_its_user_alone(tmp_path: Path) -> None:
    with announced(tmp_path, VARIABLES):
        assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600


def test_a_shell_can_read_it(tmp_path: Path) -> None:
    with announced(tmp_path, VARIABLES):
        command = f'. {tmp_path / FILE} && printf %s "$REDIS_URL"'
        assert subprocess.check_output(["sh", "-c", command], text=True) == VARIABLES["REDIS_URL"]


def test_the_environment_of_a_command_goes_before_what_was_announced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://mine")
    monkeypatch.delenv("POSTGRES_DSN", raising=False)
    with announced(tmp_path, VARIABLES), running_environment(tmp_path) as variables:
        assert (variables["REDIS_URL"], variables["POSTGRES_DSN"]) == ("redis://mine", "postgresql://here")
