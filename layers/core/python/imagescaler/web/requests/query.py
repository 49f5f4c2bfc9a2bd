"""The query of a request, in which only the parameters of its route may be."""

from collections.abc import Iterator
from typing import Any

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError

from imagescaler.web.requests.did_you_mean import did_you_mean

MAX_LISTED = 10
IN_BODY = "there is no such parameter; send options as fields of the body, not in the query"


def check_query(request: Request) -> None:
    """Raise RequestValidationError for parameters that the route does not have: a typing error is never ignored.

    A route has the parameters of its function, and those that its `openapi_extra` describes.
    """
    if not request.scope["query_string"]:
        return
    route = request.scope["route"]
    known = {*_declared(route.dependant), *_described(route.openapi_extra or {})}
    if unknown := [name for name in request.query_params if name not in known]:
        all_in_body = request.method == "POST" and not known
        raise RequestValidationError(
            [{"loc": ("query", name), "msg": IN_BODY if all_in_body else _advice(name, known)} for name in unknown]
        )


def _declared(dependant: Dependant) -> Iterator[str]:
    yield from (each.alias for each in dependant.query_params)
    for each in dependant.dependencies:
        yield from _declared(each)


def _described(operation: dict[str, Any]) -> Iterator[str]:
    """Yield the names of an operation's query parameters (OpenAPI 3.1, Parameter Object)."""
    return (each["name"] for each in operation.get("parameters", []) if each["in"] == "query")


def _advice(name: str, known: set[str]) -> str:
    if meant := did_you_mean(name, known):
        return f"there is no such parameter; did you mean {meant}?"
    if len(known) > MAX_LISTED:
        return "there is no such parameter; /docs lists them"
    return f"there is no such parameter; this path has {', '.join(sorted(known)) or 'none'}"
