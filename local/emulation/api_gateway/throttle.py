"""Rate limits: API Gateway's throttling of routes, and the firewall's of clients."""

from datetime import timedelta
from math import ceil

from throttled import RateLimiterType, Throttled
from throttled.rate_limiter import per_duration
from throttled.store import MemoryStore

from local.emulation.api_gateway.refusal import Refusal
from local.emulation.sam_template.declarations import Rate, Route, Throttling

CLIENTS = 10_000  # the most addresses with a bucket; one that is dropped is full again


class Throttle:
    """Token buckets: one for each route, one for each client's address.

    Source: AWS, "Throttle requests to your HTTP APIs"; AWS WAF, "Rate-based rule statement". The firewall counts in a
    sliding window; a bucket that refills evenly is equivalent. It is in front of the API, so it is checked first.
    """

    def __init__(self, throttling: Throttling) -> None:
        self._throttling = throttling
        self._clients = _limiter(throttling.client, CLIENTS)
        self._routes = {key: _limiter(rate, 1) for key, rate in throttling.routes.items()}
        self._others = _limiter(throttling.other_routes, len(throttling.routes) + CLIENTS)

    def check_client(self, address: str) -> None:
        """Count a request of a client; raises a Refusal when it has sent too many."""
        self._check(self._clients, address, "This address sends too many requests.")

    def check_route(self, route: Route) -> None:
        """Count a request for a route; raises a Refusal when there are too many of all clients."""
        limiter = self._routes.get(route.key, self._others)
        self._check(limiter, route.key, f"There are too many requests for {route.key}.")

    @staticmethod
    def _check(limiter: Throttled | None, key: str, what: str) -> None:
        result = limiter.limit(key) if limiter else None
        if result and result.limited:
            wait_s = max(ceil(result.state.retry_after), 1)
            raise Refusal(429, f"{what} Try again in {wait_s} s.", retry_after_s=wait_s)


def _limiter(rate: Rate | None, keys: int) -> Throttled | None:
    """Make token buckets; with GCRA the time of the next token is exact."""
    if rate is None:
        return None
    quota = per_duration(timedelta(seconds=rate.period_s), rate.requests, rate.burst)
    return Throttled(using=RateLimiterType.GCRA.value, quota=quota, store=MemoryStore(options={"MAX_SIZE": keys}))
