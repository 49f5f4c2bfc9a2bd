"""Invokes functions through the Lambda Invoke API, whoever serves it: our host, a container's RIE, or SAM."""

import io
import json
from collections.abc import Mapping
from http import HTTPStatus
from types import TracebackType
from typing import Any, Protocol, Self

import aiohttp

DEFAULT_URL_PATTERN = "http://127.0.0.1:9000/2015-03-31/functions/{function}/invocations"
STREAMED_BYTES = 1024 * 1024
"""Longer events are sent in pieces, for the sake of everybody else on the event loop; aiohttp warns otherwise."""


class InvocationError(Exception):
    """An invocation gave no answer that can be used."""


class FunctionUnreachable(InvocationError):
    """Nobody serves the function, or the connection broke."""


class FunctionThrottled(InvocationError):
    """Every environment of the function is busy."""


class EventTooLarge(InvocationError):
    """The event is over Lambda's 6 MiB."""


class FunctionFailed(InvocationError):
    """The function raised, exited, ran out of time, or answered something that is not JSON."""

    def __init__(self, error_type: str, error_message: str) -> None:
        super().__init__(f"{error_type}: {error_message}")
        self.error_type = error_type
        self.error_message = error_message


REFUSALS: Mapping[int, type[InvocationError]] = {
    HTTPStatus.NOT_FOUND: FunctionUnreachable,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: EventTooLarge,
    HTTPStatus.TOO_MANY_REQUESTS: FunctionThrottled,
}


class Client(Protocol):
    """Whoever invokes functions."""

    async def invoke(self, function: str, service: str, event: bytes, *, timeout_s: float) -> Any:
        """Invoke a function and return its decoded answer; raises InvocationError and TimeoutError."""
        ...


class LambdaClient:
    """A pool of connections to where functions are served.

    `url_pattern` is the URL of an invocation with `{function}` for the function's logical id
    (`CreateTaskFunction`) or `{service}` for its container's name (`create-task`). Source: Lambda API, Invoke.
    """

    def __init__(self, url_pattern: str = DEFAULT_URL_PATTERN) -> None:
        self._url_pattern = url_pattern
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def invoke(self, function: str, service: str, event: bytes, *, timeout_s: float) -> Any:
        """Invoke a function with a JSON event, wait for its answer and return it decoded.

        Raises the InvocationErrors, and TimeoutError after `timeout_s` seconds, which must be more than the
        function's own timeout: RIE crashes when a caller gives up.
        """
        if self._session is None:
            raise RuntimeError("the client is not open: use `async with`")
        url = self._url_pattern.format(function=function, service=service)
        timeout = aiohttp.ClientTimeout(total=timeout_s)
        body = event if len(event) < STREAMED_BYTES else io.BytesIO(event)
        try:
            async with self._session.post(url, data=body, timeout=timeout) as response:
                payload = await response.read()
                return _answer(response.status, response.headers.get("X-Amz-Function-Error"), payload)
        except aiohttp.ClientError as error:
            raise FunctionUnreachable(f"{function} is not served at {url}: {error}") from error


def _answer(status: int, function_error: str | None, payload: bytes) -> Any:
    if refusal := REFUSALS.get(status):
        raise refusal(payload.decode(errors="replace"))
    try:
        answer = json.loads(payload)
    except ValueError as error:  # RIE tells of a timeout in plain text
        raise FunctionFailed("Runtime.InvalidResponse", payload[:200].decode(errors="replace")) from error
    known = answer if isinstance(answer, dict) else {}
    if status == HTTPStatus.OK and function_error is None and "errorType" not in known:
        return answer
    messages = (known.get(key) for key in ("errorMessage", "Message", "message"))
    raise FunctionFailed(known.get("errorType") or f"HTTP {status}", next(filter(None, messages), str(answer)[:200]))
