"""Invokes a route's authorizer, and caches its answer for the authorizer's TTL.

Source: AWS, "Control access to HTTP APIs with AWS Lambda authorizers", identity sources, simple responses, caching.
"""

import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

from local.emulation.api_gateway.event import authorizer_event
from local.emulation.api_gateway.invocation import Invocations
from local.emulation.api_gateway.refusal import Refusal
from local.emulation.api_gateway.request import Request
from local.emulation.api_gateway.routes import Match
from local.emulation.sam_template.declarations import Authorizer

MAX_REMEMBERED = 10_000
BEARER = ("authorization",)
Context = Mapping[str, Any]

logger = logging.getLogger(__name__)


class Authorization:
    """The authorizers of an API, and their cached answers."""

    def __init__(self, invocations: Invocations, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._invocations = invocations
        self._clock_s = clock_s
        self._answers: OrderedDict[tuple[Authorizer, tuple[str, ...]], tuple[float, Context | None]] = OrderedDict()

    async def check(self, request: Request, match: Match) -> Context | None:
        """Return the authorizer's context, None on a route without authorizer; raises a Refusal.

        Without identity the answer is 401, and the authorizer is not invoked; if it refuses, 403.
        """
        authorizer = match.route.authorizer
        if authorizer is None:
            return None
        identity = tuple(filter(None, (request.header(name) for name in authorizer.headers)))
        if len(identity) < len(authorizer.headers):
            raise _missing(authorizer)
        known = self._answers.get((authorizer, identity))
        if known is not None and known[0] > self._clock_s():
            context = known[1]
        else:
            context = await self._ask(authorizer, request, match, identity)
            self._remember(authorizer, identity, context)
        if context is None:
            raise Refusal(403, "The request's identity was not accepted.")
        return context

    async def _ask(
        self, authorizer: Authorizer, request: Request, match: Match, identity: tuple[str, ...]
    ) -> Context | None:
        event = authorizer_event(request, match, identity)
        try:
            answer = await self._invocations.invoke(authorizer.function, event, request.id)
        except Refusal as refusal:
            raise Refusal(500, f"{authorizer.function} could not say whether the request may pass.") from refusal
        match answer:
            case {"isAuthorized": True, **rest}:
                context = rest.get("context")
                return context if isinstance(context, dict) else {}
            case {"isAuthorized": False}:
                return None
        logger.error("%s gave no simple response to request %s", authorizer.function, request.id)
        raise Refusal(500, f"{authorizer.function} did not say whether the request may pass.")

    def _remember(self, authorizer: Authorizer, identity: tuple[str, ...], context: Context | None) -> None:
        if authorizer.ttl_s:
            self._answers[authorizer, identity] = (self._clock_s() + authorizer.ttl_s, context)
            self._answers.move_to_end((authorizer, identity))
        while len(self._answers) > MAX_REMEMBERED:
            self._answers.popitem(last=False)


def _missing(authorizer: Authorizer) -> Refusal:
    """Return the 401 of a request without identity; in Authorization a bearer token is expected (RFC 6750)."""
    if authorizer.headers == BEARER:
        detail = "Send Authorization: Bearer …, with an API key in place of the dots."
        return Refusal(401, detail, challenge="Bearer")
    return Refusal(401, f"The request needs the header {' and '.join(authorizer.headers)}.")
