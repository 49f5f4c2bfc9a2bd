"""What a template says of the authorizers of its HTTP API."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Self

from imagescaler.runtime import settings
from local.emulation.sam_template.cloudformation import Node
from local.emulation.sam_template.declarations import Authorizer, Route

NONE = "NONE"
DEFAULT_HEADERS, DEFAULT_TTL_S = ("Authorization",), 300  # SAM's


@dataclass(frozen=True, slots=True)
class Authorizers:
    """The Lambda authorizers by their names, and the name of the one for routes that say nothing."""

    named: dict[str, Authorizer]
    default: str = NONE

    @classmethod
    def of(cls, apis: Iterable[Node]) -> Self:
        """Read the `Auth` of the APIs; raises TemplateError where this machine cannot follow it."""
        auth = next((api.get("Auth") for api in apis if api.get("Auth").value), None)
        if auth is None:
            return cls({})
        named = {name: _authorizer(node) for name, node in auth.get("Authorizers").items()}
        return cls(named, auth.get("DefaultAuthorizer").text() or NONE)

    def choose(self, event: Node) -> Authorizer | None:
        """Give the authorizer of a route, from the event that declares it; raises TemplateError for an unknown one."""
        chosen = event.get("Properties", "Auth", "Authorizer")
        name = chosen.text() or self.default
        if name == NONE:
            return None
        if name not in self.named:
            raise chosen.error(f"names an authorizer that the API does not have: {name}")
        return self.named[name]


@dataclass(frozen=True, slots=True)
class GatewaySettings:
    """`REQUIRE_KEYS` makes this machine's gateway ask the authorizers; API Gateway always does."""

    require_keys: bool = False


def routes_without_auth(routes: Iterable[Route], variables: Mapping[str, str]) -> tuple[Route, ...]:
    """Give the routes, without their authorizers unless `REQUIRE_KEYS` is set; raises SettingsError."""
    if settings.read(GatewaySettings, variables).require_keys:
        return tuple(routes)
    return tuple(replace(route, authorizer=None) for route in routes)


def _authorizer(node: Node) -> Authorizer:
    function = node.get("FunctionArn").attribute_of()
    if function is None or node.get("EnableSimpleResponses").text() != "true":
        raise node.error("must name a function of this template, and enable simple responses")
    identity = node.get("Identity")
    headers = identity.get("Headers").texts() or DEFAULT_HEADERS
    return Authorizer(
        function, tuple(header.lower() for header in headers), identity.get("ReauthorizeEvery").integer(DEFAULT_TTL_S)
    )
