"""The Runtime API's answers to a process that does not keep to it."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from local.emulation.lambda_host.answer import timed_out
from local.emulation.lambda_host.invocation import Invocation
from local.emulation.lambda_host.runtime_api import PREFIX, RuntimeApi


@pytest.fixture
async def api() -> AsyncIterator[RuntimeApi]:
    api = RuntimeApi(function_arn="arn", timeout_s=3)
    yield api
    await api.close()


@pytest.fixture
async def process(api: RuntimeApi) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(f"http://{await api.start()}{PREFIX}") as session:
        yield session


async def status(process: aiohttp.ClientSession, path: str) -> int:
    async with process.post(path, data=b"{}") as response:
        return response.status


async def test_an_invocation_is_handed_over_with_its_headers(api: RuntimeApi, process: aiohttp.ClientSession) -> None:
    api.offer(Invocation(b"[1]", "trace", "id"))

    async with process.get("invocation/next") as response:
        assert await response.read() == b"[1]"
        assert response.headers["Lambda-Runtime-Aws-Request-Id"] == "id"
        assert response.headers["Lambda-Runtime-Trace-Id"] == "trace"
        assert response.headers["Lambda-Runtime-Invoked-Function-Arn"] == "arn"


async def test_the_first_answer_stands(api: RuntimeApi, process: aiohttp.ClientSession) -> None:
    api.offer(invocation := Invocation(b"{}", request_id="id"))

    assert await status(process, "invocation/id/error") == 202
    assert await status(process, "invocation/id/response") == 400
    assert invocation.answer.result().failed


async def test_an_answer_that_comes_after_the_deadline_is_dropped(
    api: RuntimeApi, process: aiohttp.ClientSession
) -> None:
    api.offer(invocation := Invocation(b"{}", request_id="id"))
    invocation.complete(timed_out("id", 3))

    assert await status(process, "invocation/id/response") == 202
    assert invocation.answer.result() == timed_out("id", 3)


async def test_an_answer_to_another_invocation_is_refused(api: RuntimeApi, process: aiohttp.ClientSession) -> None:
    api.offer(invocation := Invocation(b"{}", request_id="id"))

    assert await status(process, "invocation/other/response") == 400
    assert not invocation.answer.done()


@pytest.mark.parametrize("path", ["init/error", "restore/next", "invocation/next"])
async def test_an_unexpected_call_is_refused(process: aiohttp.ClientSession, path: str) -> None:
    assert await status(process, path) == 404
