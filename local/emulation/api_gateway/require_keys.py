"""The setting by which this machine's gateway asks for API keys; API Gateway always does."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from imagescaler.runtime import settings
from local.emulation.sam_template.declarations import Route


@dataclass(frozen=True, slots=True)
class GatewaySettings:
    """`REQUIRE_KEYS` makes the gateway invoke the authorizers."""

    require_keys: bool = False


def apply_require_keys(routes: Iterable[Route], variables: Mapping[str, str]) -> tuple[Route, ...]:
    """Return the routes, without their authorizers unless `REQUIRE_KEYS` is set; raises SettingsError."""
    if settings.read(GatewaySettings, variables).require_keys:
        return tuple(routes)
    return tuple(replace(route, authorizer=None) for route in routes)
