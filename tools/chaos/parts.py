"""The parts of the service as processes, which are started again whenever they end."""

import asyncio
import os
import re
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

from local.servers.child import command

PAUSE_S = 0.1
LINE_LIMIT_BYTES = 1 << 24
Ready = Callable[[str], Awaitable[None]]


async def _nothing(_: str) -> None:
    """Take what a part says when it works."""


class Part:
    """One part: `python -m <module> <arguments>` in a folder; `on_ready` gets what it says once it works."""

    def __init__(
        self,
        name: str,
        arguments: Sequence[str],
        *,
        folder: Path,
        environment: Mapping[str, str],
        said: re.Pattern[str],
        on_ready: Ready = _nothing,
        module: str = "local",
    ) -> None:
        self.name, self.starts = name, 0
        self._arguments, self._folder, self._environment = arguments, folder, environment
        self._said, self._on_ready, self._module = said, on_ready, module
        self._process: asyncio.subprocess.Process | None = None
        self._ready = asyncio.Event()
        self._keeper: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start it, keep it running from now on, and wait until it works."""
        self._keeper = asyncio.create_task(self._keep())
        await self.ready()

    async def ready(self) -> None:
        """Wait until it works."""
        ready = asyncio.create_task(self._ready.wait())
        assert self._keeper
        await asyncio.wait({ready, self._keeper}, return_when=asyncio.FIRST_COMPLETED)
        if self._keeper.done():
            self._keeper.result()

    async def stop(self) -> None:
        """End it for good."""
        if self._keeper:
            self._keeper.cancel()
            with suppress(asyncio.CancelledError):
                await self._keeper
        if self._process and self._process.returncode is None:
            self._process.terminate()
            await self._process.wait()

    @property
    def process(self) -> psutil.Process | None:
        """The current process; None while it is being restarted."""
        if self._process is None or self._process.returncode is not None:
            return None
        with suppress(psutil.NoSuchProcess):
            return psutil.Process(self._process.pid)
        return None

    def children(self, name: str) -> Sequence[psutil.Process]:
        """Return the child processes with this name, or with a working directory of this name."""
        if (process := self.process) is None:
            return []
        with suppress(psutil.NoSuchProcess):
            return [child for child in process.children(recursive=True) if name in _names(child)]
        return []

    def replace(self, folder: Path, variables: Mapping[str, str]) -> None:
        """Run the code of another folder from now on, as a deployment does."""
        self._folder, self._environment = folder, variables
        self.kill()

    def kill(self) -> None:
        """Kill it as kill -9 does."""
        if process := self.process:
            self._ready.clear()
            process.kill()

    async def _keep(self) -> None:
        with (self._folder / f"{self.name}.log").open("ab") as log:
            while True:
                # It is killed with us, so that an interrupted run leaves nothing behind.
                argv = command(sys.executable, "-u", "-m", self._module, *self._arguments)
                self._process = await asyncio.create_subprocess_exec(
                    *argv,
                    cwd=self._folder,
                    env=self._environment,
                    stdout=asyncio.subprocess.PIPE,
                    stderr=log,
                    limit=LINE_LIMIT_BYTES,
                )
                self.starts += 1
                assert self._process.stdout
                async for line in self._process.stdout:
                    log.write(line)
                    log.flush()
                    if match := self._said.search(line.decode()):
                        await self._on_ready(match[1])
                        self._ready.set()
                await self._process.wait()
                self._ready.clear()
                await asyncio.sleep(PAUSE_S)


def _names(process: psutil.Process) -> Iterator[str]:
    with suppress(psutil.Error):
        yield process.name()
        yield Path(process.cwd()).name


def environment(folder: Path, **variables: str) -> Mapping[str, str]:
    """Return the environment of a part whose code is in `folder`."""
    path = os.pathsep.join(map(str, (folder, folder / "layers/core/python")))
    return {"PATH": os.environ["PATH"], "PYTHONPATH": path, **variables}
