"""Forks the processes of a function from one that has imported its handler."""

import asyncio
import os
import signal
import socket
from asyncio import FIRST_COMPLETED
from collections.abc import Callable
from contextlib import suppress

from local.emulation.lambda_host import runtime
from local.emulation.lambda_host.deployment import Deployment, log_stream_name
from local.emulation.lambda_host.process import Process

BACKGROUND_NICE = 5  # a third of the CPU that another process gets at the same time
SILENT = "killed: no report from the fork server for {} s"


class ForkServer:
    """Starts the process that has imported the handler when it is first needed, and again when it has ended.

    That process serves no invocation. Its init is the init of the function: an error of it goes to each environment
    that waits for it. Later it is replaced if it takes longer than `report_s` to fork a process or to report the end of
    one: then it was stopped, or hangs.
    """

    def __init__(self, deployment: Deployment, on_line: Callable[[str], None], report_s: float) -> None:
        self.deployment = deployment
        self._on_line = on_line
        self._report_s = report_s
        self._serving: _Serving | None = None

    async def fork(self, connection: socket.socket) -> Process:
        """Fork a process that serves at its end of a connection. Returns before the init ends. Raises OSError."""
        with suppress(ConnectionError, TimeoutError):  # it has just ended, or does not answer
            if self._serving and self._serving.usable:
                return await self._serving.fork(connection, self._on_line)
        await self.stop()
        self._serving = await _Serving.start(self.deployment, self._on_line, self._report_s)
        return await self._serving.fork(connection, self._on_line)

    async def stop(self) -> None:
        """Stop the process, and those that were forked from it."""
        serving, self._serving = self._serving, None
        if serving:
            await serving.stop()


class _Forked(Process):
    """A process that is forked once its fork server has imported the handler; until then that one stands for it."""

    def __init__(self, on_line: Callable[[str], None], server: Process, report_s: float) -> None:
        super().__init__(on_line)
        self.forked: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._server = server
        self._report_s = report_s

    def rss_bytes(self) -> int:
        return super().rss_bytes() if self.pid else self._server.rss_bytes()

    async def stop(self, grace_s: float) -> None:
        stopping = asyncio.create_task(super().stop(grace_s))
        await asyncio.wait((self.exited,), timeout=grace_s + self._report_s)
        if not self.exited.done():  # only the server can report it
            self._server.on_line(SILENT.format(self._report_s))
            self._server.kill()
        await stopping

    def _signal(self, number: signal.Signals) -> None:
        if self.pid:
            super()._signal(number)
        else:
            self._server.kill()


class _Serving:
    """A running fork server, and the processes that it has forked."""

    def __init__(self, control: socket.socket, process: Process, report_s: float) -> None:
        self._control, self._process, self._report_s = control, process, report_s
        self._imported = False
        self._requested: list[_Forked] = []
        self._forked: dict[int, _Forked] = {}
        loop = asyncio.get_running_loop()
        loop.add_reader(control, self._receive)
        process.exited.add_done_callback(self._server_exited)

    @classmethod
    async def start(cls, deployment: Deployment, on_line: Callable[[str], None], report_s: float) -> "_Serving":
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setblocking(False)  # noqa: FBT003
        with theirs:
            try:
                process = await Process.start(
                    runtime.command(theirs.fileno(), nice=BACKGROUND_NICE if deployment.function.is_background else 0),
                    folder=deployment.folder,
                    environment=deployment.variables(),
                    on_line=on_line,
                    descriptors=(theirs.fileno(),),
                )
            except OSError:
                ours.close()
                raise
        return cls(ours, process, report_s)

    @property
    def usable(self) -> bool:
        return not (self._process.killed or self._process.exited.done())

    async def fork(self, connection: socket.socket, on_line: Callable[[str], None]) -> Process:
        forked = _Forked(on_line, self._process, self._report_s)
        output = await forked.open_output()
        try:
            socket.send_fds(self._control, [log_stream_name().encode()], [connection.fileno(), output])
        except OSError:
            forked.close_output()
            raise
        finally:
            os.close(output)
        self._requested.append(forked)
        if self._imported:
            await asyncio.wait(
                (forked.forked, self._process.exited), timeout=self._report_s, return_when=FIRST_COMPLETED
            )
            if not forked.pid:
                if not self._process.exited.done():
                    on_line(SILENT.format(self._report_s))
                forked.close_output()
                raise TimeoutError
        return forked

    async def stop(self) -> None:
        await self._process.stop(0)

    def _receive(self) -> None:
        """Read what the server reports: a process that it has forked, or one that has ended."""
        try:
            report = self._control.recv(runtime.REPORT.size)
        except BlockingIOError:
            return
        except ConnectionError:
            report = b""
        if not report:  # it has ended, which `_server_exited` sees
            asyncio.get_running_loop().remove_reader(self._control)
            return
        pid, status = runtime.REPORT.unpack(report)
        if status == runtime.FORKED:
            forked = self._forked[pid] = self._requested.pop(0)
            forked.pid, self._imported = pid, True
            forked.forked.set_result(None)
            if forked.killed:
                forked.kill()
        else:
            self._forked.pop(pid).end(os.waitstatus_to_exitcode(status))

    def _server_exited(self, exited: asyncio.Future[int]) -> None:
        asyncio.get_running_loop().remove_reader(self._control)
        self._control.close()
        for process in (*self._requested, *self._forked.values()):  # Linux kills them
            process.end(exited.result())
