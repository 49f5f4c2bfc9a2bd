"""The containers of a function, whose number changes; each takes one invocation at a time."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

LOOK_UP_S, RETRY_S, CONNECT_TIMEOUT_S = 1, 0.1, 1
"""How often a name is looked up again, how soon a container that refuses is asked again, what connecting may take."""

Resolve = Callable[[str, int], Awaitable[set[str]]]


async def resolve(host: str, port: int) -> set[str]:
    """Return all addresses of a name; under compose, those of the running containers. Empty for an unknown name."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except socket.gaierror:
        return set()
    return {str(address[0]) for *_, address in found}


class NoneFree(Exception):
    """No container of a function was free in time."""

    def __init__(self, *, are_busy: bool) -> None:
        super().__init__()
        self.are_busy = are_busy


class Containers:
    """The containers behind a service's name.

    The emulator in a container (RIE) crashes on a second invocation at the same time, so each caller reserves a
    container. One is handed out only after it has accepted a connection: an invocation that could be refused
    is never sent, so none has to be repeated.
    """

    def __init__(self, host: str, port: int, resolve: Resolve = resolve) -> None:
        self._host, self._port, self._resolve = host, port, resolve
        self._addresses: list[str] = []  # the most recently used first: it is warm
        self._busy: set[str] = set()
        self._line = asyncio.Lock()  # first come, first served
        self._freed = asyncio.Event()
        self._looked_up_at = float("-inf")

    async def count(self) -> int:
        """Count the containers that there are now, busy or not."""
        await self._look_up()
        return len(self._addresses)

    @asynccontextmanager
    async def hold(self, wait_s: float) -> AsyncIterator[str]:
        """Reserve a container and yield its address; raises NoneFree after `wait_s` seconds."""
        try:
            async with asyncio.timeout(wait_s), self._line:
                address = await self._next()
        except TimeoutError:
            raise NoneFree(are_busy=bool(self._busy)) from None
        try:
            yield address
        finally:
            self._busy.discard(address)
            if address in self._addresses:
                self._addresses.remove(address)
                self._addresses.insert(0, address)
            self._freed.set()

    async def _next(self) -> str:
        while True:
            self._freed.clear()
            await self._look_up()
            for address in [each for each in self._addresses if each not in self._busy]:
                if await self._accepts(address):
                    self._busy.add(address)
                    return address
                self._looked_up_at = float("-inf")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._freed.wait(), RETRY_S)

    async def _look_up(self) -> None:
        now = asyncio.get_running_loop().time()
        if now < self._looked_up_at + LOOK_UP_S:
            return
        self._looked_up_at = now
        found = await self._resolve(self._host, self._port)
        known = [address for address in self._addresses if address in found]
        self._addresses = [*known, *sorted(found.difference(known))]

    async def _accepts(self, address: str) -> bool:
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                _, writer = await asyncio.open_connection(address, self._port)
                writer.close()
                await writer.wait_closed()
        except OSError:
            return False
        return True
