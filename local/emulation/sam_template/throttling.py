"""What a template says of how many requests are taken: of each route, and of each client."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from local.emulation.sam_template.cloudformation import Node

MINUTE_S = 60


@dataclass(frozen=True, slots=True)
class Rate:
    """A token bucket: `burst` requests at once, and `requests` in each `period_s` for as long as one likes."""

    requests: int
    period_s: int
    burst: int


@dataclass(frozen=True, slots=True)
class Throttling:
    """The rates of routes by their key (`POST /tasks`), of every other route, and of one client; None is no limit."""

    routes: Mapping[str, Rate] = field(default_factory=dict)
    other_routes: Rate | None = None
    client: Rate | None = None


def throttling(root: Node) -> Throttling:
    """Read the throttling of the HTTP API's routes, and the rule of the firewall before it; raises TemplateError."""
    resources = root.get("Resources")
    of_kind: dict[str, list[Node]] = {}
    for name, resource in resources.items():
        of_kind.setdefault(str(resource.get("Type").value), []).append(resources.get(name, "Properties"))
    apis, firewalls = (of_kind.get(kind, []) for kind in ("AWS::Serverless::HttpApi", "AWS::WAFv2::WebACL"))
    return Throttling(
        routes={key: rate for api in apis for key, node in api.get("RouteSettings").items() if (rate := _rate(node))},
        other_routes=next((_rate(api.get("DefaultRouteSettings")) for api in apis), None),
        client=next((_client_rate(firewall) for firewall in firewalls), None),
    )


def _rate(settings: Node) -> Rate | None:
    if settings.value is None:
        return None
    per_s, burst = (settings.get(f"Throttling{name}Limit") for name in ("Rate", "Burst"))
    return Rate(per_s.integer(), 1, burst.integer())


def _client_rate(firewall: Node) -> Rate | None:
    """Read the first rate-based rule; its limit counts within a window, by default of five minutes."""
    for rule in firewall.get("Rules").nodes():
        statement = rule.get("Statement", "RateBasedStatement")
        limit = statement.get("Limit").integer(0)
        if limit:
            return Rate(limit, statement.get("EvaluationWindowSec").integer(5 * MINUTE_S), limit)
    return None
