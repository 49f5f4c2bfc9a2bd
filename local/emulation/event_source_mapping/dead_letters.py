"""The dead-letter queue: lists its messages, and moves them back to their queue (redrive)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from imagescaler.adapters.clients.redis import open_client
from imagescaler.adapters.queues.redis import BODY_FIELD, stream_key
from local.emulation.event_source_mapping.consumers.redis import FIRST_ID_FIELD

PAGE = 100
# In one step, so that a message is never in both queues and never in none.
MOVE = """
local letter = redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[1])[1]
if not letter then return 0 end
redis.call('XADD', KEYS[2], '*', unpack(letter[2]))
return redis.call('XDEL', KEYS[1], ARGV[1])
"""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that was received too often; `sent_at` is when it was first sent."""

    id: str
    body: str
    sent_at: datetime


class DeadLetters:
    """The stream of the messages that were received too often.

    Every method raises redis.exceptions.RedisError or OSError when Redis does not answer.
    """

    def __init__(self, dead_letter_url: str, queue_url: str) -> None:
        self._redis = open_client(dead_letter_url)
        self._key, self._queue_key = stream_key(dead_letter_url), stream_key(queue_url)
        self._move = self._redis.register_script(MOVE)

    async def list(self, limit: int) -> Sequence[DeadLetter]:
        """Return the oldest messages, which stay in the queue."""
        entries: Any = await self._redis.xrange(self._key, count=limit)
        return [_letter(entry_id, fields) for entry_id, fields in entries]

    async def redrive(self, limit: int) -> int:
        """Move the oldest messages back to the queue that they were sent to; return their number."""
        moved = 0
        while moved < limit and (letters := await self.list(min(limit - moved, PAGE))):
            for letter in letters:
                moved += int(await self._move(keys=[self._key, self._queue_key], args=[letter.id]))
        return moved

    async def close(self) -> None:
        """Close the connections."""
        await self._redis.aclose()


def _letter(entry_id: bytes, fields: dict[bytes, bytes]) -> DeadLetter:
    sent_ms = int(fields.get(FIRST_ID_FIELD, entry_id).partition(b"-")[0])
    return DeadLetter(
        entry_id.decode(), fields.get(BODY_FIELD.encode(), b"").decode(), datetime.fromtimestamp(sent_ms / 1000, UTC)
    )
