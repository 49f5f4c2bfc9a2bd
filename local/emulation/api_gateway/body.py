"""The body of a request: read up to a limit, or drained."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any

from local.emulation.api_gateway.limits import Limits
from local.emulation.api_gateway.request import Request

DRAIN_BYTES = 64 * 1024 * 1024
DRAIN_TIMEOUT_S = 10.0

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]


class ClientGone(Exception):
    """The client disconnected before its request was complete."""


class Body:
    """The unread part of a request."""

    def __init__(self, request: Request, receive: Receive) -> None:
        self._declared = request.header("content-length")
        self._receive = receive
        self.is_complete = not request.has_body

    async def read(self, limits: Limits) -> bytearray:
        """Read all of the body; raises a Refusal as soon as it is known to be too large, and ClientGone."""
        if self._declared is not None:
            limits.check_body(int(self._declared))
        content = bytearray()
        while not self.is_complete:
            content += await self._next()
            limits.check_body(len(content), at_least=True)
        return content

    async def chunks(self, silence_s: float) -> AsyncIterator[bytes]:
        """Yield the body in chunks; raises ClientGone, also after `silence_s` seconds without data."""
        while not self.is_complete:
            try:
                async with asyncio.timeout(silence_s):
                    chunk = await self._next()
            except TimeoutError as error:
                raise ClientGone from error
            yield chunk

    async def drain(self, limit_bytes: int = DRAIN_BYTES, timeout_s: float = DRAIN_TIMEOUT_S) -> None:
        """Discard the rest of the body, within limits.

        A connection that is closed with unread bytes is reset, and a client that is still sending would see the reset
        and never the answer (RFC 9112, section 9.6).
        """
        with contextlib.suppress(ClientGone, TimeoutError):
            async with asyncio.timeout(timeout_s):
                while not self.is_complete and limit_bytes > 0:
                    limit_bytes -= len(await self._next())

    async def _next(self) -> bytes:
        message = await self._receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        self.is_complete = not message.get("more_body", False)
        chunk: bytes = message.get("body", b"")
        return chunk
