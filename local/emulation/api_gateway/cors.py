"""CORS as an HTTP API does it from its CorsConfiguration: preflights, and headers of responses.

Source: AWS, "Configure CORS for HTTP APIs in API Gateway"; the Fetch standard, section 3.3.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from local.emulation.api_gateway.answer import Answer
from local.emulation.api_gateway.request import Request
from local.emulation.sam_template.declarations import Cors


def is_preflight(request: Request) -> bool:
    """True if the request is a CORS preflight."""
    asks = request.header("origin"), request.header("access-control-request-method")
    return request.method == "OPTIONS" and None not in asks


def preflight(request: Request, cors: Cors) -> Answer:
    """Answer a preflight: with the permissions, or without for an origin that is not allowed."""
    permissions = {
        "access-control-allow-methods": ",".join(cors.allow_methods),
        "access-control-allow-headers": ",".join(cors.allow_headers),
        "access-control-max-age": "" if cors.max_age_s is None else str(cors.max_age_s),
    }
    return Answer(204, tuple(_headers(request, cors, permissions)))


def dress(answer: Answer, request: Request, cors: Cors) -> Answer:
    """Replace the CORS headers of a function by those of the configuration."""
    own = (pair for pair in answer.headers if not pair[0].startswith("access-control-"))
    exposed = {"access-control-expose-headers": ",".join(cors.expose_headers)}
    return replace(answer, headers=(*own, *_headers(request, cors, exposed)))


def _headers(request: Request, cors: Cors, more: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    origin, anyone = request.header("origin"), "*" in cors.allow_origins
    if not anyone:
        yield "vary", "origin"  # a cache must not serve one origin's response to another
    if origin is None or not any(_covers(pattern, origin) for pattern in cors.allow_origins):
        return
    yield "access-control-allow-origin", "*" if anyone else origin
    if cors.allow_credentials:
        yield "access-control-allow-credentials", "true"
    yield from ((name, value) for name, value in more.items() if value)


def _covers(pattern: str, origin: str) -> bool:
    return origin == pattern or (pattern.endswith("*") and origin.startswith(pattern[:-1]))
