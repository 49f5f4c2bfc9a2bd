"""The client of the Invoke API, and what it makes of each server's answers."""

import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from aiohttp import web

from local.emulation.lambda_host.lambda_client import (
    EventTooLarge,
    FunctionFailed,
    FunctionThrottled,
    FunctionUnreachable,
    InvocationError,
    LambdaClient,
)


class Server:
    """Answers every invocation with what the test says, and keeps the events."""

    def __init__(self) -> None:
        self.answer: tuple[int, dict[str, str], bytes] = (200, {}, b"null")
        self.events: list[tuple[str, bytes, dict[str, str]]] = []
        self.port = 0

    async def handle(self, request: web.BaseRequest) -> web.Response:
        event = b"".join([part async for part in request.content.iter_any()])
        self.events.append((request.path, event, dict(request.headers)))
        status, headers, body = self.answer
        return web.Response(status=status, headers=headers, body=body)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    server = Server()
    runner = web.ServerRunner(web.Server(server.handle, access_log=None), shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.port = site.port
    yield server
    await runner.cleanup()


@pytest.fixture
async def client(server: Server) -> AsyncIterator[LambdaClient]:
    async with LambdaClient(f"http://127.0.0.1:{server.port}/{{function}}/{{service}}") as client:
        yield client


async def invoke(client: LambdaClient, event: bytes = b"{}", *, timeout_s: float = 20) -> Any:
    return await client.invoke("CreateTaskFunction", "create-task", event, timeout_s=timeout_s)


async def test_the_answer_is_decoded(client: LambdaClient, server: Server) -> None:
    server.answer = 200, {}, b'{"statusCode": 200}'

    assert await invoke(client, b'{"a": 1}') == {"statusCode": 200}
    path, event, _ = server.events[0]
    assert (path, event) == ("/CreateTaskFunction/create-task", b'{"a": 1}')


async def test_a_large_event_has_a_length(client: LambdaClient, server: Server) -> None:
    await invoke(client, b"x" * 5_000_000)

    _, event, headers = server.events[0]
    assert len(event) == 5_000_000
    assert headers["Content-Length"] == "5000000"  # RIE does not read chunks


@pytest.mark.parametrize(
    ("status", "headers", "body", "error", "message"),
    [
        (404, {}, b'{"Message": "Function not found"}', FunctionUnreachable, "Function not found"),
        (413, {}, b"too large", EventTooLarge, "too large"),
        (429, {}, b'{"Reason": "busy"}', FunctionThrottled, "busy"),
        (200, {}, b'{"errorType": "ValueError", "errorMessage": "no"}', FunctionFailed, "ValueError: no"),
        (200, {"X-Amz-Function-Error": "Unhandled"}, b"7", FunctionFailed, "HTTP 200: 7"),
        (502, {}, b'{"errorType": "Runtime.ExitError", "errorMessage": ""}', FunctionFailed, "Runtime.ExitError"),
        (500, {}, b'{"Type": "Service", "Message": "no room"}', FunctionFailed, "HTTP 500: no room"),
        (500, {}, b'{"message": "no room"}', FunctionFailed, "HTTP 500: no room"),
        (200, {}, b"Task timed out after 3.00 seconds", FunctionFailed, "Task timed out after 3.00 seconds"),
    ],
)
async def test_what_is_no_answer_is_an_error(
    client: LambdaClient,
    server: Server,
    status: int,
    headers: dict[str, str],
    body: bytes,
    error: type[InvocationError],
    message: str,
) -> None:
    server.answer = status, headers, body

    with pytest.raises(error, match=message):
        await invoke(client)


async def test_an_error_names_its_type(client: LambdaClient, server: Server) -> None:
    server.answer = 200, {}, b'{"errorType": "ValueError", "errorMessage": "no such luck"}'

    with pytest.raises(FunctionFailed) as raised:
        await invoke(client)

    assert (raised.value.error_type, raised.value.error_message) == ("ValueError", "no such luck")


def test_an_error_passes_through_a_context_manager() -> None:
    @contextmanager
    def manager() -> Iterator[None]:
        yield

    with pytest.raises(FunctionFailed), manager():
        raise FunctionFailed("ValueError", "no such luck")


async def test_a_server_that_is_not_there_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]

    async with LambdaClient(f"http://127.0.0.1:{port}/") as client:
        with pytest.raises(FunctionUnreachable, match="CreateTaskFunction is not served at"):
            await invoke(client)


async def test_an_answer_that_does_not_come_in_time_is_a_timeout() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        async with LambdaClient(f"http://127.0.0.1:{silent.getsockname()[1]}/") as client:
            with pytest.raises(TimeoutError):
                await invoke(client, timeout_s=0.05)


async def test_a_client_must_be_open() -> None:
    with pytest.raises(RuntimeError, match="async with"):
        await invoke(LambdaClient())
