"""The documentation of problems: responses in the OpenAPI document, and a description of each type."""

import inspect
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel
from starlette.exceptions import HTTPException

from imagescaler.domain import errors
from imagescaler.web.problems import MEDIA_TYPE, STATUS
from imagescaler.web.views.problem import type_of
from imagescaler.web.views.rate_limit import RATE_LIMIT_HEADERS

RETRY_AFTER = {"Retry-After": {"description": "seconds to wait", "schema": {"type": "integer"}}}


def problem_responses(*kinds: type[errors.Problem]) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI responses for the problems of an operation, by status."""
    every: tuple[type[errors.Problem], ...] = (errors.InvalidRequest, errors.TooManyUnknownKeys, *kinds)
    found: dict[int, list[type[errors.Problem]]] = {}
    for kind in every:
        found.setdefault(STATUS[kind].value, []).append(kind)
    return {status: _answers_with(found[status]) for status in sorted(found)}


class ProblemType(BaseModel):
    """A type of problem: what it means, and what to do."""

    type: str
    title: str
    status: int
    description: str


def describe_problem(slug: str) -> ProblemType:
    """Return a type of problem; raises HTTPException 404 for an unknown slug."""
    for kind, status in STATUS.items():
        if kind.slug() == slug:
            _, _, text = inspect.cleandoc(kind.__doc__ or "").partition("\n")
            return ProblemType(type=type_of(slug), title=kind.title(), status=status, description=text.strip())
    raise HTTPException(HTTPStatus.NOT_FOUND)


def _answers_with(kinds: list[type[errors.Problem]]) -> dict[str, Any]:
    """Return the response of one status, with a line and an example for each problem."""
    lines = [f"{kind.title()} (`{type_of(kind.slug())}`)" for kind in kinds]
    examples = {kind.slug(): {"summary": kind.title(), "value": _example(kind)} for kind in kinds}
    content = {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": examples}
    described: dict[str, Any] = {"description": "  \n".join(lines), "content": {MEDIA_TYPE: content}}
    if any(kind.retry_after_s for kind in kinds):
        described["headers"] = RETRY_AFTER | (RATE_LIMIT_HEADERS if errors.QuotaUsedUp in kinds else {})
    return described


def _example(kind: type[errors.Problem]) -> dict[str, Any]:
    return {"type": type_of(kind.slug()), "title": kind.title(), "status": STATUS[kind], "detail": kind.title() + "."}
