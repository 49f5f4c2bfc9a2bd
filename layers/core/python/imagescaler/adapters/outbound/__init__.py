"""Requests to hosts that clients have named."""

from functools import cache

from imagescaler.adapters.outbound.http_client import HttpClient
from imagescaler.domain.outbound_rules import OutboundRules
from imagescaler.runtime import settings


@cache
def from_env() -> HttpClient:
    """Return this environment's HTTP client, always the same one."""
    return HttpClient(settings.read(OutboundRules))
