"""The host's end of the socket to an environment's process; runtime.py describes the frames."""

import asyncio
import json
import socket
import time
from typing import cast

from local.emulation.lambda_host import answer
from local.emulation.lambda_host.answer import Answer
from local.emulation.lambda_host.event import EventWithBody
from local.emulation.lambda_host.invocation import Invocation
from local.emulation.lambda_host.payload import RESPONSE_LIMIT_BYTES
from local.emulation.lambda_host.runtime import FROM_HOST, INIT_ERROR, NEXT, RESPONSE, TO_HOST

BUFFER_BYTES = 1024 * 1024


class Channel(asyncio.Protocol):
    """Passes invocations to a process, one at a time, and receives its responses."""

    def __init__(self, *, function_arn: str, timeout_s: float) -> None:
        self._init_error: Answer | None = None
        self._function_arn = function_arn
        self._timeout_s = timeout_s
        self._current: Invocation | None = None
        self._asked = False
        self._parts: list[bytes] = []
        self._received_bytes = 0
        self._frame: tuple[int, int] | None = None

    @property
    def init_failed(self) -> bool:
        """True if the process said that it cannot take invocations."""
        return self._init_error is not None

    async def open(self) -> socket.socket:
        """Return the process' end, which the caller closes once the process has it."""
        ours, theirs = socket.socketpair()
        for end in ours, theirs:
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER_BYTES)
        await asyncio.get_running_loop().create_unix_connection(lambda: self, sock=ours)
        return theirs

    def close(self) -> None:
        """Close this end, at which a process that waits for an invocation ends."""
        self._transport.abort()

    def offer(self, invocation: Invocation) -> None:
        """Pass an invocation to the process when it asks for the next one; the previous one must be answered."""
        self._current = invocation
        if self._init_error:
            self._complete(self._init_error)
        elif self._asked:
            self._pass()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Join frames from what arrives, of which one over the limit is not kept."""
        self._parts.append(data)
        self._received_bytes += len(data)
        while self._take_frame():
            pass

    def _take_frame(self) -> bool:
        if self._frame is None:
            if self._received_bytes < TO_HOST.size:
                return False
            whole = b"".join(self._parts)
            self._frame = TO_HOST.unpack_from(whole)
            self._keep(whole[TO_HOST.size :])
        kind, size = self._frame
        too_large = size > RESPONSE_LIMIT_BYTES
        if self._received_bytes < size:
            if too_large:
                self._parts.clear()
            return False
        whole = b"".join(self._parts)
        rest_bytes = self._received_bytes - size
        self._frame = None
        self._take(kind, None if too_large else whole[:size])
        self._keep(whole[len(whole) - rest_bytes :])
        return True

    def _keep(self, rest: bytes) -> None:
        self._parts, self._received_bytes = [rest] if rest else [], len(rest)

    def _take(self, kind: int, payload: bytes | None) -> None:
        if kind == NEXT:
            self._asked = True
            if self._current:
                self._pass()
            return
        response = answer.too_large() if payload is None else Answer(payload, failed=kind != RESPONSE)
        if kind == INIT_ERROR:
            self._init_error = response
        self._complete(response)

    def _complete(self, response: Answer) -> None:
        invocation, self._current = self._current, None
        if invocation:
            invocation.complete(response)

    def _pass(self) -> None:
        invocation = self._current
        assert invocation
        self._asked = False
        invocation.allow(self._timeout_s)
        attributes = {
            "invoke_id": invocation.request_id,
            "x_amzn_trace_id": invocation.trace_id,
            "invoked_function_arn": self._function_arn,
            "deadline_time_in_ms": int((time.time() + self._timeout_s) * 1000),
            "client_context": None,
            "cognito_identity": None,
            "tenant_id": None,
            "content_type": "application/json",
            "invocation_id": None,
        }
        match invocation.event:
            case EventWithBody(event, body):
                pass
            case event:
                body = b""
        head = json.dumps(attributes).encode()
        self._transport.write(b"".join((FROM_HOST.pack(len(head), len(event), len(body)), head, event)))
        self._transport.write(body)
