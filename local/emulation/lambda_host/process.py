"""A process with its own session: its log lines, its memory, and its end, together with its children."""

import asyncio
import os
import signal
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self, cast

LINE_LIMIT_BYTES = 1024 * 1024
DRAIN_S = 0.5
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


class Process(asyncio.SubprocessProtocol):
    """A running process.

    A protocol and not asyncio's `Process`: that one's streams refuse long lines, and before Python 3.12 its `wait`
    goes on for as long as a grandchild holds the pipe.
    """

    def __init__(self, on_line: Callable[[str], None]) -> None:
        loop = asyncio.get_running_loop()
        self.exited: asyncio.Future[int] = loop.create_future()
        self.killed = False
        self._drained: asyncio.Future[None] = loop.create_future()
        self.on_line = on_line
        self._rest = b""

    @classmethod
    async def start(
        cls,
        argv: Sequence[str],
        *,
        folder: Path,
        environment: Mapping[str, str],
        on_line: Callable[[str], None],
        descriptors: Sequence[int] = (),
    ) -> Self:
        """Start a program in a folder, with open file descriptors. Raises OSError.

        `on_line` gets each line that it or its children write.
        """
        _, process = await asyncio.get_running_loop().subprocess_exec(
            lambda: cls(on_line),
            *argv,
            stdin=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.STDOUT,
            cwd=folder,
            env=environment,
            start_new_session=True,
            pass_fds=descriptors,
        )
        return process

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport of the started program."""
        self._transport = cast("asyncio.SubprocessTransport", transport)
        self._pid = self._transport.get_pid()

    def pipe_data_received(self, _fd: int, data: bytes | str) -> None:
        """Split the output into lines."""
        # awslambdaric separates the lines of a traceback by carriage returns.
        *lines, self._rest = (self._rest + cast("bytes", data).replace(b"\r", b"\n")).split(b"\n")
        if len(self._rest) > LINE_LIMIT_BYTES:
            lines, self._rest = [*lines, self._rest], b""
        for line in filter(None, lines):
            self.on_line(line.decode(errors="replace"))

    def pipe_connection_lost(self, _fd: int, _exc: Exception | None) -> None:
        """Report the last line."""
        self.pipe_data_received(_fd, b"\n")
        self._drained.set_result(None)

    def process_exited(self) -> None:
        """Kill what remains of the program's session."""
        self._signal(signal.SIGKILL)
        self.exited.set_result(cast("int", self._transport.get_returncode()))

    def rss_bytes(self) -> int:
        """Return the resident memory, without that of children; 0 when the process has ended."""
        try:
            statm = Path(f"/proc/{self._pid}/statm").read_bytes()
        except (FileNotFoundError, ProcessLookupError):
            return 0
        return int(statm.split()[1]) * PAGE_BYTES

    def kill(self) -> None:
        """Kill the process and all of its session."""
        self.killed = True
        if not self.exited.done():
            self._signal(signal.SIGKILL)

    async def stop(self, grace_s: float) -> None:
        """Terminate the process, kill it after `grace_s`, and wait for its last lines."""
        if not self.exited.done() and grace_s > 0:
            self._signal(signal.SIGTERM)
            await asyncio.wait((self.exited,), timeout=grace_s)
        self.kill()
        await asyncio.wait((self.exited,))
        await asyncio.wait((self._drained,), timeout=DRAIN_S)  # a daemon that left the session may hold the pipe
        self._transport.close()

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._pid, number)
