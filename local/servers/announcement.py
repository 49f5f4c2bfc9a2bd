"""The file in which a running service publishes its addresses to other commands of the same user."""

import fcntl
import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

FILE = "service.env"


@contextmanager
def announced(data_folder: Path, variables: Mapping[str, str]) -> Iterator[None]:
    """Write the variables to a file in the data folder; the file is locked, and so valid, until the block ends.

    A shell can read it: `set -a; . .data/service.env`. It contains passwords, so only the user can read it.
    """
    path = data_folder / FILE
    path.touch(mode=0o600)
    with path.open("r+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.truncate()
        file.writelines(f"{name}={shlex.quote(value)}\n" for name, value in variables.items())
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)


def read_announcement(data_folder: Path) -> Mapping[str, str]:
    """Return the variables of the service that runs on the data folder; empty if none runs."""
    try:
        with (data_folder / FILE).open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return dict(_assignment(line) for line in file)
    except FileNotFoundError:
        pass
    return {}


def _assignment(line: str) -> tuple[str, str]:
    name, _, value = line.rstrip("\n").partition("=")
    return name, "".join(shlex.split(value))
