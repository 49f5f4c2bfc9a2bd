"""The memory that the bodies of all requests and responses may take together."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from local.emulation.api_gateway.refusal import Refusal

CLIENT_SHARE = 0.75
RETRY_AFTER_S = 1


class BodyBudget:
    """Counts the bytes of bodies in memory, of which one client's address may have three quarters.

    Bytes are counted as they come: a client that declares a large body and sends little takes little.

    >>> budget = BodyBudget(100)
    >>> with budget.held_by("192.0.2.1") as held:
    ...     held.add(75)
    ...     held.add(1)
    Traceback (most recent call last):
    local.emulation.api_gateway.refusal.Refusal: The requests of this address take all memory that it may have. \
Try again.
    >>> budget.used
    0
    """

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._clients: Counter[str] = Counter()
        self.used = 0

    @contextmanager
    def held_by(self, client: str) -> Iterator["Holding"]:
        """Count the bodies of one request until the block ends."""
        holding = Holding(self, client)
        try:
            yield holding
        finally:
            self.count(client, -holding.size)

    def count(self, client: str, size: int) -> None:
        """Add `size` bytes."""
        self.used += size
        self._clients[client] += size
        if not self._clients[client]:
            del self._clients[client]

    def check(self, client: str, size: int) -> None:
        """Raise a Refusal (503) if `size` bytes more would be too many."""
        if self.used + size >= self._limit_bytes:
            raise Refusal(503, "The requests of all clients take all memory. Try again.", retry_after_s=RETRY_AFTER_S)
        if self._clients[client] + size > self._limit_bytes * CLIENT_SHARE:
            raise Refusal(
                503,
                "The requests of this address take all memory that it may have. Try again.",
                retry_after_s=RETRY_AFTER_S,
            )


class Holding:
    """The bytes of one request."""

    def __init__(self, budget: BodyBudget, client: str) -> None:
        self._budget, self._client = budget, client
        self.size = 0

    def add(self, size: int) -> None:
        """Count more bytes of the request; raises a Refusal (503) if that is too much, for 0 if nothing is left."""
        self._budget.check(self._client, size)
        self.replace(self.size + size)

    def replace(self, size: int) -> None:
        """Count `size` bytes from now on, without a limit: they are in memory already."""
        self._budget.count(self._client, size - self.size)
        self.size = size
