"""A Redis stream that behaves as an SQS queue does towards its consumer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from redis.exceptions import ResponseError

from imagescaler.adapters.clients.redis import open_client
from imagescaler.adapters.queues.redis import BODY_FIELD, stream_key

GROUP = "event-source-mapping"
FIRST_ID_FIELD = b"first_id"
# XACK, XDEL and XCLAIM ask no owner: a zombie that wakes up late would settle a message that another consumer has now.
# The receive count is in the check, because the same consumer can get the same message twice.
OWNED = """
local entry = redis.call('XPENDING', KEYS[1], ARGV[1], ARGV[2], ARGV[2], 1)[1]
if not entry or entry[2] ~= ARGV[3] or entry[4] ~= tonumber(ARGV[4]) then return 0 end
"""
DELETE = "redis.call('XACK', KEYS[1], ARGV[1], ARGV[2]) redis.call('XDEL', KEYS[1], ARGV[2]) return 1"
SUCCEED = OWNED + DELETE
# With JUSTID this is no delivery, so it does not count as one.
HIDE = OWNED + "redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[3], 0, ARGV[2], 'IDLE', ARGV[5], 'JUSTID') return 1"
BURY = OWNED + "redis.call('XADD', KEYS[2], '*', 'body', ARGV[5], 'first_id', ARGV[6]) " + DELETE
# A consumer that has messages in hand must stay: they would be lost with it.
LEAVE = """
for _, consumer in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])) do
  if consumer[2] == ARGV[2] and consumer[4] == 0 then redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], ARGV[2]) end
end
"""


@dataclass(frozen=True, slots=True)
class Message:
    """A message in hand; `receive_count` includes this time.

    `id` is this stream's, `first_id` that of the stream which it was sent to: SQS keeps it in dead-letter queues.
    """

    id: str
    body: str
    consumer: str
    receive_count: int
    first_id: str


class Stream:
    """The consumer's side of a queue; `visibility_timeout_s` is when a message that nobody settled comes again.

    Every method raises redis.exceptions.RedisError or OSError when Redis is away.
    """

    def __init__(self, url: str, *, visibility_timeout_s: float, dead_letter_queue: str) -> None:
        self._redis = open_client(url)
        self._key, self._dead_key = stream_key(url), stream_key(f"#{dead_letter_queue}")
        self._visibility_ms = int(visibility_timeout_s * 1000)
        self._succeed, self._hide, self._bury, self._leave = map(
            self._redis.register_script, (SUCCEED, HIDE, BURY, LEAVE)
        )

    async def receive(self, consumer: str, count: int, *, wait_s: float) -> Sequence[Message]:
        """Take up to `count` messages: first what came back, else what is new, for which it waits."""
        try:
            if returned := await self._returned(consumer, count):
                return returned
            new: Any = await self._redis.xreadgroup(
                GROUP, consumer, {self._key: ">"}, count=count, block=int(wait_s * 1000)
            )
        except ResponseError as error:
            if not str(error).startswith("NOGROUP"):
                raise
            await self._create_group()
            return []
        return [_message(entry, consumer, 1) for entry in new[0][1]] if new else []

    async def succeed(self, message: Message) -> bool:
        """Delete a message; False, and nothing done, when it is no longer in this consumer's hand."""
        return bool(await self._succeed(keys=[self._key], args=_owner(message)))

    async def hide(self, message: Message, for_s: float) -> bool:
        """Let a message come again in `for_s` seconds; False, and nothing done, when it is no longer in hand."""
        idle_ms = max(self._visibility_ms - int(for_s * 1000), 0)
        return bool(await self._hide(keys=[self._key], args=[*_owner(message), idle_ms]))

    async def bury(self, message: Message) -> bool:
        """Move a message to the dead-letter queue; False, and nothing done, when it is no longer in hand."""
        letter = [message.body, message.first_id]
        return bool(await self._bury(keys=[self._key, self._dead_key], args=[*_owner(message), *letter]))

    async def leave(self, consumer: str) -> None:
        """Forget a consumer that has nothing in hand."""
        await self._leave(keys=[self._key], args=[GROUP, consumer])

    async def close(self) -> None:
        """Close the connections."""
        await self._redis.aclose()

    async def _create_group(self) -> None:
        """Make the group from the stream's first entry on: what was pushed before the first runner came is its too."""
        try:
            await self._redis.xgroup_create(self._key, GROUP, id="0", mkstream=True)
        except ResponseError as error:
            if not str(error).startswith("BUSYGROUP"):
                raise

    async def _returned(self, consumer: str, count: int) -> Sequence[Message]:
        """Take messages whose time is over; not by XAUTOCLAIM, which gives up after looking at ten that are hidden."""
        idle_ms = self._visibility_ms
        found: Any = await self._redis.xpending_range(self._key, GROUP, "-", "+", count, idle=idle_ms)
        if not found:
            return []
        receives = {each["message_id"]: each["times_delivered"] + 1 for each in found}
        # Whoever was quicker, or still at it, has made the message young again: then it is not among these.
        claimed: Any = await self._redis.xclaim(self._key, GROUP, consumer, idle_ms, list(receives))
        return [_message(entry, consumer, receives[entry[0]]) for entry in claimed]


def _message(entry: Any, consumer: str, receive_count: int) -> Message:
    entry_id, fields = entry
    body = fields.get(BODY_FIELD.encode(), b"")  # an entry that is none of ours fails in the function, and not here
    return Message(
        entry_id.decode(), body.decode(), consumer, receive_count, fields.get(FIRST_ID_FIELD, entry_id).decode()
    )


def _owner(message: Message) -> list[str | int]:
    return [GROUP, message.id, message.consumer, message.receive_count]
