"""The routes of an HTTP API, and the choice of one for a request."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Self

from local.emulation.sam_template.declarations import DEFAULT_ROUTE, Route

LITERAL, VARIABLE, GREEDY = range(3)

_VARIABLE = re.compile(r"\{([^{}+]+)(\+?)\}")


@dataclass(frozen=True, slots=True)
class Match:
    """The route of a request, and the values of its path variables, percent-decoded."""

    route: Route
    path_parameters: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Pattern:
    route: Route
    expression: re.Pattern[str]
    names: tuple[str, ...]

    @classmethod
    def of(cls, route: Route) -> Self:
        if route.path == DEFAULT_ROUTE:
            return cls(route, re.compile(".*", re.DOTALL), ())
        literals = _VARIABLE.split(route.path)[::3]
        variables = _VARIABLE.findall(route.path)
        groups = [*("(.+)" if greedy else "([^/]+)" for _, greedy in variables), ""]
        expression = "".join(re.escape(literal) + group for literal, group in zip(literals, groups, strict=True))
        return cls(route, re.compile(expression, re.DOTALL), tuple(map(itemgetter(0), variables)))

    @property
    def rank(self) -> tuple[bool, bool, list[int], bool]:
        """Order routes: full matches, then greedy ones, then `$default`; literals before variables; ANY last."""
        kinds = [_kind(segment) for segment in self.route.path.split("/")]
        return self.route.path == DEFAULT_ROUTE, GREEDY in kinds, kinds, self.route.method == "ANY"

    def match(self, method: str, path: str) -> Match | None:
        found = self.expression.fullmatch(path) if self.route.method in {method, "ANY"} else None
        return found and Match(self.route, dict(zip(self.names, found.groups(), strict=True)))


def _kind(segment: str) -> int:
    variable = _VARIABLE.fullmatch(segment)
    return LITERAL if variable is None else GREEDY if variable[2] else VARIABLE


class Router:
    """The routes of an API in the order in which API Gateway prefers them.

    Source: AWS, "Create routes for HTTP APIs in API Gateway", routing API requests.
    """

    def __init__(self, routes: Iterable[Route]) -> None:
        self._patterns = sorted(map(_Pattern.of, routes), key=lambda pattern: pattern.rank)

    def match(self, method: str, path: str) -> Match | None:
        """Find the route of a request by its method and its percent-decoded path.

        The path is decoded before it is matched, as AWS does it: an encoded slash separates segments like any other.
        """
        return next(filter(None, (pattern.match(method, path) for pattern in self._patterns)), None)
