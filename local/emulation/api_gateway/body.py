"""The body of a request: read up to a limit and at a least rate, or drained."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any

from local.emulation.api_gateway.budget import Holding
from local.emulation.api_gateway.limits import Limits
from local.emulation.api_gateway.refusal import Refusal
from local.emulation.api_gateway.request import Request

DRAIN_BYTES = 64 * 1024 * 1024
DRAIN_TIMEOUT_S = 10.0
SLOW_DRAIN_TIMEOUT_S = 2.0
SILENCE_S = 10.0  # the longest that a client may send nothing, and what it may be behind the least rate
LEAST_BYTES_PER_S = 16 * 1024

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]


class ClientGone(Exception):
    """The client disconnected before its request was complete."""


class Body:
    """The unread part of a request."""

    def __init__(self, request: Request, receive: Receive) -> None:
        self._declared = request.header("content-length")
        self._receive = receive
        self._received, self._waited_s = 0, 0.0
        self._is_too_slow = False
        self.is_complete = not request.has_body

    async def read(self, limits: Limits, holding: Holding) -> bytearray:
        """Read all of the body, and count it in `holding`; raises ClientGone.

        Raises a Refusal as soon as the body is known to be too large or is too slow, or there is no memory for it.
        """
        if self._declared is not None:
            limits.check_body(int(self._declared))
        content = bytearray()
        async for chunk in self.chunks():
            limits.check_body(len(content) + len(chunk), at_least=True)
            holding.add(len(chunk))
            content += chunk
        return content

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield the body in chunks; raises ClientGone, and a Refusal (408) if too little comes.

        Only the time in which the client is waited for counts.
        """
        loop = asyncio.get_running_loop()
        while not self.is_complete:
            began_s = loop.time()
            ahead_s = self._received / LEAST_BYTES_PER_S - self._waited_s
            try:
                async with asyncio.timeout(SILENCE_S + min(ahead_s, 0)):
                    chunk = await self._next()
            except TimeoutError as error:
                self._is_too_slow = True
                raise Refusal(
                    408,
                    f"The body came too slowly: this gateway waits {SILENCE_S:g} s at most, "
                    f"and takes at least {LEAST_BYTES_PER_S:,} bytes each second.",
                ) from error
            finally:
                self._waited_s += loop.time() - began_s
            self._received += len(chunk)
            yield chunk

    async def drain(self, limit_bytes: int = DRAIN_BYTES, timeout_s: float = DRAIN_TIMEOUT_S) -> None:
        """Discard the rest of the body, within limits.

        A connection that is closed with unread bytes is reset, and a client that is still sending would see the reset
        and never the answer (RFC 9112, section 9.6).
        """
        with contextlib.suppress(ClientGone, TimeoutError):
            async with asyncio.timeout(SLOW_DRAIN_TIMEOUT_S if self._is_too_slow else timeout_s):
                while not self.is_complete and limit_bytes > 0:
                    limit_bytes -= len(await self._next())

    async def _next(self) -> bytes:
        message = await self._receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        self.is_complete = not message.get("more_body", False)
        chunk: bytes = message.get("body", b"")
        return chunk
