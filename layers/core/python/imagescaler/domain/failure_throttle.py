"""Blocks sources that fail too often."""

import time
from collections import OrderedDict, deque
from collections.abc import Callable

MAX_SOURCES = 10_000


class FailureThrottle:
    """Blocks a source that had `max_failures` failures in the last `window_s` seconds.

    Counts are per process and kept for the `MAX_SOURCES` sources that failed last, which bounds the memory.
    """

    def __init__(self, max_failures: int, window_s: float, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._max_failures, self._window_s, self._clock_s = max_failures, window_s, clock_s
        self._failures: OrderedDict[str, deque[float]] = OrderedDict()

    def blocks(self, source: str) -> bool:
        """True if the source has failed too often."""
        failures = self._failures.get(source, ())
        since = self._clock_s() - self._window_s
        return sum(at > since for at in failures) >= self._max_failures

    def note(self, source: str) -> None:
        """Count a failure."""
        self._failures.setdefault(source, deque(maxlen=self._max_failures)).append(self._clock_s())
        self._failures.move_to_end(source)
        if len(self._failures) > MAX_SOURCES:
            self._failures.popitem(last=False)
