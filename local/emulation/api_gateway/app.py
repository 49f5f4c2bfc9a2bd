"""The gateway as an ASGI application: from request to event, from a function's result to a response."""

import logging
import time
from collections.abc import Iterable, MutableMapping
from typing import Any

from local.emulation.api_gateway.answer import Answer, BadAnswer, decode
from local.emulation.api_gateway.authorization import Authorization
from local.emulation.api_gateway.body import Body, ClientGone, Receive
from local.emulation.api_gateway.budget import BodyBudget, Holding
from local.emulation.api_gateway.cors import dress, is_preflight, preflight
from local.emulation.api_gateway.event import encode
from local.emulation.api_gateway.invocation import Invocations
from local.emulation.api_gateway.limits import HTTP_API, Limits
from local.emulation.api_gateway.refusal import Refusal
from local.emulation.api_gateway.request import Request
from local.emulation.api_gateway.response import Send, respond
from local.emulation.api_gateway.routes import Match, Router
from local.emulation.api_gateway.throttle import Throttle
from local.emulation.lambda_host.lambda_client import Client
from local.emulation.sam_template.declarations import Cors, Route, Throttling

UNTHROTTLED = Throttling()
CLIENT_CLOSED_REQUEST = 499  # not a status of HTTP; nginx logs it for a client that disconnected

logger = logging.getLogger(__name__)


class Gateway:
    """An HTTP API whose functions are invoked through `client`."""

    def __init__(
        self,
        routes: Iterable[Route],
        cors: Cors | None,
        client: Client,
        limits: Limits = HTTP_API,
        throttling: Throttling = UNTHROTTLED,
        *,
        budget: BodyBudget | None = None,
        trusted_proxy_hops: int = 0,
    ) -> None:
        self._router = Router(routes)
        self._throttle = Throttle(throttling)
        self._cors = cors
        self._limits = limits
        self._trusted_proxy_hops = trusted_proxy_hops
        self._budget = budget or BodyBudget(limits.bodies_bytes)
        self._invocations = Invocations(client, limits)
        self._authorization = Authorization(self._invocations)

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Serve one request (ASGI 3.0)."""
        started = time.perf_counter()
        request = Request.of(scope, self._trusted_proxy_hops)
        body, match = Body(request, receive), self._router.match(request.method, request.path)
        try:
            status = await self._serve(request, body, match, send)
        except ClientGone:
            status = CLIENT_CLOSED_REQUEST
        duration_ms = (time.perf_counter() - started) * 1000
        function = match.route.function if match else "-"
        logger.info("%s %s %d %.0f ms %s", request.method, request.logged_path, status, duration_ms, function)

    async def drain(self, timeout_s: float) -> None:
        """Wait for invocations whose requests have ended."""
        await self._invocations.drain(timeout_s)

    async def _serve(self, request: Request, body: Body, match: Match | None, send: Send) -> int:
        """Send the response, and return its status."""
        with self._budget.held_by(request.client) as holding:
            answer = await self._answer(request, body, match, holding)
            holding.replace(len(answer.body))
            await respond(send, request, body, answer)
        return answer.status

    async def _answer(self, request: Request, body: Body, match: Match | None, holding: Holding) -> Answer:
        if self._cors and is_preflight(request):
            return preflight(request, self._cors)
        try:
            answer = await self._invoke(request, body, match, holding)
        except Refusal as refusal:
            answer = refusal.answer()
        return dress(answer, request, self._cors) if self._cors else answer

    async def _invoke(self, request: Request, body: Body, match: Match | None, holding: Holding) -> Answer:
        self._throttle.check_client(request.client)
        self._limits.check_head(request)
        if match is None:
            raise Refusal(404, f"There is no route for {request.method} {request.path}.")
        self._throttle.check_route(match.route)
        holding.add(0)  # a request without a body has a response, which takes memory too
        authorizer = await self._authorization.check(request, match)
        content = await body.read(self._limits, holding)
        event = encode(request, match, content, authorizer)
        self._limits.check_event(len(event), len(content))
        del content  # the event refers to it
        function = match.route.function
        result = await self._invocations.invoke(function, event, request.id)
        try:
            return decode(result, request.method)
        except BadAnswer as error:
            logger.error("%s gave a bad answer to request %s: %s", function, request.id, error)  # noqa: TRY400
            raise Refusal(500, f"{function} returned what is not an HTTP response: {error}.") from error
