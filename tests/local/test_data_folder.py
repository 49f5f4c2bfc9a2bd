"""Commands on the data of a service, where there is none."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from local.__main__ import main
from local.servers.folders import used

NOWHERE = {"POSTGRES_DSN": None, "REDIS_URL": None, "FUNCTIONS_URL": None}


@pytest.mark.parametrize(
    "command", ["keys list", "keys create ada", "keys revoke abc", "dead-letters list", "dead-letters redrive"]
)
def test_a_folder_that_was_mistyped_is_told_and_not_made(tmp_path: Path, command: str) -> None:
    folder = tmp_path / "mistyped"
    done = CliRunner().invoke(main, [*command.split(), "--data", str(folder)], env=NOWHERE)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == (
        f"Error: No service has run on {folder}: name its data folder with --data, or run it there first.\n"
    )
    assert not folder.exists()


def test_a_folder_without_a_database_has_no_keys(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["keys", "list", "--data", str(tmp_path)], env=NOWHERE)
    assert done.exit_code == 1
    assert f"No service has run on {tmp_path}" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_used_from_its_first_database_on(tmp_path: Path) -> None:
    assert not used(tmp_path)
    (tmp_path / "postgres").mkdir()
    assert used(tmp_path)
