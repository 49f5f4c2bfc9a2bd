"""Locks one server's part of a data folder, and runs its processes, which end with this process."""

import fcntl
import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from local.servers import child
from local.servers.folders import ServerError, prepare, server_ids, server_user

START_TIMEOUT_S = 60.0  # recovery after a crash reads up to 1 GB of log
STOP_TIMEOUT_S = 5.0
SHUTDOWN_TIMEOUT_S = 10.0  # a server whose parent was killed still writes its data
ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH")  # no PGPORT and the like, and no secrets


@dataclass(frozen=True, slots=True)
class Supervisor:
    """One server's part of a data folder, locked."""

    name: str
    data_folder: Path
    lock: int

    @property
    def folder(self) -> Path:
        """Folder that the server owns and writes to."""
        return self.data_folder / self.name

    @property
    def log(self) -> Path:
        """Output of the server in this run."""
        return self.data_folder / "logs" / f"{self.name}.log"

    def give(self, path: Path) -> None:
        """Make the server user the owner of a file or folder, and close it to other users."""
        path.chmod(0o700 if path.is_dir() else 0o600)
        os.chown(path, *server_ids())

    def run(self, *argv: str | Path, stdin: str = "") -> None:
        """Run a program to its end; raises ServerError with the last lines of its output if it fails."""
        process = self._spawn(*argv, stdin=stdin, death_signal=signal.SIGKILL)
        try:
            status = process.wait()
        finally:
            process.kill()
            process.wait()
        if status:
            raise ServerError(self._failure(f"ended with status {status}"))

    @contextmanager
    def serve(
        self,
        *argv: str | Path,
        stop_signal: signal.Signals,
        is_ready: Callable[[int], bool],
        stdin: str = "",
        start_timeout_s: float = START_TIMEOUT_S,
    ) -> Iterator[None]:
        """Run the server until the block ends, which begins when `is_ready(pid)`; stop it with `stop_signal`."""
        process = self._spawn(*argv, stdin=stdin, death_signal=stop_signal)
        try:
            deadline = time.monotonic() + start_timeout_s
            while not is_ready(process.pid):
                if process.poll() is not None:
                    raise ServerError(self._failure(f"ended with status {process.returncode} while starting"))
                if time.monotonic() > deadline:
                    raise ServerError(self._failure(f"was not ready within {start_timeout_s:g} s"))
                time.sleep(0.01)
            yield
        finally:
            _stop(process, stop_signal)

    def _spawn(self, *argv: str | Path, stdin: str, death_signal: signal.Signals) -> subprocess.Popen[bytes]:
        with tempfile.TemporaryFile("w+") as script, self.log.open("ab") as log:
            script.write(stdin)
            script.seek(0)
            return subprocess.Popen(
                child.command(*argv, death_signal=death_signal, user=server_user()),
                stdin=script,
                stdout=log,
                stderr=log,
                cwd=self.folder if self.folder.exists() else self.data_folder,
                env={name: os.environ[name] for name in ENVIRONMENT if name in os.environ} | {"LC_ALL": "C"},
                start_new_session=True,  # Ctrl-C in the terminal is for us; the servers are still needed then
                pass_fds=[self.lock],  # locked until the last process that writes to the folder has ended
            )

    def _failure(self, what: str) -> str:
        words = self.log.read_text(errors="replace").splitlines()[-10:]
        return "\n  ".join([f"{self.name} {what}. The last lines of {self.log}:", *words])


@contextmanager
def supervise(name: str, data_folder: Path) -> Iterator[Supervisor]:
    """Lock the server's part of a data folder; raises ServerError if another process has locked it."""
    folder = prepare(data_folder)
    data = folder / name
    if data.exists() and data.stat().st_uid != server_ids()[0]:
        raise ServerError(f"{data} belongs to another user: start as that user, or choose another data folder.")
    with (
        _locked(folder / f"{name}.parent.lock", f"The data folder {folder} is in use by another process: stop that."),
        _locked(
            folder / f"{name}.lock",
            f"A {name} of an earlier run still uses the data folder {folder}: wait for its end.",
            patience_s=SHUTDOWN_TIMEOUT_S,
        ) as lock,
    ):
        supervisor = Supervisor(name, folder, lock)
        if supervisor.log.exists():
            supervisor.log.replace(supervisor.log.with_suffix(".log.1"))
        yield supervisor


def free_port() -> int:
    """Return a free port of the loopback address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def _locked(path: Path, refusal: str, patience_s: float = 0.0) -> Iterator[int]:
    deadline = time.monotonic() + patience_s
    path.touch(mode=0o600)  # any user who can open it can lock it
    with path.open("a") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    raise ServerError(refusal) from None
                time.sleep(0.05)
        yield file.fileno()


def _stop(process: subprocess.Popen[bytes], stop_signal: signal.Signals) -> None:
    for number in (stop_signal, signal.SIGQUIT):
        process.send_signal(number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_TIMEOUT_S)
            return
    process.kill()
    process.wait()
