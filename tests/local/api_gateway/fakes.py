"""Stand-ins for what is on both sides of the gateway: a client's request, and functions."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

import httpx

from local.emulation.api_gateway.app import Gateway
from local.emulation.api_gateway.request import Request
from local.emulation.api_gateway.server import bind, serving
from local.emulation.lambda_host.event import Event


class FakeFunctions:
    """Answers every invocation with `answer`: a value, an exception, or what a function of the event returns.

    While `gate` is closed, invocations wait.
    """

    def __init__(self, answer: Any = None) -> None:
        self.answer = answer
        self.events: list[dict[str, Any]] = []
        self.called: list[tuple[str, str]] = []
        self.finished = 0
        self.started = asyncio.Event()
        self.gate = asyncio.Event()
        self.gate.set()

    async def invoke(self, function: str, service: str, event: Event, *, timeout_s: float) -> Any:
        self.called.append((function, service))
        self.events.append(json.loads(bytes(event)))
        self.started.set()
        await self.gate.wait()
        self.finished += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer(self.events[-1]) if callable(self.answer) else self.answer


def make_request(
    method: str = "GET",
    path: str = "/",
    *,
    query: str = "",
    headers: Iterable[tuple[str, str]] = (),
    raw_path: str = "/",
) -> Request:
    return Request(
        method=method,
        path=path,
        raw_path=raw_path,
        query=query,
        headers=tuple(headers),
        http_version="1.1",
        scheme="http",
        client="192.0.2.1",
        peer="192.0.2.1",
        port=8000,
        id="JKJaXmPLvHcESHA=",
        received_at=1_583_348_638.39,
    )


@asynccontextmanager
async def client_of(gateway: Gateway) -> AsyncIterator[httpx.AsyncClient]:
    """Serve a gateway on a free port and give a client for it."""
    listener = bind("127.0.0.1", 0)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    async with serving(gateway, listener), httpx.AsyncClient(base_url=url, timeout=20, trust_env=False) as client:
        yield client
