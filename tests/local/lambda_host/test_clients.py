"""What the two clients make of a host's answers: one speaks HTTP with it, one is in the same process."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from local.emulation.lambda_host.host import FunctionHost
from local.emulation.lambda_host.host_client import HostClient
from local.emulation.lambda_host.lambda_client import (
    EventTooLarge,
    FunctionFailed,
    FunctionThrottled,
    FunctionUnreachable,
    LambdaClient,
)
from local.emulation.lambda_host.limits import Limits
from tests.local.lambda_host.served import Served, until

Serve = Callable[..., Awaitable[Served]]
Client = LambdaClient | HostClient
Connect = Callable[[FunctionHost], Any]


@asynccontextmanager
async def in_process(host: FunctionHost) -> AsyncIterator[HostClient]:
    yield HostClient(host)


def over_http(host: FunctionHost) -> LambdaClient:
    return LambdaClient(host.url_pattern)


@pytest.fixture(params=[over_http, in_process])
def connect(request: pytest.FixtureRequest) -> Connect:
    made: Connect = request.param
    return made


@pytest.fixture
async def client(connect: Connect, served: Served) -> AsyncIterator[Client]:
    async with connect(served.host) as client:
        yield client


async def run(client: Client, code: str, *, timeout_s: float = 20, **event: Any) -> Any:
    content = json.dumps({"code": code, **event}).encode()
    return await client.invoke("RunFunction", "run", content, timeout_s=timeout_s)


async def test_an_answer_is_decoded(client: Client) -> None:
    assert await run(client, "answer = event['number'] * 2", number=21) == 42


async def test_an_environment_takes_events(client: Client) -> None:
    async with client.environment("RunFunction", "run", wait_s=1) as environment:
        assert await environment(b'{"code": "answer = 1"}', timeout_s=20) == 1
    assert await client.concurrency("RunFunction", "run") is None


async def test_a_large_event_arrives_whole(client: Client) -> None:
    assert await run(client, "answer = len(event['body'])", body="x" * 5_000_000) == 5_000_000


async def test_what_a_function_raises_has_its_type(client: Client) -> None:
    with pytest.raises(FunctionFailed) as raised:
        await run(client, "raise ValueError('no such luck')")
    assert (raised.value.error_type, raised.value.error_message) == ("ValueError", "no such luck")


async def test_a_process_that_ends_is_a_failure(client: Client) -> None:
    with pytest.raises(FunctionFailed, match="exit status 3"):
        await run(client, "os._exit(3)")


async def test_an_unknown_function_is_unreachable(client: Client) -> None:
    with pytest.raises(FunctionUnreachable, match="OtherFunction"):
        await client.invoke("OtherFunction", "other", b"{}", timeout_s=20)


async def test_an_event_over_the_limit_is_too_large(client: Client) -> None:
    with pytest.raises(EventTooLarge, match="6291456"):
        await run(client, "", body="x" * 6_291_456)


async def test_a_function_that_cannot_be_started_fails(client: Client, folder: Path) -> None:
    folder.rename(folder.with_name("elsewhere"))
    with pytest.raises(FunctionFailed, match="No such file"):
        await run(client, "answer = 1")


async def test_a_busy_function_is_throttled(serve: Serve, connect: Connect) -> None:
    served = await serve(Limits(max_environments=1, max_waiting=0))
    async with connect(served.host) as client:
        with pytest.raises(FunctionThrottled):
            await asyncio.gather(run(client, "time.sleep(0.2)"), run(client, "time.sleep(0.2)"))


async def test_a_function_goes_on_when_its_caller_gives_up(client: Client, tmp_path: Path) -> None:
    await run(client, "answer = 1")
    code = f"wait_for('{tmp_path}/go'); open('{tmp_path}/done', 'w').close()"
    with pytest.raises(TimeoutError):
        await run(client, code, timeout_s=0.05)
    (tmp_path / "go").touch()
    await until((tmp_path / "done").exists)
    assert await run(client, "answer = 2") == 2


async def test_who_waits_when_the_host_stops_hears_of_it(serve: Serve, connect: Connect) -> None:
    served = await serve(Limits(stop_s=0.1))
    async with connect(served.host) as client:
        waiting = asyncio.create_task(run(client, "time.sleep(60)"))
        await run(client, "answer = 1")
        await served.host.__aexit__(None, None, None)
        with pytest.raises(FunctionFailed, match=r"Runtime exited|terminated|killed"):
            await waiting
