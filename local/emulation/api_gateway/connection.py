"""A connection of a client: deadlines for heads and for responses, and refusals in place of the server's own."""

import asyncio
from collections.abc import MutableMapping
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from local.emulation.api_gateway.body import LEAST_BYTES_PER_S, Receive
from local.emulation.api_gateway.head import check_head, check_size
from local.emulation.api_gateway.refusal import Refusal
from local.emulation.api_gateway.response import Send, start

HEAD_TIMEOUT_S = 10.0
WRITE_CHECK_S = 10.0
LINGER_S = 2.0
MAX_CONNECTIONS = 1_000
MAX_PIPELINED = 16
MALFORMED = Refusal(400, "The request is not valid HTTP/1.1 (RFC 9112).")


class Connection(HttpToolsProtocol):
    """uvicorn's connection, with limits on what a client may take.

    A head must be complete in HEAD_TIMEOUT_S seconds, else the answer is 408. A client that receives fewer than
    LEAST_BYTES_PER_S of a response is disconnected, since what it does not receive stays in memory.
    """

    _head_timer: asyncio.TimerHandle | None = None
    _write_timer: asyncio.TimerHandle | None = None
    _is_refused = False
    made_at_s = 0.0
    _unparsed = 0  # bytes since the last head or piece of a body
    _reading_head = True
    _head_begun = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a head. For a connection too many, close the oldest without a request, or refuse (503)."""
        super().connection_made(transport)
        self.made_at_s = self.loop.time()
        if len(self.connections) > MAX_CONNECTIONS and not self._make_room():
            self._refuse(Refusal(503, "This gateway has too many connections. Try again.", retry_after_s=1))
            self.transport.close()
        else:
            self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the timers."""
        self._stop_head_timer()
        self._stop_write_timer()
        super().connection_lost(exc)

    # Reading

    def data_received(self, data: bytes) -> None:
        """Parse, and refuse what is malformed (400), or large and neither head nor body (431)."""
        if self._is_refused or self.transport.is_closing():
            return
        if self.is_idle and self._head_timer is None:
            self._await_head()
        self._unset_keepalive_if_required()
        self._unparsed += len(data)
        try:
            self.parser.feed_data(data)
            check_size(self._unparsed)
        except httptools.HttpParserUpgrade:
            pass  # a server may ignore it (RFC 9110, section 7.8)
        except httptools.HttpParserError:
            self._refuse(MALFORMED)
        except Refusal as refusal:
            self._refuse(refusal)

    def on_message_begin(self) -> None:
        """Begin to count the bytes of a head."""
        self._unparsed, self._reading_head, self._head_begun = 0, True, True
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Add a header; a trailer is dropped, because it must not become one (RFC 9110, section 6.5.1)."""
        if self._reading_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Check the head, and choose the application or a refusal."""
        self._unparsed, self._reading_head, self._head_begun = 0, False, False
        self._stop_head_timer()
        if len(self.pipeline) >= MAX_PIPELINED:
            raise MALFORMED
        try:
            check_head(self.headers, self.parser.get_http_version())
            self.app = self.config.loaded_app
        except Refusal as refusal:
            self.app = _Refusing(refusal)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Add a piece of the body."""
        self._unparsed = 0
        super().on_body(body)

    @property
    def is_idle(self) -> bool:
        """True if no request is under way, or its head is not complete."""
        return self.cycle is None or (self.cycle.response_complete and not self.pipeline)

    def _make_room(self) -> bool:
        """Close the oldest connection that has no request under way; False if there is none."""
        others = (each for each in self.connections if isinstance(each, Connection) and each is not self)
        idle = [each for each in others if each.is_idle and not each.transport.is_closing()]
        if idle:
            min(idle, key=lambda each: each.made_at_s).transport.abort()
        return bool(idle)

    def _await_head(self) -> None:
        self._head_timer = self.loop.call_later(HEAD_TIMEOUT_S, self._head_is_late)

    def _stop_head_timer(self) -> None:
        if self._head_timer:
            self._head_timer.cancel()
            self._head_timer = None

    def _head_is_late(self) -> None:
        if self._head_begun:
            self._refuse(Refusal(408, f"The head of the request did not arrive in {HEAD_TIMEOUT_S:g} s."))
        else:
            self.transport.close()

    def _refuse(self, refusal: Refusal) -> None:
        """Answer in place of the application and close; without an answer if one to another request is under way.

        What the client still sends is discarded for LINGER_S seconds: a connection that is closed with unread bytes is
        reset, and the client would not see the answer (RFC 9112, section 9.6).
        """
        if self.transport.is_closing():
            return
        self._is_refused = True
        is_asking = self.cycle is not None and not self.cycle.response_complete
        if not (is_asking and self.cycle.response_started) and not self.pipeline:
            if is_asking:
                self.cycle.disconnected = True  # the application must not answer, too
                self.cycle.message_event.set()
            self.transport.write(_as_bytes(refusal))
            self.transport.write_eof()
            self._stop_head_timer()
            self._head_timer = self.loop.call_later(LINGER_S, self.transport.close)
        else:
            self.transport.close()

    # Writing

    def pause_writing(self) -> None:
        """Watch whether the client receives what waits."""
        super().pause_writing()
        self._watch_writing()

    def resume_writing(self) -> None:
        """Watch what is left, if anything."""
        super().resume_writing()
        self._watch_writing()

    def on_response_complete(self) -> None:
        """Watch what is left of the response."""
        super().on_response_complete()
        self._watch_writing()

    def _watch_writing(self) -> None:
        self._stop_write_timer()
        if left := self.transport.get_write_buffer_size():
            self._write_timer = self.loop.call_later(WRITE_CHECK_S, self._check_writing, left)

    def _stop_write_timer(self) -> None:
        if self._write_timer:
            self._write_timer.cancel()
            self._write_timer = None

    def _check_writing(self, before: int) -> None:
        left = self.transport.get_write_buffer_size()
        if left and before - left < LEAST_BYTES_PER_S * WRITE_CHECK_S:
            self.transport.abort()
        else:
            self._watch_writing()


class _Refusing:
    """An ASGI application that refuses its request and closes the connection."""

    def __init__(self, refusal: Refusal) -> None:
        self._refusal = refusal

    async def __call__(self, _scope: MutableMapping[str, Any], _receive: Receive, send: Send) -> None:
        answer = self._refusal.answer()
        await send(start(answer, [*answer.framed(), ("connection", "close")]))
        await send({"type": "http.response.body", "body": answer.body})


def _as_bytes(refusal: Refusal) -> bytes:
    answer = refusal.answer()
    headers = (*answer.framed(), ("connection", "close"))
    lines = [f"HTTP/1.1 {answer.status} {refusal.title}", *(f"{name}: {value}" for name, value in headers)]
    return "\r\n".join([*lines, "", ""]).encode() + answer.body
