"""Whose message is next, where several groups of messages share a queue (Amazon SQS, fair queues)."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence

SEEN_S = 60


class Turns:
    """The groups whose messages the consumers of one process have in flight.

    A group with fewer messages in flight comes first, and among equals each in its turn. While more than one group was
    seen in the last minute, one consumer is kept free of each: a message of another group need not wait for the end of
    one in flight. A message without a group is nobody's.
    """

    def __init__(self, clock_s: Callable[[], float] = time.monotonic) -> None:
        self.lock = asyncio.Lock()  # between looking at this, and receiving a message
        self.last = ""
        self._clock_s = clock_s
        self._held: dict[str, Sequence[str]] = {}
        self._seen_s: dict[str, float] = {}

    def hold(self, consumer: str, groups: Sequence[str]) -> None:
        """Note the groups of the messages that a consumer has in flight; it has none when it asks for messages."""
        self._held[consumer] = [group for group in groups if group]
        for group in self._held[consumer]:
            self._seen_s[group] = self._clock_s()
            self.last = group

    def leave(self, consumer: str) -> None:
        """Forget a consumer."""
        self._held.pop(consumer, None)

    @property
    def are_shared(self) -> bool:
        """True if more than one group was seen in the last minute."""
        since_s = self._clock_s() - SEEN_S
        self._seen_s = {group: seen_s for group, seen_s in self._seen_s.items() if seen_s >= since_s}
        return len(self._seen_s.keys() | self._in_flight.keys()) > 1

    @property
    def busy(self) -> Sequence[str]:
        """Groups with messages in flight that may have more, the fewest first."""
        return [group for group, _ in reversed(self._in_flight.most_common()) if group not in self.full]

    @property
    def full(self) -> Sequence[str]:
        """Groups that may have no more messages in flight."""
        most = len(self._held) - 1
        return [group for group, count in self._in_flight.items() if self.are_shared and count >= most > 0]

    @property
    def _in_flight(self) -> Counter[str]:
        return Counter(group for groups in self._held.values() for group in groups)
