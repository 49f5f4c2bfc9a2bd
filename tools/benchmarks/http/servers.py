"""The services that are compared over HTTP, each run as its documentation recommends, on all cores."""

import os
import socket
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.service import starting
from tools.benchmarks.scaling.installation import ROOT, Installation

HOST = "127.0.0.1"
SERVICE, ENDED = "gateway and host", "ended processes"
SERVERS = {"postgres", "valkey-server"}
RESULT_TTL_S = "60"  # the results of a whole run do not fit into the store


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: where it is, and the process whose descendants do the work."""

    name: str
    url: str
    process_id: int

    def cpu_s(self) -> dict[str, float]:
        """Return the CPU time of all its processes, in seconds, by what they are; that of ended ones is kept."""
        root = psutil.Process(self.process_id)
        spent: dict[str, float] = defaultdict(float)
        for each in (root, *root.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                times, name = each.cpu_times(), SERVICE if each == root else process_name(each)
                spent[name] += times.user + times.system
                spent[name if name in SERVERS else ENDED] += times.children_user + times.children_system
        return dict(spent)


def process_name(process: psutil.Process) -> str:
    """Return the name of a server's program, or of the folder in which a function runs."""
    name = process.name()
    return name if name in SERVERS else Path(process.cwd()).name


@contextmanager
def ours(folder: Path) -> Iterator[Server]:
    """Run the whole service, with its own Postgres and Redis."""
    with starting(folder) as start:
        service = start(data=folder, RESULT_TTL_S=RESULT_TTL_S)
        yield Server("ours", service.url, service.process.pid)


@contextmanager
def thumbor(installation: Installation, corpus: Path, folder: Path) -> Iterator[Server]:
    """Run thumbor with a process for each core, files as its source, and no cache of results, which is its default."""
    configuration = folder / "thumbor.conf"
    configuration.write_text(
        f"LOADER = 'thumbor.loaders.file_loader'\nFILE_LOADER_ROOT_PATH = '{corpus}'\n"
        "STORAGE = 'thumbor.storages.no_storage'\n"
    )
    port = _free_port()
    program = installation.python.parent / "thumbor"
    command = (program, "--ip", HOST, "--port", str(port), "--conf", configuration, "--log-level", "error")
    with _running((*command, "--processes", str(os.cpu_count())), port, ROOT) as process_id:
        yield Server("thumbor", f"http://{HOST}:{port}", process_id)


@contextmanager
def ipx(installation: Installation, corpus: Path) -> Iterator[Server]:
    """Run IPX's own server: one process, whose threads scale."""
    port = _free_port()
    command = ("node", "node_modules/ipx/bin/ipx.mjs", "serve", "--dir", str(corpus), "--host", HOST)
    with _running((*command, "--port", str(port)), port, installation.folder) as process_id:
        yield Server("IPX", f"http://{HOST}:{port}", process_id)


@contextmanager
def _running(command: tuple[object, ...], port: int, folder: Path) -> Iterator[int]:
    output = subprocess.DEVNULL
    process = subprocess.Popen([str(each) for each in command], cwd=folder, stdout=output, stderr=output)
    try:
        while not _listens(port):
            assert process.poll() is None, f"{command[0]} ended"
        yield process.pid
    finally:
        family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
        for each in family:
            each.terminate()
        process.wait(30)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind((HOST, 0))
        return int(free.getsockname()[1])


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.1)
        return probe.connect_ex((HOST, port)) == 0
