"""Invokes functions through the Lambda Invoke API, whoever serves it: our host, a container's RIE, or SAM."""

import json
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import aiohttp

DEFAULT_URL_PATTERN = "http://127.0.0.1:9000/2015-03-31/functions/{function}/invocations"
HTTP_OK, HTTP_TOO_LARGE, HTTP_TOO_MANY = 200, 413, 429


class InvocationError(Exception):
    """An invocation gave no answer that can be used."""


class FunctionUnreachable(InvocationError):
    """Nobody serves the function, or the connection broke."""


class FunctionThrottled(InvocationError):
    """Every environment of the function is busy."""


class EventTooLarge(InvocationError):
    """The event is over Lambda's 6 MiB."""


@dataclass(frozen=True, slots=True)
class FunctionFailed(InvocationError):
    """The function raised, exited, ran out of time, or answered something that is not JSON."""

    error_type: str
    error_message: str

    def __str__(self) -> str:
        return f"{self.error_type}: {self.error_message}"


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
            message = "the client is not open: use `async with`"
            raise RuntimeError(message)
        url = self._url_pattern.format(function=function, service=service)
        timeout = aiohttp.ClientTimeout(total=timeout_s)
        try:
            async with self._session.post(url, data=event, timeout=timeout) as response:
                payload = await response.read()
                return _answer(response.status, response.headers.get("X-Amz-Function-Error"), payload)
        except aiohttp.ClientError as error:
            raise FunctionUnreachable(f"{function} is not served at {url}: {error}") from error


def _answer(status: int, function_error: str | None, payload: bytes) -> Any:
    if status == HTTP_TOO_LARGE:
        raise EventTooLarge(payload.decode(errors="replace"))
    if status == HTTP_TOO_MANY:
        raise FunctionThrottled(payload.decode(errors="replace"))
    try:
        answer = json.loads(payload)
    except ValueError as error:  # RIE tells of a timeout in plain text
        raise FunctionFailed("Runtime.InvalidResponse", payload[:200].decode(errors="replace")) from error
    failed = status != HTTP_OK or function_error is not None or (isinstance(answer, dict) and "errorType" in answer)
    if failed:
        known = answer if isinstance(answer, dict) else {}
        kind = known.get("errorType") or f"HTTP {status}"
        raise FunctionFailed(kind, known.get("errorMessage") or known.get("message") or str(answer)[:200])
    return answer
