"""A process with its own process group: its log lines, its memory, and its end, together with its children."""

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


class Process:
    """A process that leads a process group, and the pipe that it writes to.

    `exited` is its return code; a negative one is a signal, as in subprocess. `on_line` gets each line that the process
    or its children write.
    """

    def __init__(self, on_line: Callable[[str], None]) -> None:
        self.exited: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.killed = False
        self.on_line = on_line
        self.pid = 0
        self._output = _Output(on_line)

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
        """Start a program in a folder, with open file descriptors. Raises OSError."""
        process = cls(on_line)
        output = await process.open_output()
        try:
            transport, _ = await asyncio.get_running_loop().subprocess_exec(
                lambda: _Exit(process),
                *argv,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=folder,
                env=environment,
                start_new_session=True,
                pass_fds=descriptors,
            )
        except OSError:
            process.close_output()
            raise
        finally:
            os.close(output)
        process.pid = transport.get_pid()
        return process

    async def open_output(self) -> int:
        """Return the file descriptor to write lines to; the caller closes it once the process has it."""
        ours, theirs = os.pipe()
        await asyncio.get_running_loop().connect_read_pipe(lambda: self._output, os.fdopen(ours, "rb", 0))
        return theirs

    def close_output(self) -> None:
        """Read no more lines."""
        self._output.close()

    def rss_bytes(self) -> int:
        """Return the resident memory, without that of children; 0 when the process has ended."""
        try:
            statm = Path(f"/proc/{self.pid}/statm").read_bytes()
        except (FileNotFoundError, ProcessLookupError):
            return 0
        return int(statm.split()[1]) * PAGE_BYTES

    def kill(self) -> None:
        """Kill the process and all of its process group."""
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
        await asyncio.wait((self._output.ended,), timeout=DRAIN_S)  # a daemon that left the group may hold the pipe
        self.close_output()

    def end(self, return_code: int) -> None:
        """Note that the process has ended, and kill what remains of its process group."""
        if not self.exited.done():
            self._signal(signal.SIGKILL)
            self.exited.set_result(return_code)

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.pid, number)


class _Exit(asyncio.SubprocessProtocol):
    """Waits for the end of a started program.

    A protocol and not asyncio's `Process`: before Python 3.12 the `wait` of that one goes on for as long as a
    grandchild holds the pipe.
    """

    def __init__(self, process: Process) -> None:
        self._process = process

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.SubprocessTransport", transport)

    def process_exited(self) -> None:
        self._process.end(cast("int", self._transport.get_returncode()))
        self._transport.close()


class _Output(asyncio.Protocol):
    """Splits what a process writes into lines; asyncio's streams would refuse long ones."""

    def __init__(self, on_line: Callable[[str], None]) -> None:
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._on_line = on_line
        self._rest = b""
        self._transport: asyncio.BaseTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        # awslambdaric separates the lines of a traceback by carriage returns.
        *lines, self._rest = (self._rest + data.replace(b"\r", b"\n")).split(b"\n")
        if len(self._rest) > LINE_LIMIT_BYTES:
            lines, self._rest = [*lines, self._rest], b""
        for line in filter(None, lines):
            self._on_line(line.decode(errors="replace"))

    def connection_lost(self, _exc: Exception | None) -> None:
        self.data_received(b"\n")
        self.ended.set_result(None)

    def close(self) -> None:
        if self._transport:
            self._transport.close()
