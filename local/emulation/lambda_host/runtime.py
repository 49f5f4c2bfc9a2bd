"""Runs a handler: Amazon's bootstrap, with a socket to the function host in place of the Runtime API's HTTP.

A program of its own, started by its path, so that nothing but the function and its layers is on the module path. It
imports at its top only what the function host can import as well.

The socket is a stream of frames. To the process: FROM_HOST, the attributes of awslambdaric's `InvocationRequest` as
JSON, the JSON event, and the body that belongs into it. To the host: TO_HOST, with one of the kinds, and a payload.
"""

import json
import os
import socket
import struct
import sys
from collections.abc import Sequence
from typing import Any

FROM_HOST = struct.Struct("<QQQ")  # sizes in bytes
TO_HOST = struct.Struct("<BQ")  # kind, size in bytes
HANDLER = "handler.handler"
NEXT, RESPONSE, ERROR, INIT_ERROR = range(4)
PR_SET_PDEATHSIG, SIGKILL = 1, 9


def command(descriptor: int) -> Sequence[str]:
    """Return the command that runs the handler behind a socket; the process ends with this one."""
    return sys.executable, "-P", __file__, str(os.getpid()), str(descriptor)


class Client:
    """Takes the place of awslambdaric's `LambdaRuntimeClient`, with its methods that `bootstrap.run` calls."""

    def __init__(self, connection: socket.socket) -> None:
        from awslambdaric.lambda_runtime_marshaller import LambdaMarshaller, to_json  # noqa: PLC0415 - see above

        self._connection = connection
        self._to_json = to_json
        self.marshaller = self
        self.marshal_response = LambdaMarshaller().marshal_response
        self._unmarshal = LambdaMarshaller().unmarshal_request

    def wait_next_invocation(self) -> Any:
        """Return the next invocation; end the process when the host has closed the socket."""
        from awslambdaric.lambda_runtime_client import InvocationRequest  # noqa: PLC0415

        self._send(NEXT, b"")
        sizes = FROM_HOST.unpack(self._read(FROM_HOST.size))
        attributes, event, body = map(self._read, sizes)
        return InvocationRequest(**json.loads(attributes), event_body=(event, body))

    def unmarshal_request(self, request: tuple[bytearray, bytearray], content_type: str) -> Any:
        """Decode an event, and insert its body."""
        text, body = request
        event = self._unmarshal(bytes(text), content_type)
        if body:
            import pybase64  # noqa: PLC0415 - most functions never get a body

            event["body"] = pybase64.b64encode_as_string(body)
        return event

    def post_invocation_result(self, _id: str, result: str | bytes, _type: str, _invocation_id: Any = None) -> None:
        """Send a response."""
        self._send(RESPONSE, result if isinstance(result, bytes) else result.encode())

    def post_invocation_error(self, _id: str, error: str, _xray_fault: str, _invocation_id: Any = None) -> None:
        """Send what the handler raised."""
        self._send(ERROR, error.encode())

    def post_init_error(self, error: Any, _type: str | None = None) -> None:
        """Send what went wrong before the first invocation."""
        self._send(INIT_ERROR, self._to_json(error).encode())

    def _send(self, kind: int, payload: bytes) -> None:
        self._connection.sendall(TO_HOST.pack(kind, len(payload)))
        self._connection.sendall(payload)

    def _read(self, size: int) -> bytearray:
        buffer = bytearray(size)
        view = memoryview(buffer)
        while view:
            received = self._connection.recv_into(view)
            if not received:
                os._exit(0)
            view = view[received:]
        return buffer


def main(parent: str, descriptor: str) -> None:
    """Run a handler until the host ends."""
    _die_with(int(parent))
    connection = socket.socket(fileno=int(descriptor))
    connection.set_inheritable(False)
    from awslambdaric import bootstrap  # noqa: PLC0415 - see above

    sys.argv[1:] = [HANDLER]  # as for `python -m awslambdaric`
    bootstrap.run(HANDLER, Client(connection))


def _die_with(parent: int) -> None:
    """Let Linux kill this process when the host ends, which a busy handler would not notice; end if it has."""
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415

        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, SIGKILL)
        if os.getppid() != parent:
            sys.exit(1)


if __name__ == "__main__":
    main(*sys.argv[1:])
