"""Requests and the events that API Gateway makes of them."""

import json
from binascii import a2b_base64
from typing import Any

import pytest

from local.emulation.api_gateway.event import encode
from local.emulation.api_gateway.request import Request
from local.emulation.api_gateway.routes import Match
from local.emulation.sam_template.declarations import Route
from tests.local.api_gateway.fakes import make_request

DEFAULT = Match(Route("ANY", "$default", "DocsFunction"), {})


def event_of(request: Request, body: bytes = b"", match: Match = DEFAULT) -> dict[str, Any]:
    event: dict[str, Any] = json.loads(bytes(encode(request, match, body)))
    return event


def test_an_event_has_what_payload_format_2_0_says() -> None:
    request = make_request(
        "POST",
        "/tasks/7",
        query="a=1&a=2&b=",
        headers=[
            ("host", "api.example:8000"),
            ("user-agent", "agent"),
            ("cookie", "one=1; two=2"),
            ("x-amzn-trace-id", "Root=1-5e6722a7-cc56xmpl46db7ae02d4da47e"),
            ("content-type", "application/json"),
        ],
    )
    match = Match(Route("POST", "/tasks/{id}", "TaskFunction"), {"id": "7"})
    assert event_of(request, b'{"a": 1}', match) == {
        "version": "2.0",
        "routeKey": "POST /tasks/{id}",
        "rawPath": "/tasks/7",
        "rawQueryString": "a=1&a=2&b=",
        "cookies": ["one=1", "two=2"],
        "headers": {
            "host": "api.example:8000",
            "user-agent": "agent",
            "x-amzn-trace-id": "Root=1-5e6722a7-cc56xmpl46db7ae02d4da47e",
            "content-type": "application/json",
            "content-length": "8",
            "x-forwarded-for": "192.0.2.1",
            "x-forwarded-port": "8000",
            "x-forwarded-proto": "http",
        },
        "queryStringParameters": {"a": "1,2", "b": ""},
        "pathParameters": {"id": "7"},
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "local",
            "domainName": "api.example",
            "domainPrefix": "api",
            "http": {
                "method": "POST",
                "path": "/tasks/7",
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1",
                "userAgent": "agent",
            },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": "POST /tasks/{id}",
            "stage": "$default",
            "time": "04/Mar/2020:19:03:58 +0000",
            "timeEpoch": 1583348638390,
        },
        "isBase64Encoded": False,
        "body": '{"a": 1}',
    }


def test_what_a_request_does_not_have_its_event_does_not_have() -> None:
    event = event_of(make_request())
    absent = {"body", "cookies", "queryStringParameters", "pathParameters", "stageVariables"}
    assert not absent & event.keys()
    assert event["rawQueryString"] == ""
    assert event["isBase64Encoded"] is False


@pytest.mark.parametrize(
    ("query", "parameters"),
    [
        ("a=%20b+c", {"a": " b c"}),
        ("a=%2B%2F%26", {"a": "+/&"}),
        ("%C3%BC=%E2%82%AC", {"ü": "€"}),
        ("a", {"a": ""}),
        ("a=1,2&b=3&a=4", {"a": "1,2,4", "b": "3"}),
        ("a=b=c", {"a": "b=c"}),
        ("a[]=1&a[]=2", {"a[]": "1,2"}),
        ("a=1;b=2", {"a": "1;b=2"}),
    ],
)
def test_query_parameters_are_decoded_and_the_raw_query_is_not(query: str, parameters: dict[str, str]) -> None:
    event = event_of(make_request(query=query))
    assert event["queryStringParameters"] == parameters
    assert event["rawQueryString"] == query


@pytest.mark.parametrize(
    ("sent", "cookies"),
    [
        (["a=1"], ["a=1"]),
        (["a=1; b=2"], ["a=1", "b=2"]),
        (["a=1;b=2;"], ["a=1", "b=2"]),
        (["a=1", "b=2"], ["a=1", "b=2"]),
        (["a=1,2; b=x=y"], ["a=1,2", "b=x=y"]),
    ],
)
def test_cookies_leave_the_headers_for_a_list(sent: list[str], cookies: list[str]) -> None:
    event = event_of(make_request(headers=[("cookie", value) for value in sent]))
    assert event["cookies"] == cookies
    assert "cookie" not in event["headers"]


@pytest.mark.parametrize(
    ("sent", "received"),
    [
        ([("accept", "a"), ("x", "1"), ("accept", "b")], {"accept": "a,b", "x": "1"}),
        ([("accept", "")], {"accept": ""}),
        ([("connection", "keep-alive, X-Private"), ("x-private", "1"), ("te", "trailers")], {}),
        ([("transfer-encoding", "chunked"), ("expect", "100-continue"), ("upgrade", "h2c")], {}),
        ([("x-name", "jalapeño")], {"x-name": "jalapeño"}),
    ],
)
def test_headers_are_joined_and_those_of_the_connection_dropped(
    sent: list[tuple[str, str]], received: dict[str, str]
) -> None:
    made = {"host", "content-length", "x-amzn-trace-id", "x-forwarded-for", "x-forwarded-port", "x-forwarded-proto"}
    headers = event_of(make_request(headers=sent))["headers"]
    assert {name: value for name, value in headers.items() if name not in made} == received


def test_what_the_gateway_knows_better_replaces_what_the_client_said() -> None:
    sent = [("x-forwarded-for", "198.51.100.7"), ("x-forwarded-proto", "https"), ("x-forwarded-port", "443")]
    headers = event_of(make_request(headers=[*sent, ("content-length", "99")]), b"12")["headers"]
    assert headers["x-forwarded-for"] == "198.51.100.7, 192.0.2.1"
    assert headers["x-forwarded-proto"] == "http"
    assert headers["x-forwarded-port"] == "8000"
    assert headers["content-length"] == "2"


def test_a_request_without_a_trace_gets_one() -> None:
    headers = event_of(make_request())["headers"]
    assert headers["x-amzn-trace-id"].startswith("Root=1-5e5ffb9e-")
    assert len(headers["x-amzn-trace-id"]) == len("Root=1-5e5ffb9e-") + 24


@pytest.mark.parametrize(
    ("host", "domain", "prefix"),
    [
        ("localhost:8000", "localhost", "localhost"),
        ("api.example", "api.example", "api"),
        ("[::1]:8000", "[::1]", "[::1]"),
        ("[::1]", "[::1]", "[::1]"),
    ],
)
def test_the_domain_is_the_host_without_its_port(host: str, domain: str, prefix: str) -> None:
    context = event_of(make_request(headers=[("host", host)]))["requestContext"]
    assert (context["domainName"], context["domainPrefix"]) == (domain, prefix)


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "text/csv; charset=utf-8",
        "application/json",
        "Application/JSON; charset=utf-8",
        "application/xml",
        "application/javascript",
    ],
)
def test_text_stays_text(content_type: str) -> None:
    text = 'a "quoted" line\nand ünïcode €'
    event = event_of(make_request("POST", headers=[("content-type", content_type)]), text.encode())
    assert (event["body"], event["isBase64Encoded"]) == (text, False)


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("image/png", b"\x89PNG"),
        ("multipart/form-data; boundary=x", b"--x--"),
        ("application/x-www-form-urlencoded", b"a=1"),
        ("application/problem+json", b"{}"),
        ("application/jsonlines", b"{}"),
        ("", b"text"),
        ("text/plain", b"not \xff text"),
        ("application/json", bytes(range(256))),
    ],
)
def test_everything_else_is_base64(content_type: str, body: bytes) -> None:
    event = event_of(make_request("POST", headers=[("content-type", content_type)] if content_type else []), body)
    assert event["isBase64Encoded"] is True
    assert a2b_base64(event["body"], strict_mode=True) == body


def test_an_asgi_scope_is_read_as_it_was_sent() -> None:
    scope = {
        "method": "GET",
        "path": "/ü/a b",
        "raw_path": b"/%C3%BC/a%20b",
        "query_string": b"q=%C3%BC",
        "headers": [(b"x-name", "ü".encode()), (b"x-bad", b"\xff")],
        "http_version": "1.0",
        "scheme": "http",
    }
    request = Request.of({**scope, "client": ("192.0.2.9", 5), "server": ("127.0.0.1", 80)})
    assert (request.path, request.raw_path, request.query) == ("/ü/a b", "/%C3%BC/a%20b", "q=%C3%BC")
    assert request.headers == (("x-name", "ü"), ("x-bad", "\ufffd"))
    assert (request.client, request.port) == ("192.0.2.9", 80)
    nobody = Request.of(scope)
    assert (nobody.client, nobody.port) == ("", 0)
    assert nobody.id != request.id


@pytest.mark.parametrize(
    ("headers", "has_body"),
    [
        ([], False),
        ([("content-length", "0")], False),
        ([("content-length", "1")], True),
        ([("transfer-encoding", "chunked")], True),
    ],
)
def test_a_request_says_whether_a_body_follows(headers: list[tuple[str, str]], has_body: bool) -> None:  # noqa: FBT001
    assert make_request("POST", headers=headers).has_body is has_body
