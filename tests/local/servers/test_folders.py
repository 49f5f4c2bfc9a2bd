"""Data folders: chosen where the server user can reach them, and never opened up."""

import os
import pwd
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from local.servers.folders import (
    ServerError,
    default_data_folder,
    prepare,
    reaches,
    server_ids,
    server_user,
    temporary_data_folder,
)
from local.servers.valkey import redis

Start = Callable[[AbstractContextManager[Any]], Any]


@pytest.fixture
def closed_folder(data_folder: Path) -> Iterator[Path]:
    """Hold what the server user cannot reach: root's own folder, or one that nobody may enter."""
    closed = data_folder / "closed"
    (closed / "checkout").mkdir(parents=True)
    closed.chmod(0o700 if server_user() else 0)
    yield closed / "checkout"
    closed.chmod(0o700)


@pytest.mark.parametrize(("ours", "theirs"), [(0, pwd.getpwnam("nobody").pw_uid), (1234, 1234)])
def test_the_servers_run_as_ourselves_unless_we_are_root(
    ours: int, theirs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: ours)
    assert server_ids()[0] == theirs


def test_the_data_folder_is_in_the_checkout_where_the_servers_can_reach_it(data_folder: Path) -> None:
    assert default_data_folder(data_folder / ".data") == data_folder / ".data"


def test_it_stays_there(data_folder: Path) -> None:
    prepare(data_folder / ".data")
    assert default_data_folder(data_folder / ".data") == data_folder / ".data"


def test_root_gets_another_data_folder_where_the_servers_cannot_reach_the_checkout(
    data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("local.servers.folders.server_user", lambda: "nobody")
    monkeypatch.setattr("local.servers.folders.reaches", lambda _path: False)
    folder, another = default_data_folder(data_folder / ".data"), default_data_folder(data_folder / "clone/.data")
    assert folder.parent == another.parent == Path("/var/lib")
    assert folder != another


def test_a_data_folder_out_of_reach_is_refused_and_stays_closed(closed_folder: Path) -> None:
    mode = closed_folder.parent.stat().st_mode
    with pytest.raises(ServerError, match=r"data folder .*closed/checkout.*(out of reach|Permission denied)"):
        prepare(closed_folder)
    assert closed_folder.parent.stat().st_mode == mode


def test_a_data_folder_that_cannot_be_made_is_refused(data_folder: Path) -> None:
    (data_folder / "file").touch()
    with pytest.raises(ServerError, match="file/below cannot be used: Not a directory"):
        prepare(data_folder / "file" / "below")


def test_the_modes_of_a_given_folder_are_not_changed(data_folder: Path) -> None:
    data_folder.chmod(0o755)
    assert prepare(data_folder).stat().st_mode & 0o777 == 0o755


def test_what_another_user_made_is_refused(data_folder: Path, start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    with redis(data_folder):
        pass
    monkeypatch.setattr("local.servers.supervisor.server_ids", lambda: (os.geteuid() + 1, os.getegid()))
    with pytest.raises(ServerError, match="redis belongs to another user"):
        start(redis(data_folder))


def test_a_temporary_data_folder_is_within_reach_even_if_tmpdir_is_not(
    closed_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(closed_folder))
    with temporary_data_folder() as folder:
        assert reaches(folder)
    assert not folder.exists()
