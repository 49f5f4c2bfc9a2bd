"""The gateway in front of routes with an authorizer, over real connections."""

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest

from local.emulation.api_gateway import authorization
from local.emulation.api_gateway.app import Gateway
from local.emulation.api_gateway.authorization import Authorization
from local.emulation.api_gateway.invocation import Invocations
from local.emulation.api_gateway.limits import HTTP_API
from local.emulation.api_gateway.refusal import Refusal
from local.emulation.api_gateway.routes import Match
from local.emulation.lambda_host.lambda_client import FunctionFailed, FunctionThrottled
from local.emulation.sam_template.declarations import Authorizer, Cors, Route
from tests.local.api_gateway.fakes import FakeFunctions, client_of, make_request

KEYS = Authorizer("AuthorizeFunction", ("authorization",), ttl_s=60)
GET = Route("GET", "/tasks/{id}", "GetTaskFunction", KEYS)
POST = Route("POST", "/tasks", "CreateTaskFunction", KEYS)
OPEN = Route("GET", "/health", "HealthFunction")
ADA = {"isAuthorized": True, "context": {"owner": "ada"}}
KEY = {"authorization": "Bearer k"}


class Functions(FakeFunctions):
    """Answers as an authorizer where one is asked, and otherwise with 200."""

    def __init__(self, verdict: Any = None) -> None:
        super().__init__(self._answer)
        self.verdict = ADA if verdict is None else verdict

    def _answer(self, event: dict[str, Any]) -> Any:
        if event.get("type") != "REQUEST":
            return {"statusCode": 200, "body": "done"}
        if isinstance(self.verdict, Exception):
            raise self.verdict
        return self.verdict(event) if callable(self.verdict) else self.verdict

    @property
    def asked(self) -> list[dict[str, Any]]:
        return [event for event in self.events if event.get("type") == "REQUEST"]

    @property
    def served(self) -> list[dict[str, Any]]:
        return [event for event in self.events if event.get("type") != "REQUEST"]


def gateway(functions: Functions, *routes: Route, cors: Cors | None = None) -> Gateway:
    return Gateway(routes or (GET, POST, OPEN), cors, functions)


def status_and_message(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["message"]


async def test_what_the_authorizer_says_reaches_the_function() -> None:
    functions = Functions()
    async with client_of(gateway(functions)) as client:
        assert (await client.get("/tasks/7", headers=KEY)).status_code == 200
    [event] = functions.served
    assert event["requestContext"]["authorizer"] == {"lambda": {"owner": "ada"}}
    assert functions.called == [("AuthorizeFunction", "authorize"), ("GetTaskFunction", "get-task")]


async def test_the_authorizer_gets_the_request_without_its_body() -> None:
    functions = Functions()
    async with client_of(gateway(functions)) as client:
        await client.post("/tasks?a=1", headers=KEY, content=b"secret")
    [event] = functions.asked
    assert event["version"] == "2.0"
    assert event["routeArn"] == "arn:aws:execute-api:us-east-1:000000000000:local/$default/POST/tasks"
    assert event["identitySource"] == ["Bearer k"]
    assert (event["routeKey"], event["rawQueryString"]) == ("POST /tasks", "a=1")
    assert event["headers"]["authorization"] == "Bearer k"
    assert event["requestContext"]["http"]["sourceIp"] == "127.0.0.1"
    assert not {"body", "isBase64Encoded"} & set(event)


@pytest.mark.parametrize("headers", [{}, {"authorization": ""}])
async def test_without_its_identity_a_request_is_refused_and_nobody_asked(headers: dict[str, str]) -> None:
    functions = Functions()
    async with client_of(gateway(functions)) as client:
        assert status_and_message(await client.get("/tasks/7", headers=headers)) == (401, "Unauthorized")
        assert status_and_message(await client.post("/tasks", content=b"x" * 100_000)) == (401, "Unauthorized")
    assert functions.events == []


async def test_without_a_bearer_token_the_answer_says_how_to_send_one() -> None:
    async with client_of(gateway(Functions())) as client:
        answer = await client.get("/tasks/7")
        accepted = await client.get("/tasks/7", headers=KEY)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert answer.json()["detail"] == "Send Authorization: Bearer …, with an API key in place of the dots."
    assert "www-authenticate" not in accepted.headers


async def test_without_another_identity_the_answer_names_its_header() -> None:
    route = Route("GET", "/tasks/{id}", "GetTaskFunction", Authorizer("AuthorizeFunction", ("x-key",), ttl_s=60))
    async with client_of(gateway(Functions(), route)) as client:
        answer = await client.get("/tasks/7")
    assert answer.json()["detail"] == "The request needs the header x-key."
    assert "www-authenticate" not in answer.headers


async def test_whom_the_authorizer_does_not_accept_reaches_no_function() -> None:
    functions = Functions({"isAuthorized": False})
    async with client_of(gateway(functions)) as client:
        assert status_and_message(await client.get("/tasks/7", headers=KEY)) == (403, "Forbidden")
    assert functions.served == []


async def test_a_route_without_an_authorizer_is_open_and_nobody_is_anybody_there() -> None:
    functions = Functions()
    async with client_of(gateway(functions)) as client:
        assert (await client.get("/health")).status_code == 200
    [event] = functions.events
    assert "authorizer" not in event["requestContext"]


async def test_a_client_cannot_say_who_it_is() -> None:
    functions = Functions({"isAuthorized": True})
    async with client_of(gateway(functions)) as client:
        await client.get("/tasks/7", headers={**KEY, "x-owner": "ada"})
    assert functions.served[0]["requestContext"]["authorizer"] == {"lambda": {}}


@pytest.mark.parametrize(
    "verdict",
    [
        FunctionFailed("ValueError", "no"),
        FunctionThrottled("busy"),
        "yes",
        {},
        {"isAuthorized": "true"},
        {"principalId": "ada", "policyDocument": {}},
    ],
    ids=str,
)
async def test_an_authorizer_that_does_not_say_lets_nobody_in(verdict: Any) -> None:
    functions = Functions(verdict)
    async with client_of(gateway(functions)) as client:
        assert status_and_message(await client.get("/tasks/7", headers=KEY)) == (500, "Internal Server Error")
        functions.verdict = ADA
        assert (await client.get("/tasks/7", headers=KEY)).status_code == 200


async def test_an_answer_holds_for_every_route_of_the_authorizer_and_for_its_identity_alone() -> None:
    def by_key(event: dict[str, Any]) -> Any:
        return {"isAuthorized": event["identitySource"] == ["Bearer k"], "context": {"owner": "ada"}}

    functions = Functions(by_key)
    async with client_of(gateway(functions)) as client:
        for _ in range(3):
            assert (await client.get("/tasks/7", headers=KEY)).status_code == 200
            assert (await client.post("/tasks", headers=KEY)).status_code == 200
            assert (await client.get("/tasks/7", headers={"authorization": "Bearer x"})).status_code == 403
    assert [event["identitySource"] for event in functions.asked] == [["Bearer k"], ["Bearer x"]]


async def test_a_preflight_needs_no_key_and_a_refusal_can_be_read_by_a_browser() -> None:
    functions = Functions()
    async with client_of(gateway(functions, cors=Cors(("*",), ("GET",), ("authorization",)))) as client:
        asks = {"origin": "https://a.example", "access-control-request-method": "GET"}
        assert (await client.options("/tasks/7", headers=asks)).status_code == 204
        refused = await client.get("/tasks/7", headers={"origin": "https://a.example"})
    assert refused.status_code == 401
    assert refused.headers["access-control-allow-origin"] == "*"
    assert functions.events == []


async def test_keys_are_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "local")
    for verdict in (ADA, {"isAuthorized": False}, "nonsense", FunctionFailed("ValueError", "no")):
        async with client_of(gateway(Functions(verdict))) as client:
            await client.get("/tasks/7", headers={"authorization": "Bearer isk_secret"})
    assert "isk_secret" not in caplog.text


class Clock:
    """A clock that stands until it is moved."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


Checks = Callable[..., Any]


@pytest.fixture
def check(clock: Clock) -> Callable[[Functions], Checks]:
    def of(functions: Functions) -> Checks:
        made = Authorization(Invocations(functions, HTTP_API), clock)

        async def once(key: str = "k", route: Route = GET) -> Any:
            return await made.check(make_request(headers=[("authorization", key)]), Match(route, {}))

        return once

    return of


async def test_an_answer_ends_with_its_time(clock: Clock, check: Callable[[Functions], Checks]) -> None:
    functions = Functions()
    once = check(functions)
    assert await once() == {"owner": "ada"}
    functions.verdict = {"isAuthorized": False}
    clock.now = 59
    assert await once() == {"owner": "ada"}
    clock.now = 60
    with pytest.raises(Refusal) as refused:
        await once()
    assert refused.value.status == 403
    assert len(functions.asked) == 2


async def test_without_a_time_every_request_asks(check: Callable[[Functions], Checks]) -> None:
    functions = Functions()
    once = check(functions)
    for _ in range(3):
        await once(route=replace(GET, authorizer=replace(KEYS, ttl_s=0)))
    assert len(functions.asked) == 3


async def test_what_is_remembered_is_bounded(
    check: Callable[[Functions], Checks], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(authorization, "MAX_REMEMBERED", 2)
    functions = Functions()
    once = check(functions)
    for key in ("a", "b", "c", "c", "b", "a"):
        await once(key)
    assert [event["identitySource"] for event in functions.asked] == [["a"], ["b"], ["c"], ["a"]]
