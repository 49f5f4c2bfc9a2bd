"""Hosts for functions that are made in a temporary folder."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
import pytest

from local.emulation.lambda_host.deployment import Code
from local.emulation.lambda_host.function import Function
from local.emulation.lambda_host.host import FunctionHost
from local.emulation.lambda_host.limits import Limits
from tests.local.lambda_host.served import HANDLER, Served


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make the folder of RunFunction."""
    folder = tmp_path / "functions" / "run"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
async def serve(tmp_path: Path, folder: Path) -> AsyncIterator[Callable[..., Awaitable[Served]]]:
    """Yield a function that serves a handler until the test ends."""
    async with AsyncExitStack() as stack:

        async def start(
            limits: Limits | None = None,
            *,
            handler: str | None = HANDLER,
            timeout_s: int = 20,
            memory_mib: int = 512,
            is_background: bool = False,
        ) -> Served:
            if handler is not None:
                (folder / "handler.py").write_text(handler)
            lines: list[str] = []
            own = {"OWN": "function", "BOTH": "function"}
            host = FunctionHost(
                [Function("RunFunction", timeout_s, memory_mib, own, is_background)],
                code=Code(tmp_path / "functions", [tmp_path / "layer"]),
                environment={"BASE": "base", "BOTH": "base"},
                on_log=lambda function, line: lines.append(f"{function} {line}"),
                limits=limits or Limits(),
            )
            await stack.enter_async_context(host)
            session = await stack.enter_async_context(aiohttp.ClientSession())
            return Served(host, session, lines)

        yield start


@pytest.fixture
async def served(serve: Callable[..., Awaitable[Served]]) -> Served:
    """Serve with the usual limits."""
    return await serve()
