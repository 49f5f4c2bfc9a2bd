"""Counts failures by their source, so that whoever only guesses costs no more than a look into memory."""

import time
from collections import OrderedDict, deque
from collections.abc import Callable

MAX_SOURCES = 10_000


class FailureThrottle:
    """Blocks a source after `max_failures` within `window_s` seconds, until the oldest of them is that long ago.

    It knows of this process only, and of the `MAX_SOURCES` that failed last: its memory is bounded.
    """

    def __init__(self, max_failures: int, window_s: float, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._max_failures, self._window_s, self._clock_s = max_failures, window_s, clock_s
        self._failures: OrderedDict[str, deque[float]] = OrderedDict()

    def blocks(self, source: str) -> bool:
        """Say whether a source has failed too often."""
        failures = self._failures.get(source, ())
        since = self._clock_s() - self._window_s
        return sum(at > since for at in failures) >= self._max_failures

    def note(self, source: str) -> None:
        """Count a failure."""
        self._failures.setdefault(source, deque(maxlen=self._max_failures)).append(self._clock_s())
        self._failures.move_to_end(source)
        if len(self._failures) > MAX_SOURCES:
            self._failures.popitem(last=False)
