"""Serves an ASGI application with uvicorn, as one part of a larger program."""

import asyncio
import contextlib
import errno
import socket
from collections.abc import AsyncIterator, Iterator, MutableMapping
from typing import Any, Protocol

import uvicorn

from local.emulation.api_gateway.body import Receive
from local.emulation.api_gateway.connection import Connection
from local.emulation.api_gateway.response import Send

GRACE_S = 5


class Application(Protocol):
    """An ASGI application whose running work can be awaited."""

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Serve one request."""
        ...

    async def drain(self, timeout_s: float) -> None:
        """Wait for work whose requests have ended."""
        ...


class PortInUse(OSError):
    """The port is in use."""

    def __init__(self, port: int) -> None:
        super().__init__(
            errno.EADDRINUSE, f"Port {port} is in use: stop what runs there, or choose another with --port."
        )

    def __str__(self) -> str:
        return str(self.strerror)


class _Server(uvicorn.Server):
    """uvicorn without signal handlers, which belong to the program around it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def bind(host: str, port: int) -> socket.socket:
    """Listen on an address, on any free port with port 0; raises PortInUse, and OSError for other reasons.

    Clients may connect from now on: they wait until the gateway serves.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise PortInUse(port) from error
        raise


@contextlib.asynccontextmanager
async def serving(application: Application, listener: socket.socket, *, grace_s: int = GRACE_S) -> AsyncIterator[None]:
    """Serve within the block; on exit, requests and invocations have `grace_s` seconds each to finish."""
    config = uvicorn.Config(
        application,
        http=Connection,
        proxy_headers=False,  # the application reads X-Forwarded-For, as far as its settings trust it
        lifespan="off",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=grace_s,
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield
    finally:
        server.should_exit = True
        await task
        await application.drain(grace_s)
