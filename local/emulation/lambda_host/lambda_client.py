"""Invokes functions through the Lambda Invoke API of the function host, a container's RIE, or SAM."""

import io
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from types import TracebackType
from typing import Any, Protocol, Self

import aiohttp
from yarl import URL

from local.emulation.lambda_host.containers import Containers, NoneFree, Resolve, resolve
from local.emulation.lambda_host.event import Event

DEFAULT_URL_PATTERN = "http://127.0.0.1:9000/2015-03-31/functions/{function}/invocations"
WAIT_S = 10
"""How long an invocation waits for a free container: Lambda throttles at once, but starts more environments first."""

STREAMED_BYTES = 1024 * 1024
"""Longer events are sent in chunks, so that the event loop is not blocked; aiohttp warns otherwise."""


class InvocationError(Exception):
    """An invocation gave no usable response."""


class FunctionUnreachable(InvocationError):
    """No server for the function, or the connection broke."""


class FunctionThrottled(InvocationError):
    """Every environment of the function is busy."""


class EventTooLarge(InvocationError):
    """The event is over Lambda's 6 MiB."""


class FunctionFailed(InvocationError):
    """The function raised, exited, timed out, or returned something that is not JSON."""

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
    """Invokes functions."""

    async def invoke(self, function: str, service: str, event: Event, *, timeout_s: float) -> Any:
        """Invoke a function and return its decoded answer; raises InvocationError and TimeoutError."""
        ...


class Environment(Protocol):
    """Invokes one environment of a function, or any of them where the server chooses."""

    async def __call__(self, event: bytes, *, timeout_s: float) -> Any:
        """Invoke the function with a JSON event and return its answer; raises InvocationErrors and TimeoutError."""
        ...


class LambdaClient:
    """Invokes functions over HTTP.

    `url_pattern` is the URL of an invocation. With `{function}`, the logical id (`CreateTaskFunction`), one server
    takes the invocations of all functions, as many at a time as it likes. With `{service}`, a container's name
    (`create-task`), each function has containers of its own, and each of them takes one invocation at a time.
    Source: Lambda API, Invoke.
    """

    def __init__(self, url_pattern: str = DEFAULT_URL_PATTERN, *, resolve: Resolve = resolve) -> None:
        self._url_pattern = url_pattern
        self._in_containers = "{service}" in url_pattern
        self._resolve = resolve
        self._containers: dict[str, Containers] = {}
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        # A stopped container leaves connections that look alive, so with containers each invocation opens its own.
        connector = aiohttp.TCPConnector(limit=0, force_close=self._in_containers)
        self._session = aiohttp.ClientSession(connector=connector)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def invoke(self, function: str, service: str, event: Event, *, timeout_s: float) -> Any:
        """Invoke a function with a JSON event, wait for its answer and return it decoded.

        Raises the InvocationErrors, and TimeoutError after `timeout_s` seconds, which must be more than the
        function's own timeout: RIE crashes when a caller gives up.
        """
        async with self.environment(function, service) as environment:
            return await environment(bytes(event), timeout_s=timeout_s)

    @asynccontextmanager
    async def environment(self, function: str, service: str, *, wait_s: float = WAIT_S) -> AsyncIterator[Environment]:
        """Reserve an environment of a function; raises FunctionThrottled and FunctionUnreachable."""
        url = URL(self._url_pattern.format(function=function, service=service), encoded=True)
        if not self._in_containers:
            yield self._invocation(function, url)
            return
        try:
            async with self._containers_of(url).hold(wait_s) as address:
                yield self._invocation(function, url.with_host(address))
        except NoneFree as error:
            if error.are_busy:
                raise FunctionThrottled(f"every container of {function} has been busy for {wait_s:g} s") from None
            raise FunctionUnreachable(f"{function} is not served at {url}: there is no container") from None

    async def concurrency(self, function: str, service: str) -> int | None:
        """Count the environments of a function; None where the server decides it."""
        if not self._in_containers:
            return None
        return await self._containers_of(URL(self._url_pattern.format(function=function, service=service))).count()

    def _containers_of(self, url: URL) -> Containers:
        if url.authority not in self._containers:
            self._containers[url.authority] = Containers(url.host or "", url.port or 80, self._resolve)
        return self._containers[url.authority]

    def _invocation(self, function: str, url: URL) -> Environment:
        async def invoke(event: bytes, *, timeout_s: float) -> Any:
            if self._session is None:
                raise RuntimeError("the client is not open: use `async with`")
            timeout = aiohttp.ClientTimeout(total=timeout_s)
            body = event if len(event) < STREAMED_BYTES else io.BytesIO(event)
            try:
                async with self._session.post(url, data=body, timeout=timeout) as response:
                    payload = await response.read()
                    return _answer(response.status, response.headers.get("X-Amz-Function-Error"), payload)
            except aiohttp.ClientError as error:
                raise FunctionUnreachable(f"{function} is not served at {url}: {error}") from error

        return invoke


def _answer(status: int, function_error: str | None, payload: bytes) -> Any:
    if refusal := REFUSALS.get(status):
        raise refusal(payload.decode(errors="replace"))
    return answer_of(payload, failed=status != HTTPStatus.OK or function_error is not None, unnamed=f"HTTP {status}")


def answer_of(payload: bytes, *, failed: bool, unnamed: str = "Error") -> Any:
    """Decode a function's response; raises FunctionFailed, of type `unnamed` if the error has none."""
    try:
        answer = json.loads(payload)
    except ValueError as error:  # RIE reports a timeout in plain text
        raise FunctionFailed("Runtime.InvalidResponse", payload[:200].decode(errors="replace")) from error
    known = answer if isinstance(answer, dict) else {}
    if not failed and "errorType" not in known:
        return answer
    messages = (known.get(key) for key in ("errorMessage", "Message", "message"))
    raise FunctionFailed(known.get("errorType") or unnamed, next(filter(None, messages), str(answer)[:200]))
