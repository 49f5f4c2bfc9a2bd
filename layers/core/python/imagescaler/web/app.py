"""An HTTP function: a FastAPI application for one function, and its Lambda handler."""

import time
from collections.abc import Callable
from typing import Annotated, Any

import pybase64
from fastapi import Depends, FastAPI, Request
from fastapi.routing import APIRoute
from mangum import Mangum
from starlette._utils import AwaitableOrContextManager
from starlette.datastructures import FormData
from starlette.formparsers import MultiPartParser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from imagescaler import __version__, runtime, telemetry
from imagescaler.web.problems import MEDIA_TYPE, add_handlers

MAX_FORM_FIELDS, MAX_EVENT_BYTES = 50, 6 << 20
Handler = Callable[[dict[str, Any], Any], dict[str, Any]]


def create_app(title: str = "imagescaler") -> FastAPI:
    """Make an application that logs its requests, answers errors as problems and has no pages of its own."""
    app = FastAPI(
        title=title,
        version=__version__,
        openapi_url=None,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
    )
    app.router.route_class = _StrictFormRoute
    app.add_middleware(_RequestLog)
    add_handlers(app)
    return app


def lambda_handler(app: FastAPI) -> Handler:
    """Make the entry point of a function from its application (payload format 2.0)."""
    runtime.own_loop()  # else Mangum makes another
    mangum = Mangum(app, lifespan="off")  # it would run the lifespan in every invocation
    mangum.config["text_mime_types"].append(MEDIA_TYPE)

    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        runtime.own_loop()
        with telemetry.keys(function=context.function_name, **telemetry.correlation(event)):
            return mangum(_decoded(event), context)

    return handler


def _decoded(event: dict[str, Any]) -> dict[str, Any]:
    """Decode the body ahead of Mangum, forty times faster than the standard library does it: images are large."""
    if not event.get("isBase64Encoded"):
        return event
    return {**event, "body": pybase64.b64decode(event["body"], validate=True), "isBase64Encoded": False}


async def _correlation(request: Request) -> dict[str, str]:
    return telemetry.correlation(request.scope.get("aws.event", {}))


Correlation = Annotated[dict[str, str], Depends(_correlation)]


class _StrictFormRequest(Request):
    """A request whose form has one file, a few fields, and stays in memory: the gateway bounds its size."""

    def form(self, **_: Any) -> AwaitableOrContextManager[FormData]:
        MultiPartParser.spool_max_size = MAX_EVENT_BYTES
        return super().form(max_files=1, max_fields=MAX_FORM_FIELDS)


class _StrictFormRoute(APIRoute):
    def get_route_handler(self) -> Callable[[Request], Any]:
        handle = super().get_route_handler()

        async def strict(request: Request) -> Any:
            return await handle(_StrictFormRequest(request.scope, request.receive))

        return strict


class _RequestLog:
    """Writes one line per request."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        start_s = time.perf_counter()

        async def log_and_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                took_ms = round((time.perf_counter() - start_s) * 1000, 1)
                fields = {"method": scope["method"], "path": scope["path"], "status": message["status"], "ms": took_ms}
                telemetry.logger().info("request", extra=fields)
            await send(message)

        await self._app(scope, receive, log_and_send)
