"""Translates an HTTP request into the event of a Lambda function: API Gateway's payload format 2.0."""

import json
import re
import secrets
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl

from local.emulation.api_gateway.request import Request
from local.emulation.api_gateway.routes import Match
from local.emulation.lambda_host.event import Event, EventWithBody
from local.emulation.sam_template.cloudformation import PSEUDO_PARAMETERS

ACCOUNT_ID, API_ID = "000000000000", "local"
TEXT_TYPES = frozenset({"application/json", "application/xml", "application/javascript"})
HOP_BY_HOP = frozenset(
    {"connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer"}
    | {"transfer-encoding", "upgrade", "expect"}
)
"""Headers that end at the gateway (RFC 9110, section 7.6.1); `expect` has been answered."""


def authorizer_event(request: Request, match: Match, identity: Iterable[str]) -> bytes:
    """Make the JSON event of a Lambda authorizer (payload format 2.0), which has no body."""
    head = _head(request, match, body_size=0, is_base64=False)
    region = PSEUDO_PARAMETERS["AWS::Region"]
    arn = f"arn:aws:execute-api:{region}:{ACCOUNT_ID}:{API_ID}/$default/{request.method}{request.path}"
    del head["isBase64Encoded"]
    return _json({**head, "type": "REQUEST", "routeArn": arn, "identitySource": list(identity)})


def encode(
    request: Request, match: Match, body: bytes | bytearray, authorizer: Mapping[str, Any] | None = None
) -> Event:
    """Make the JSON event; `authorizer` is the context that a Lambda authorizer returned.

    Source: AWS, "Create AWS Lambda proxy integrations for HTTP APIs in API Gateway". Two things are as AWS does them
    rather than as it documents them: `rawPath` is percent-decoded, and every body is base64 whose type is not `text/*`
    or one of TEXT_TYPES, be it `application/problem+json`, a form, or no type at all.
    """
    text = _text(request, body)
    content = _head(request, match, body_size=len(body), is_base64=bool(body) and text is None)
    if authorizer is not None:
        content["requestContext"]["authorizer"] = {"lambda": authorizer}
    head = _json(content)
    if not body:
        return head
    if text is not None:
        return b"".join((head[:-1], b',"body":', _json(text), b"}"))
    return EventWithBody(head, body)


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _head(request: Request, match: Match, *, body_size: int, is_base64: bool) -> dict[str, Any]:
    headers = dict(_headers(request, body_size))
    domain = re.sub(r":[0-9]+$", "", headers["host"])
    key = match.route.key
    optional = {
        "cookies": list(_cookies(request)),
        "queryStringParameters": _joined(parse_qsl(request.query, keep_blank_values=True)),
        "pathParameters": dict(match.path_parameters),
    }
    return {
        "version": "2.0",
        "routeKey": key,
        "rawPath": request.path,
        "rawQueryString": request.query,
        "headers": headers,
        **{name: value for name, value in optional.items() if value},
        "requestContext": {
            "accountId": ACCOUNT_ID,
            "apiId": API_ID,
            "domainName": domain,
            "domainPrefix": domain.partition(".")[0],
            "http": {
                "method": request.method,
                "path": request.path,
                "protocol": f"HTTP/{request.http_version}",
                "sourceIp": request.client,
                "userAgent": headers.get("user-agent", ""),
            },
            "requestId": request.id,
            "routeKey": key,
            "stage": "$default",
            "time": time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(request.received_at)),
            "timeEpoch": int(request.received_at * 1000),
        },
        "isBase64Encoded": is_base64,
    }


def _headers(request: Request, body_size: int) -> Iterator[tuple[str, str]]:
    """Yield the headers for the function; the gateway's own values replace the client's."""
    sent = _joined(request.headers)
    named = {name.strip().lower() for value in request.values("connection") for name in value.split(",")}
    yield from ((name, value) for name, value in sent.items() if name not in HOP_BY_HOP | named | {"cookie"})
    yield "content-length", str(body_size)
    yield "host", sent.get("host", "")
    yield "x-amzn-trace-id", sent.get("x-amzn-trace-id") or _trace_id(request.received_at)
    yield "x-forwarded-for", ", ".join(filter(None, (sent.get("x-forwarded-for"), request.peer)))
    yield "x-forwarded-port", str(request.port)
    yield "x-forwarded-proto", request.scheme


def _joined(pairs: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    joined: dict[str, str] = {}
    for name, value in pairs:
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return joined


def _cookies(request: Request) -> Iterator[str]:
    cookies = (cookie.strip() for value in request.values("cookie") for cookie in value.split(";"))
    return filter(None, cookies)


def _text(request: Request, body: bytes | bytearray) -> str | None:
    media_type = (request.header("content-type") or "").partition(";")[0].strip().lower()
    if not media_type.startswith("text/") and media_type not in TEXT_TYPES:
        return None
    try:
        return body.decode()
    except UnicodeDecodeError:
        return None


def _trace_id(received_at: float) -> str:
    return f"Root=1-{int(received_at):08x}-{secrets.token_hex(12)}"
