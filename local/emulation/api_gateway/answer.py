"""Translates a function's result into an HTTP response: API Gateway's response format 2.0."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pybase64

FIRST_STATUS, LAST_STATUS = 200, 599  # a function's answer is final, so none of the 1xx
WITHOUT_BODY = frozenset({204, 304})
SET_BY_GATEWAY = frozenset({"connection", "content-length", "date", "keep-alive", "transfer-encoding", "upgrade"})

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, section 5.6.2
_VALUE = re.compile(r"[^\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]*")

Headers = tuple[tuple[str, str], ...]


class BadAnswer(ValueError):
    """A function's result is not an HTTP response; the message says why."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP response; `content_length` is that of the omitted body of a response to HEAD."""

    status: int
    headers: Headers = ()
    body: bytes = b""
    content_length: int | None = None

    def framed(self) -> Headers:
        """Return the headers, with Content-Length where it is allowed (RFC 9110, section 8.6)."""
        if self.status in WITHOUT_BODY:
            return self.headers
        length = len(self.body) if self.content_length is None else self.content_length
        return (*self.headers, ("content-length", str(length)))


def decode(result: Any, method: str) -> Answer:
    """Make the response from a function's decoded JSON, for a request of `method`; raises BadAnswer.

    Source: AWS, "Create AWS Lambda proxy integrations for HTTP APIs in API Gateway", response format 2.0. Without a
    `statusCode` the result itself is the body. `multiValueHeaders`, which belong to format 1.0, are understood too.
    """
    if not isinstance(result, dict) or "statusCode" not in result:
        body = json.dumps(result, separators=(",", ":")).encode()
        return Answer(200, (("content-type", "application/json"),), body)
    status, body = _status(result["statusCode"]), _body(result)
    sent = tuple(_headers(result))
    headers = tuple((name, value) for name, value in sent if name not in SET_BY_GATEWAY)
    if status in WITHOUT_BODY:
        return Answer(status, headers)
    if all(name != "content-type" for name, _ in headers):
        headers = (*headers, ("content-type", "text/plain; charset=utf-8"))
    return Answer(status, headers, body, _length(dict(sent)) if method == "HEAD" and not body else None)


def _status(value: Any) -> int:
    text = _scalar(value, "statusCode")
    if not re.fullmatch(r"[0-9]{3}", text) or not FIRST_STATUS <= int(text) <= LAST_STATUS:
        raise BadAnswer(f"statusCode is {value!r}, which is not a status from {FIRST_STATUS} to {LAST_STATUS}")
    return int(text)


def _body(result: Mapping[str, Any]) -> bytes:
    body, is_base64 = result.get("body") or "", result.get("isBase64Encoded") or False
    if not isinstance(body, str):
        raise BadAnswer(f"body is {type(body).__name__}, not a string")
    if not isinstance(is_base64, bool):
        raise BadAnswer(f"isBase64Encoded is {is_base64!r}, not a boolean")
    try:
        return pybase64.b64decode(body, validate=True) if is_base64 else body.encode()
    except ValueError as error:
        raise BadAnswer(f"body cannot be decoded: {error}") from error


def _headers(result: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    single, multiple = (_mapping(result, key) for key in ("headers", "multiValueHeaders"))
    repeated = {name.lower() for name in multiple}
    pairs = [(name, value) for name, value in single.items() if name.lower() not in repeated]
    pairs += [(name, value) for name, values in multiple.items() for value in _list(values, name)]
    pairs += [("set-cookie", cookie) for cookie in _list(result.get("cookies"), "cookies")]
    for name, value in pairs:
        if value is None:
            continue
        text = _scalar(value, name)
        if not _NAME.fullmatch(name) or not _VALUE.fullmatch(text):
            raise BadAnswer(f"the header {name!r} has characters that HTTP does not allow")
        yield name.lower(), text


def _scalar(value: Any, name: str) -> str:
    match value:
        case str():
            return value
        case bool() | int() | float():
            return json.dumps(value)
        case _:
            raise BadAnswer(f"{name} is {type(value).__name__}, not a single value")


def _mapping(result: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = result.get(name) or {}
    if not isinstance(value, dict):
        raise BadAnswer(f"{name} is {type(value).__name__}, not an object")
    return value


def _list(value: Any, name: str) -> list[Any]:
    if not isinstance(value or [], list):
        raise BadAnswer(f"{name} is {type(value).__name__}, not a list")
    return value or []


def _length(headers: Mapping[str, str]) -> int | None:
    length = headers.get("content-length", "")
    return int(length) if re.fullmatch("[0-9]+", length) else None
