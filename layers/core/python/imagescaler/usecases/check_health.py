"""Ping every server that the service needs."""

import asyncio
import time
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from typing import Protocol

from imagescaler.domain.errors import Unavailable

TIMEOUT_S = 3


class Server(Protocol):
    """Anything that can be pinged: every port."""

    def ping(self) -> Awaitable[None]:
        """Return when it answers."""
        ...


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether a server answered, and its response time in milliseconds."""

    ok: bool
    ms: float


async def check_health(servers: Mapping[str, Server]) -> Mapping[str, Answer]:
    """Ping all servers at once; takes at most three seconds."""
    answers = await asyncio.gather(*map(_ping, servers.values()))
    return dict(zip(servers, answers, strict=True))


async def _ping(server: Server) -> Answer:
    start_s = time.perf_counter()
    try:
        await asyncio.wait_for(server.ping(), TIMEOUT_S)
        ok = True
    except (Unavailable, TimeoutError):
        ok = False
    return Answer(ok, round((time.perf_counter() - start_s) * 1000, 2))
