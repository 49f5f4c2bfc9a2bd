"""What is left of a quota, as header fields (draft-ietf-httpapi-ratelimit-headers-10, lists of RFC 9651)."""

from collections.abc import Mapping, Sequence
from typing import Any

from imagescaler.domain.rate_limit import RateLimit

DAY_S = 86_400
UNITS = {"tasks-at-once": "concurrent-requests", "megapixels-per-day": "megapixels", "megapixels-at-once": "megapixels"}
RATE_LIMIT_HEADERS: dict[str, Any] = {
    "RateLimit-Policy": {
        "description": "limits of the API key's quota: `q` tasks or megapixels, per day if `w` is 86400",
        "schema": {"type": "string"},
        "example": '"tasks-per-day";q=1000;w=86400, "megapixels-at-once";q=200;qu="megapixels"',
    },
    "RateLimit": {
        "description": "`r` tasks or megapixels are left of each limit; one per day is free again after `t` seconds",
        "schema": {"type": "string"},
        "example": '"tasks-per-day";r=998;t=43200, "megapixels-at-once";r=176',
    },
}


def rate_limit_headers(limits: Sequence[RateLimit]) -> Mapping[str, str]:
    """Return both fields; none without limits.

    >>> fields = rate_limit_headers([RateLimit("megapixels-per-day", 500, 488, 3600), RateLimit("tasks-at-once", 9, 7)])
    >>> fields["RateLimit-Policy"]
    '"megapixels-per-day";q=500;qu="megapixels";w=86400, "tasks-at-once";q=9;qu="concurrent-requests"'
    >>> fields["RateLimit"]
    '"megapixels-per-day";r=488;t=3600, "tasks-at-once";r=7'
    """
    if not limits:
        return {}
    return {"RateLimit-Policy": ", ".join(map(_policy, limits)), "RateLimit": ", ".join(map(_rest, limits))}


def _policy(limit: RateLimit) -> str:
    unit = f';qu="{UNITS[limit.name]}"' if limit.name in UNITS else ""
    return f'"{limit.name}";q={limit.most}{unit}' + ("" if limit.resets_after_s is None else f";w={DAY_S}")


def _rest(limit: RateLimit) -> str:
    return f'"{limit.name}";r={limit.left}' + ("" if limit.resets_after_s is None else f";t={limit.resets_after_s}")
