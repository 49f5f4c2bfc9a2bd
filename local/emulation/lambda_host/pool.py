"""The environments of one function: idle ones are reused, new ones started on demand up to a limit."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from local.emulation.lambda_host.answer import Answer
from local.emulation.lambda_host.environment import Environment
from local.emulation.lambda_host.fork_server import ForkServer
from local.emulation.lambda_host.invocation import Invocation
from local.emulation.lambda_host.limits import Limits

logger = logging.getLogger(__name__)


class Throttled(Exception):
    """No environment became free in time, too many wait for one, or the host is stopping."""


class Pool:
    """Each slot has an environment: the most recently used idle one, or a new one."""

    def __init__(self, server: ForkServer, limits: Limits) -> None:
        self._server = server
        self._limits = limits
        self._slots = asyncio.Semaphore(limits.max_environments)
        self._waiting = 0
        self._starting = asyncio.Lock()
        self._stopped = False
        self._all: set[Environment] = set()
        self._idle: list[Environment] = []
        self._empty_since = float("inf")
        self._started: set[asyncio.Task[Answer]] = set()  # the loop itself holds tasks by weak references only

    def start(self, invocation: Invocation) -> asyncio.Task[Answer]:
        """Start an invocation that continues when its caller is cancelled; otherwise as `invoke`."""
        task = asyncio.create_task(self.invoke(invocation))
        self._started.add(task)
        task.add_done_callback(self._finished)
        return task

    async def invoke(self, invocation: Invocation) -> Answer:
        """Answer an invocation; raises Throttled, and OSError when no process could be started."""
        async with self._environment() as environment:
            began = asyncio.get_running_loop().time()
            answer = await environment.invoke(invocation)
            duration_ms = (asyncio.get_running_loop().time() - began) * 1000
            logger.debug("REPORT RequestId: %s Duration: %.2f ms", invocation.request_id, duration_ms)
            return answer

    async def stop_idle(self, idle_s: float, server_idle_s: float) -> None:
        """Stop the environments that were idle for so long, and remove those whose process has ended.

        The fork server is stopped if there has been no environment for `server_idle_s`.
        """
        now = asyncio.get_running_loop().time()
        stale = [idle for idle in self._idle if idle.idle_since <= now - idle_s or not idle.usable]
        self._idle = [idle for idle in self._idle if idle not in stale]
        for environment in stale:
            await self._discard(environment, self._limits.stop_s)
        async with self._starting:
            empty_s = asyncio.get_running_loop().time() - self._empty_since
            if not self._all and empty_s >= server_idle_s:
                await self._server.stop()

    async def stop(self) -> None:
        """Stop every environment, and refuse new and waiting invocations."""
        async with self._starting:  # no process can start between this line and the next
            self._stopped = True
        await asyncio.gather(*(self._discard(environment, self._limits.stop_s) for environment in self._all))
        await self._server.stop()
        await asyncio.gather(*self._started, return_exceptions=True)

    def _finished(self, task: asyncio.Task[Answer]) -> None:
        self._started.discard(task)
        if not task.cancelled():
            task.exception()  # retrieved, or asyncio would log an exception that nobody awaited

    @asynccontextmanager
    async def _environment(self) -> AsyncIterator[Environment]:
        await self._take_slot()
        try:
            environment = await self._take_idle() or await self._start_new()
            yield environment
            if environment.usable:
                environment.idle_since = asyncio.get_running_loop().time()
                self._idle.append(environment)
            else:
                await self._discard(environment)
        finally:
            self._slots.release()

    async def _take_slot(self) -> None:
        if self._slots.locked() and self._waiting >= self._limits.max_waiting:
            raise Throttled
        self._waiting += 1
        try:
            async with asyncio.timeout(self._limits.wait_s):
                await self._slots.acquire()
        except TimeoutError:
            raise Throttled from None
        finally:
            self._waiting -= 1

    async def _take_idle(self) -> Environment | None:
        while self._idle:
            environment = self._idle.pop()
            if environment.usable:
                return environment
            await self._discard(environment)
        return None

    async def _start_new(self) -> Environment:
        async with self._starting:
            if self._stopped:
                raise Throttled
            environment = await Environment.start(self._server, init_s=self._limits.init_s)
            self._all.add(environment)
            return environment

    async def _discard(self, environment: Environment, grace_s: float = 0) -> None:
        await environment.stop(grace_s)
        self._all.discard(environment)
        self._empty_since = asyncio.get_running_loop().time()
