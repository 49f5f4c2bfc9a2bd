"""The gateway over real connections, with functions that answer as they are told to."""

import asyncio
import gc
import json
import logging
from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx
import pytest

from local.emulation.api_gateway.app import Gateway
from local.emulation.api_gateway.body import Body
from local.emulation.api_gateway.limits import HTTP_API, Limits
from local.emulation.api_gateway.server import bind, serving
from local.emulation.lambda_host.lambda_client import (
    EventTooLarge,
    FunctionFailed,
    FunctionThrottled,
    FunctionUnreachable,
)
from local.emulation.sam_template.declarations import Cors, Route
from tests.local.api_gateway.fakes import FakeFunctions, client_of, make_request

ROUTES = [
    Route("GET", "/tasks/{id}", "GetTaskFunction"),
    Route("HEAD", "/tasks/{id}", "GetTaskFunction"),
    Route("POST", "/tasks", "CreateTaskFunction"),
]
HASTY = Limits(integration_timeout_s=0.01)
CORS = Cors(("https://here.example",), ("GET",))
TOO_LARGE = (
    "The body has {} bytes; this gateway takes at most 10,485,760, and about 4,718,667 of binary data, "
    "because a function's event may have 6,291,556 bytes in base64."
)

LOGGER = "local.emulation.api_gateway"


def problem_of(response: httpx.Response) -> tuple[int, str, str]:
    """Check that an answer is a problem in both of its shapes, and give what is particular to it."""
    problem = response.json()
    assert response.headers["content-type"] == "application/problem+json"
    assert problem.keys() == {"message", "type", "title", "status", "detail"}
    assert (problem["type"], problem["status"]) == ("about:blank", response.status_code)
    return response.status_code, problem["message"], problem["detail"]


async def exchange(gateway: Gateway, request: bytes) -> bytes:
    """Send bytes, and give all that comes back until the gateway closes the connection."""
    listener = bind("127.0.0.1", 0)
    async with serving(gateway, listener):
        reader, writer = await asyncio.open_connection(*listener.getsockname())
        writer.write(request)
        answer = await reader.read()
        writer.close()
        await writer.wait_closed()
    return answer


async def ask(gateway: Gateway, **scope: Any) -> list[Mapping[str, Any]]:
    """Ask the application itself, for a client that hangs up after the head of its request."""
    sent: list[Mapping[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def send(message: Mapping[str, Any]) -> None:
        sent.append(message)

    plain = {"http_version": "1.1", "scheme": "http", "query_string": b"", "headers": [], "raw_path": b"/tasks/7"}
    await gateway({"method": "GET", "path": "/tasks/7", **plain, **scope}, receive, send)
    return sent


# Exchanges


async def test_a_request_reaches_its_function_and_the_answer_its_client() -> None:
    functions = FakeFunctions({"statusCode": 201, "headers": {"Location": "/x"}, "body": "done", "cookies": ["a=1"]})
    async with client_of(Gateway(ROUTES, None, functions)) as client:
        response = await client.post("/tasks?a=1", json={"width": 8})
    assert (response.status_code, response.text) == (201, "done")
    assert response.headers["location"] == "/x"
    assert response.headers["set-cookie"] == "a=1"
    assert "server" not in response.headers
    assert functions.called == [("CreateTaskFunction", "create-task")]
    assert functions.events[0]["routeKey"] == "POST /tasks"
    assert json.loads(functions.events[0]["body"]) == {"width": 8}
    assert functions.events[0]["requestContext"]["http"]["sourceIp"] == "127.0.0.1"
    assert functions.events[0]["requestContext"]["requestId"] == response.headers["apigw-requestid"]


async def test_a_body_sent_in_chunks_arrives_whole() -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield b"x" * 100_000

    functions = FakeFunctions("ok")
    async with client_of(Gateway(ROUTES, None, functions)) as client:
        await client.post("/tasks", content=chunks(), headers={"content-type": "text/plain"})
    assert functions.events[0]["body"] == "x" * 300_000
    assert functions.events[0]["headers"]["content-length"] == "300000"


async def test_the_answer_to_head_has_no_body() -> None:
    functions = FakeFunctions({"statusCode": 200, "body": "abc"})
    gateway = Gateway(ROUTES, None, functions)
    answer = await exchange(gateway, b"HEAD /tasks/7 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert b"content-length: 3\r\n" in answer
    assert answer.endswith(b"\r\n\r\n")


async def test_a_connection_serves_one_request_after_another() -> None:
    request = b"POST /tasks HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n%b\r\nhi"
    gateway = Gateway(ROUTES, None, FakeFunctions("ok"))
    answer = await exchange(gateway, request % b"" + request % b"Connection: close\r\n")
    assert answer.count(b"HTTP/1.1 200 OK") == 2


# Refusals


async def test_a_path_without_a_route_is_not_found() -> None:
    functions = FakeFunctions()
    async with client_of(Gateway(ROUTES, None, functions)) as client:
        response = await client.get("/nowhere")
    assert problem_of(response) == (404, "Not Found", "There is no route for GET /nowhere.")
    assert functions.called == []


async def test_a_declared_body_is_refused_before_it_is_sent() -> None:
    functions = FakeFunctions()
    head = b"POST /tasks HTTP/1.1\r\nHost: x\r\nContent-Length: 20971520\r\nExpect: 100-continue\r\n\r\n"
    listener = bind("127.0.0.1", 0)
    async with serving(Gateway(ROUTES, None, functions), listener):
        reader, writer = await asyncio.open_connection(*listener.getsockname())
        writer.write(head)
        answer = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        problem = json.loads(await reader.readuntil(b"}"))
        writer.close()
        await writer.wait_closed()
    assert answer.startswith("http/1.1 413")
    assert "connection: close" in answer
    assert problem["message"] == "Request Entity Too Large"
    assert problem["title"] == "Content Too Large"
    assert problem["detail"] == TOO_LARGE.format("20,971,520")
    assert functions.called == []


async def test_a_client_that_sends_everything_first_still_sees_the_refusal() -> None:
    async with client_of(Gateway(ROUTES, None, FakeFunctions())) as client:
        response = await client.post("/tasks", content=bytes(20_971_520))
    assert problem_of(response) == (413, "Request Entity Too Large", TOO_LARGE.format("20,971,520"))
    assert response.headers["connection"] == "close"


async def test_a_body_of_unknown_length_is_refused_when_it_passes_the_limit() -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(16):
            yield bytes(1024 * 1024)

    functions = FakeFunctions()
    async with client_of(Gateway(ROUTES, None, functions)) as client:
        response = await client.post("/tasks", content=chunks())
    status, _, detail = problem_of(response)
    assert status == 413
    assert detail.startswith("The body has at least 10,")
    assert functions.called == []


async def test_a_body_too_large_for_an_event_is_refused_and_nothing_is_invoked() -> None:
    functions = FakeFunctions("ok")
    async with client_of(Gateway(ROUTES, None, functions)) as client:
        refused = await client.post("/tasks", content=bytes(4_718_668))
        accepted = await client.post("/tasks", content=bytes(4_710_000))
    status, _, detail = problem_of(refused)
    assert status == 413
    assert detail.startswith("The body has 4,718,668 bytes, which makes an event of 6,29")
    assert detail.endswith(
        "a function's event may have 6,291,556, which is about 4,718,667 bytes of binary data in base64."
    )
    assert accepted.status_code == 200
    assert len(functions.called) == 1


async def test_a_head_too_large_is_refused() -> None:
    async with client_of(Gateway(ROUTES, None, FakeFunctions("ok"))) as client:
        refused = await client.get("/tasks/7", headers={"x-large": "x" * 10_240})
        accepted = await client.get("/tasks/7", headers={"x-large": "x" * 9_000})
    status, message, detail = problem_of(refused)
    assert (status, message) == (431, "Request Header Fields Too Large")
    assert detail.startswith("The request line and the header values have 10,")
    assert detail.endswith(" bytes; this gateway takes at most 10,240.")
    assert accepted.status_code == 200


@pytest.mark.parametrize("path", ["/tasks/%ff", "/tasks/%zz", "/tasks/%"])
async def test_a_path_that_is_not_percent_encoded_is_a_bad_request(path: str) -> None:
    gateway = Gateway(ROUTES, None, FakeFunctions())
    answer = await exchange(gateway, f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert b"The path is not percent-encoded UTF-8." in answer


async def test_an_encoded_slash_separates_segments() -> None:
    async with client_of(Gateway(ROUTES, None, FakeFunctions())) as client:
        response = await client.get("/tasks/a%2Fb")
    assert problem_of(response) == (404, "Not Found", "There is no route for GET /tasks/a/b.")


# Functions that fail


@pytest.mark.parametrize(
    ("failure", "status", "message", "detail"),
    [
        (FunctionFailed("KeyError", "'x'"), 500, "Internal Server Error", "GetTaskFunction failed; the gateway's log"),
        (FunctionUnreachable("nobody"), 503, "Service Unavailable", "GetTaskFunction cannot be reached"),
        (
            FunctionThrottled("busy"),
            503,
            "Service Unavailable",
            "GetTaskFunction is busy: all of its environments are in use",
        ),
        (TimeoutError(), 503, "Service Unavailable", "GetTaskFunction did not answer in time; it may still complete"),
        (EventTooLarge("no"), 413, "Request Entity Too Large", "GetTaskFunction does not accept an event of "),
    ],
)
async def test_a_function_that_fails_is_answered_for_and_logged(
    caplog: pytest.LogCaptureFixture, failure: Exception, status: int, message: str, detail: str
) -> None:
    async with client_of(Gateway(ROUTES, None, FakeFunctions(failure))) as client:
        response = await client.get("/tasks/7")
    assert problem_of(response)[:2] == (status, message)
    assert problem_of(response)[2].startswith(detail)
    (record,) = (record for record in caplog.records if record.levelno == logging.ERROR)
    assert response.headers["apigw-requestid"] in record.message
    assert (str(failure) or "TimeoutError") in record.message


async def test_a_function_that_returns_nonsense_is_answered_for_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    async with client_of(Gateway(ROUTES, None, FakeFunctions({"statusCode": "x"}))) as client:
        response = await client.get("/tasks/7")
    reason = "statusCode is 'x', which is not a status from 200 to 599"
    detail = f"GetTaskFunction returned what is not an HTTP response: {reason}."
    assert problem_of(response) == (500, "Internal Server Error", detail)
    assert f"request {response.headers['apigw-requestid']}: {reason}" in caplog.text


async def test_a_mistake_in_the_gateway_is_not_taken_for_one_of_the_function() -> None:
    with pytest.raises(ZeroDivisionError):
        await ask(Gateway(ROUTES, None, FakeFunctions(ZeroDivisionError())))


# Time


async def test_a_client_waits_no_longer_than_the_limit_and_the_function_goes_on() -> None:
    functions = FakeFunctions("late")
    functions.gate.clear()
    gateway = Gateway(ROUTES, None, functions, HASTY)
    async with client_of(gateway) as client:
        response = await client.get("/tasks/7")
        assert functions.finished == 0
        asyncio.get_running_loop().call_later(0.5, functions.gate.set)
    assert problem_of(response)[:2] == (503, "Service Unavailable")
    assert functions.finished == 1


async def test_draining_gives_up_at_last() -> None:
    functions = FakeFunctions("never")
    functions.gate.clear()
    gateway = Gateway(ROUTES, None, functions, HASTY)
    await ask(gateway)
    await gateway.drain(0.01)
    assert functions.finished == 0
    assert len(asyncio.all_tasks()) == 1


async def test_a_failure_that_comes_late_disturbs_nobody() -> None:
    complaints: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
    functions = FakeFunctions(FunctionFailed("Late", "error"))
    functions.gate.clear()
    gateway = Gateway(ROUTES, None, functions, HASTY)
    await ask(gateway)
    functions.gate.set()
    await gateway.drain(5)
    gc.collect()
    asyncio.get_running_loop().set_exception_handler(None)
    assert (functions.finished, complaints) == (1, [])


def test_the_function_is_waited_for_longer_than_the_client_waits() -> None:
    assert HTTP_API.invocation_timeout_s > HTTP_API.integration_timeout_s == 30


# Clients that hang up


async def test_a_request_that_is_never_completed_invokes_nothing(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, LOGGER)
    functions = FakeFunctions()
    sent = await ask(
        Gateway(ROUTES, None, functions),
        method="POST",
        path="/tasks",
        raw_path=b"/tasks",
        headers=[(b"content-length", b"9")],
    )
    assert (sent, functions.called) == ([], [])
    assert "POST /tasks 499 " in caplog.text


async def test_ignoring_a_body_ends_at_a_size_and_at_a_time() -> None:
    request = make_request("POST", headers=[("transfer-encoding", "chunked")])
    received = 0

    async def endless() -> dict[str, Any]:
        nonlocal received
        received += 1
        return {"type": "http.request", "body": bytes(1000), "more_body": True}

    async def silent() -> dict[str, Any]:
        await asyncio.Event().wait()
        raise AssertionError

    body = Body(request, endless)
    await body.drain(limit_bytes=5000)
    assert (received, body.is_complete) == (5, False)
    body = Body(request, silent)
    await body.drain(timeout_s=0.01)
    assert body.is_complete is False


# CORS and the log


async def test_a_preflight_is_answered_without_a_function() -> None:
    functions = FakeFunctions()
    headers = {"origin": "https://here.example", "access-control-request-method": "GET"}
    async with client_of(Gateway(ROUTES, CORS, functions)) as client:
        response = await client.options("/tasks/7", headers=headers)
        other = await client.options("/tasks/7")
    assert (response.status_code, response.content) == (204, b"")
    assert response.headers["access-control-allow-origin"] == "https://here.example"
    assert response.headers["access-control-allow-methods"] == "GET"
    assert "content-length" not in response.headers
    assert other.status_code == 404
    assert functions.called == []


async def test_without_a_configuration_a_preflight_is_a_request_like_any_other() -> None:
    functions = FakeFunctions({"statusCode": 200, "headers": {"Access-Control-Allow-Origin": "own"}})
    headers = {"origin": "https://here.example", "access-control-request-method": "GET"}
    async with client_of(Gateway([Route("ANY", "$default", "DocsFunction")], None, functions)) as client:
        response = await client.options("/", headers=headers)
    assert response.headers["access-control-allow-origin"] == "own"


@pytest.mark.parametrize("path", ["/tasks/7", "/nowhere"])
async def test_every_answer_tells_browsers_who_may_read_it(path: str) -> None:
    async with client_of(Gateway(ROUTES, CORS, FakeFunctions("ok"))) as client:
        response = await client.get(path, headers={"origin": "https://here.example"})
    assert response.headers["access-control-allow-origin"] == "https://here.example"


async def test_each_request_is_one_line_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, LOGGER)
    async with client_of(Gateway(ROUTES, None, FakeFunctions("ok"))) as client:
        await client.get("/tasks/a%0Ab?secret=1")
        await client.get("/nowhere")
    lines = [record.getMessage().split() for record in caplog.records if record.name == f"{LOGGER}.app"]
    assert [line[:3] for line in lines] == [["GET", "/tasks/a%0Ab", "200"], ["GET", "/nowhere", "404"]]
    assert [line[-2:] for line in lines] == [["ms", "GetTaskFunction"], ["ms", "-"]]
