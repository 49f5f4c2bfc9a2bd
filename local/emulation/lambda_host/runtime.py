"""Runs a handler: Amazon's bootstrap, with sockets to the function host in place of the Runtime API's HTTP.

A program of its own, started by its path, so that nothing but the function and its layers is on the module path. It
imports at its top only what the function host can import as well.

The first process is a fork server: where Amazon's bootstrap asks for the first invocation, the init is over, and the
process begins to fork one for each environment that the host requests. Only those go on, with an invocation. A request
is a packet with the environment's log stream and two file descriptors, of its connection and of its output. The server
reports each process that it has forked, and its end.

A connection is a stream of frames. To the process: FROM_HOST, the attributes of awslambdaric's `InvocationRequest` as
JSON, the JSON event, and the body that belongs into it. To the host: TO_HOST, with one of the kinds, and a payload.
"""

import ctypes
import gc
import json
import os
import select
import signal
import socket
import struct
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

HANDLER = "handler.handler"
FROM_HOST = struct.Struct("<QQQ")  # sizes in bytes
TO_HOST = struct.Struct("<BQ")  # kind, size in bytes
NEXT, RESPONSE, ERROR, INIT_ERROR = range(4)
REPORT = struct.Struct("<ii")  # process id, and FORKED or the status of `waitpid`
FORKED = -1
REQUEST_BYTES = 1024
STDOUT, STDERR = 1, 2
PR_SET_PDEATHSIG = 1
AUTOGROUP = "/proc/self/autogroup"


def command(descriptor: int, *, nice: int) -> Sequence[str]:
    """Return the command of a fork server behind a SOCK_SEQPACKET; it ends with this process."""
    return sys.executable, "-P", __file__, str(os.getpid()), str(descriptor), str(nice)


class Client:
    """Takes the place of awslambdaric's `LambdaRuntimeClient`, with its methods that `bootstrap.run` calls."""

    def __init__(self, server: "ForkServer") -> None:
        from awslambdaric.lambda_runtime_marshaller import LambdaMarshaller, to_json  # noqa: PLC0415 - see above

        self._server = server
        self._connection: socket.socket | None = None
        self._to_json = to_json
        self.marshaller = self
        self.marshal_response = LambdaMarshaller().marshal_response
        self._unmarshal = LambdaMarshaller().unmarshal_request

    def wait_next_invocation(self) -> Any:
        """Return the next invocation, at first in a process that was forked for it."""
        from awslambdaric.lambda_runtime_client import InvocationRequest  # noqa: PLC0415

        connection = self._connection
        if connection is None:
            connection = self._connection = self._server.serve()
        _send(connection, NEXT, b"")
        sizes = FROM_HOST.unpack(_read(connection, FROM_HOST.size))
        attributes, event, body = (_read(connection, size) for size in sizes)
        return InvocationRequest(**json.loads(attributes), event_body=[event, body])

    def unmarshal_request(self, request: list[bytearray], content_type: str) -> Any:
        """Decode an event, insert its body, and empty the request: Amazon's bootstrap keeps it until the next one."""
        text, body = request
        request.clear()
        event = self._unmarshal(bytes(text), content_type)
        if body:
            import pybase64  # noqa: PLC0415 - most functions never get a body

            event["body"] = pybase64.b64encode_as_string(body)
        return event

    def post_invocation_result(self, _id: str, result: str | bytes, _type: str, _invocation_id: Any = None) -> None:
        """Send a response."""
        self._answer(RESPONSE, result if isinstance(result, bytes) else result.encode())

    def post_invocation_error(self, _id: str, error: str, _xray_fault: str, _invocation_id: Any = None) -> None:
        """Send what the handler raised."""
        self._answer(ERROR, error.encode())

    def post_init_error(self, error: Any, _type: str | None = None) -> None:
        """Send what the init raised to the environments that wait for it."""
        self._server.refuse(self._to_json(error).encode())

    def _answer(self, kind: int, payload: bytes) -> None:
        assert self._connection
        _send(self._connection, kind, payload)


class ForkServer:
    """Forks processes as the host requests them."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control

    def serve(self) -> socket.socket:
        """Serve requests; return in forked processes only, with their connection."""
        control = self._control.fileno()
        gc.freeze()  # or a collection would write to all of the shared memory
        wake, waker = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(waker)
        while True:
            ready, _, _ = select.select((control, wake), (), ())
            if wake in ready:
                os.read(wake, REQUEST_BYTES)
                self._reap()
            if control in ready and (forked := self._fork()):
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                os.close(wake)
                os.close(waker)
                self._control.close()
                return forked

    def refuse(self, error: bytes) -> None:
        """Answer the requests that wait with the error of the init."""
        self._control.setblocking(False)  # noqa: FBT003
        try:
            while True:
                _, connection, _ = self._receive()
                _send(connection, INIT_ERROR, error)
        except BlockingIOError:
            pass

    def _receive(self) -> tuple[str, socket.socket, int]:
        log_stream, descriptors, *_ = socket.recv_fds(self._control, REQUEST_BYTES, 2)
        if not log_stream:  # the host has closed it
            os._exit(0)
        for descriptor in descriptors:
            os.set_inheritable(descriptor, False)  # noqa: FBT003
        connection, output = descriptors
        return log_stream.decode(), socket.socket(fileno=connection), output

    def _fork(self) -> socket.socket | None:
        log_stream, connection, output = self._receive()
        server = os.getpid()
        pid = os.fork()
        if pid:
            # It can be killed with its children. All share one session, since Linux may divide the CPU by session, and
            # ten environments would get ten times as much as the gateway.
            os.setpgid(pid, pid)
            connection.close()
            os.close(output)
            self._control.send(REPORT.pack(pid, FORKED))
            return None
        _die_with(server)
        for descriptor in STDOUT, STDERR:
            os.dup2(output, descriptor)
        os.close(output)
        os.environ["AWS_LAMBDA_LOG_STREAM_NAME"] = log_stream
        gc.enable()
        return connection

    def _reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not pid:
                return
            self._control.send(REPORT.pack(pid, status))


def _send(connection: socket.socket, kind: int, payload: bytes) -> None:
    connection.sendall(TO_HOST.pack(kind, len(payload)) + payload)  # at once: each piece would wake the host


def _read(connection: socket.socket, size: int) -> bytearray:
    """Read so many bytes; end the process when the host has closed the connection."""
    buffer = bytearray(size)
    view = memoryview(buffer)
    while view:
        received = connection.recv_into(view)
        if not received:
            os._exit(0)
        view = view[received:]
    return buffer


def main(parent: str, descriptor: str, nice: str) -> None:
    """Import the handler, and fork processes that run it, until the host ends."""
    _die_with(int(parent))
    _yield_to_others(int(nice))
    gc.disable()  # while modules are imported
    control = socket.socket(fileno=int(descriptor))
    control.set_inheritable(False)
    from awslambdaric import bootstrap  # noqa: PLC0415 - see above

    sys.argv[1:] = [HANDLER]  # as for `python -m awslambdaric`
    bootstrap.run(HANDLER, Client(ForkServer(control)))


def _die_with(parent: int) -> None:
    """Let Linux kill this process when its parent ends, which a busy handler would not notice; end if it has."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL))
        if os.getppid() != parent:
            os._exit(1)


def _yield_to_others(nice: int) -> None:
    """Set the priority of this process and its session: Linux may divide the CPU by session first (sched(7))."""
    os.nice(nice)
    with suppress(OSError), open(AUTOGROUP, "w") as file:  # noqa: PTH123 - pathlib is not imported otherwise
        file.write(str(nice))


if __name__ == "__main__":
    main(*sys.argv[1:])
