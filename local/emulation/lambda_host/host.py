"""The function host: an Invoke API in front of a pool of environments for each function."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import TracebackType
from typing import Self

from aiohttp import web

from local.emulation.lambda_host.answer import Answer
from local.emulation.lambda_host.deployment import Code, Deployment
from local.emulation.lambda_host.event import Event
from local.emulation.lambda_host.fork_server import ForkServer
from local.emulation.lambda_host.function import Function
from local.emulation.lambda_host.invocation import Invocation
from local.emulation.lambda_host.invoke_api import PATH, InvokeApi
from local.emulation.lambda_host.limits import Limits
from local.emulation.lambda_host.pool import Pool


class FunctionHost:
    """Serves functions while its context is open, and stops all processes.

    All processes get `environment` and their function's own variables; of this process they inherit only PATH.
    `on_log` gets a function's logical id and each line that a process of it writes. `port` 0 means any free one,
    which `port` then names.
    """

    def __init__(
        self,
        functions: Sequence[Function],
        *,
        code: Code,
        environment: Mapping[str, str],
        on_log: Callable[[str, str], None],
        limits: Limits = Limits(),  # noqa: B008 - frozen
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self.port = port
        self._host = host
        self._limits = limits
        self._pools = {
            function.logical_id: Pool(
                ForkServer(
                    Deployment(function, code, environment), partial(on_log, function.logical_id), limits.fork_s
                ),
                limits,
            )
            for function in functions
        }
        self._runner = web.AppRunner(InvokeApi(self._pools).application(), access_log=None, shutdown_timeout=0.5)

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self.port)
        await site.start()
        self.port = site.port
        self._janitor = asyncio.create_task(self._stop_idle())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._janitor.cancel()
        await asyncio.gather(self._janitor, return_exceptions=True)
        # Processes before connections: callers are answered that the process has ended.
        await asyncio.gather(*(pool.stop() for pool in self._pools.values()))
        await self._runner.cleanup()

    @property
    def url_pattern(self) -> str:
        """URL of an invocation, with `{function}` for the logical id."""
        return f"http://{self._host}:{self.port}{PATH}"

    def start(self, function: str, event: Event) -> asyncio.Task[Answer]:
        """Invoke a function, by its logical id, from within this process; see `Pool.start`."""
        return self._pools[function].start(Invocation(event))

    async def retire(self, function: str) -> None:
        """Stop the environments of a function that are not busy, and its fork server with the last of them."""
        await self._pools[function].stop_idle(0, 0)

    async def _stop_idle(self) -> None:
        while True:
            await asyncio.sleep(self._limits.idle_s / 10)
            for pool in self._pools.values():
                await pool.stop_idle(self._limits.idle_s, self._limits.server_idle_s)
