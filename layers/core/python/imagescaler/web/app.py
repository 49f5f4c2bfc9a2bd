"""The FastAPI application of a function, and its Lambda handler."""

import json
import time
from collections.abc import Callable, Mapping
from functools import cache
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import urljoin

import pybase64
from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.routing import APIRoute
from mangum import Mangum
from mangum.adapter import DEFAULT_TEXT_MIME_TYPES
from mangum.handlers.api_gateway import HTTPGateway
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from imagescaler import __version__
from imagescaler.domain.errors import TooManyUnknownKeys
from imagescaler.runtime import loop, telemetry
from imagescaler.web.problems import MEDIA_TYPE, add_handlers
from imagescaler.web.requests.headers import is_host
from imagescaler.web.requests.query import check_query

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]


def create_app(title: str = "imagescaler", *, any_query: bool = False) -> FastAPI:
    """Create an application that logs requests, answers errors as problems and serves no documentation.

    Unknown query parameters are refused unless `any_query` is set: pages and health checks are requested with
    parameters of other programs, which count visits or defeat caches.
    """
    app = FastAPI(
        title=title,
        version=__version__,
        openapi_url=None,
        redirect_slashes=False,
        telemetry={"tracing": False, "metrics": False, "logs": False},
        generate_unique_id_function=lambda route: route.name,
        dependencies=[Depends(_check if any_query else _check_with_query)],
    )
    app.router.route_class = _GetAndHead
    app.add_middleware(_RequestLog)
    add_handlers(app)
    return app


class _GetAndHead(APIRoute):
    """A route that answers HEAD wherever it answers GET (RFC 9110, 9.3.2), which FastAPI leaves to the application.

    The response has the body of GET; the gateway does not send it.
    """

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        match, child = super().matches(scope)
        return (Match.FULL if match is Match.PARTIAL and self._is_head(scope) else match), child

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        await (self.app if self._is_head(scope) else super().handle)(scope, receive, send)

    def _is_head(self, scope: Scope) -> bool:
        return scope["method"] == "HEAD" and "GET" in (self.methods or ())


def lambda_handler(app: FastAPI) -> Handler:
    """Create the entry point of a function from its application (API Gateway payload format 2.0)."""

    @cache
    def mangum() -> Mangum:
        return Mangum(  # after `own_loop`, or it creates another
            app,
            lifespan="off",  # else the lifespan runs in every invocation
            custom_handlers=[_HttpApi],
            text_mime_types=[*DEFAULT_TEXT_MIME_TYPES, MEDIA_TYPE],
        )

    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        loop.own_loop()
        # API Gateway has header names in lower case, `sam local` as they were sent.
        event = {**event, "headers": {name.lower(): value for name, value in event["headers"].items()}}
        with telemetry.log_context(function=context.function_name, **telemetry.correlation(event)):
            return mangum()(_decoded(event), context)

    return handler


def _decoded(event: dict[str, Any]) -> dict[str, Any]:
    """Decode the body before Mangum does: pybase64 is forty times faster than the standard library."""
    if not event.get("isBase64Encoded"):
        return event
    return {**event, "body": pybase64.b64decode(event["body"], validate=True), "isBase64Encoded": False}


class _HttpApi(HTTPGateway):
    """Reads an event as Mangum does, but leaves Host as it is: Mangum raises ValueError for an IPv6 address.

    A scheme that is none of HTTP's is taken for https: the URLs in responses begin with it.
    """

    @property
    def scope(self) -> Any:
        headers = self.event["headers"]
        scheme = {"x-forwarded-proto": "http" if headers.get("x-forwarded-proto") == "http" else "https"}
        event = {**self.event, "headers": {**headers, **scheme, "host": "", "x-forwarded-port": "0"}}
        scope = HTTPGateway(event, self.context, self.config).scope
        host = [b"host", headers.get("host", "").encode()]
        return {**scope, "headers": [host, *(pair for pair in scope["headers"] if pair[0] != b"host")]}


async def _check(request: Request) -> None:
    """Refuse what no function accepts; one dependency, because each takes FastAPI time in each request."""
    _check_host(request)
    _check_throttle(request)


async def _check_with_query(request: Request) -> None:
    await _check(request)
    check_query(request)


def _check_host(request: Request) -> None:
    """Refuse a Host that names no host (RFC 9112, 3.2): the URLs in responses begin with it."""
    if not is_host(request.headers.get("host", "")):
        raise HTTPException(HTTPStatus.BAD_REQUEST, "The header Host does not name a host.")


async def _correlation(request: Request) -> dict[str, str]:
    return telemetry.correlation(request.scope.get("aws.event", {}))


Correlation = Annotated[dict[str, str], Depends(_correlation)]


def _authorizer(request: Request) -> Mapping[str, Any]:
    """Return the context that the authorizer has returned; empty where the deployment asks for no keys."""
    context = request.scope.get("aws.event", {}).get("requestContext", {})
    authorizer: Mapping[str, Any] = context.get("authorizer", {}).get("lambda", {})
    return authorizer


def _check_throttle(request: Request) -> None:
    """Refuse a request that the authorizer has throttled: an authorizer can answer no 429 itself."""
    if _authorizer(request).get("throttled"):
        raise TooManyUnknownKeys("Too many keys came from this address that do not exist. Send one that exists.")


async def _owner(request: Request) -> str:
    return str(_authorizer(request).get("owner", ""))


Owner = Annotated[str, Depends(_owner)]
"""The owner of the API key that the authorizer has accepted; empty where the deployment asks for none."""


async def _key(request: Request) -> tuple[str, Mapping[str, int]]:
    context = _authorizer(request)
    return str(context.get("key", "")), json.loads(context.get("quota", "{}"))


OwnQuota = Annotated[tuple[str, Mapping[str, int]], Depends(_key)]
"""The id of the API key that the authorizer has accepted, and its own limits; both empty where there is none."""


async def _webhook_url(request: Request) -> str | None:
    return _authorizer(request).get("webhook_url")


KeyWebhookUrl = Annotated[str | None, Depends(_webhook_url)]
"""The URL of webhooks of the API key that the authorizer has accepted, if it has one."""


def absolute(url: str, request: Request) -> str:
    """Resolve a URL against the scheme and host of the request."""
    return urljoin(str(request.base_url), url)


class _RequestLog:
    """ASGI middleware that logs one line per request."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        start_s = time.perf_counter()

        async def log_and_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                took_ms = round((time.perf_counter() - start_s) * 1000, 1)
                telemetry.answered(scope["method"], scope["path"], status=message["status"], ms=took_ms)
            await send(message)

        await self._app(scope, receive, log_and_send)
