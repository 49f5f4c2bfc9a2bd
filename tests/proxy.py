"""A TCP proxy between the service and a server, with the faults of a network: reset, black hole, delay."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

PIECE_BYTES = 65536


@dataclass(slots=True)
class Proxy:
    """Forwards to `target` (host and port); with `swallows` nothing comes through, `delay_s` is added each way."""

    target: tuple[str, int]
    swallows: bool = False
    delay_s: float = 0
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection to its end."""
        try:
            there_reader, there_writer = await asyncio.open_connection(*self.target)
        except OSError:
            writer.transport.abort()
            return
        pair = {writer, there_writer}
        self._writers |= pair
        try:
            await asyncio.gather(self._pump(reader, there_writer), self._pump(there_reader, writer))
        finally:
            self._writers -= pair

    def reset(self) -> None:
        """Break every connection."""
        for writer in self._writers:
            writer.transport.abort()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(PIECE_BYTES):
                if self.delay_s:
                    await asyncio.sleep(self.delay_s)
                if writer.is_closing():
                    break
                if not self.swallows:
                    writer.write(data)
                    await writer.drain()
        writer.close()


@asynccontextmanager
async def proxied(url: str, port: int = 0) -> AsyncIterator[tuple[Proxy, str]]:
    """Put a proxy before the server at a URL, and give the URL that leads through it."""
    proxy = Proxy(address(url))
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", port)
    try:
        yield proxy, through(url, server.sockets[0].getsockname()[1])
    finally:
        proxy.reset()
        server.close()


def address(url: str) -> tuple[str, int]:
    """Return the host and port of a URL."""
    parts = urlsplit(url)
    assert parts.hostname
    assert parts.port
    return parts.hostname, parts.port


def through(url: str, port: int) -> str:
    """Return a URL with another port."""
    return url.replace(f":{address(url)[1]}/", f":{port}/")
