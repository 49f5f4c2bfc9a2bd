"""A Redis stream that behaves as an SQS queue does towards its consumer."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from redis.exceptions import RedisError, ResponseError

from imagescaler.adapters.clients.redis import open_client
from imagescaler.adapters.queues.redis import BODY_FIELD, stream_key
from imagescaler.domain.errors import QueueUnavailable
from local.emulation.event_source_mapping.queue_consumer import Message

GROUP = "event-source-mapping"
FIRST_ID_FIELD = b"first_id"
# XACK, XDEL and XCLAIM ask for no owner: a consumer that wakes up late would settle a message that another one has now.
# The receive count is checked too, because the same consumer can receive the same message twice.
NEWEST_RECEIPT = """
local entry = redis.call('XPENDING', KEYS[1], ARGV[1], ARGV[2], ARGV[2], 1)[1]
if not entry or entry[4] ~= tonumber(ARGV[3]) or entry[2] ~= ARGV[4] then return 0 end
"""
REMOVE = "redis.call('XACK', KEYS[1], ARGV[1], ARGV[2]) redis.call('XDEL', KEYS[1], ARGV[2]) return 1"
DELETE = NEWEST_RECEIPT + REMOVE
# With JUSTID this is no delivery, so it does not count as one.
CHANGE_VISIBILITY = (
    NEWEST_RECEIPT + "redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[4], 0, ARGV[2], 'IDLE', ARGV[5], 'JUSTID') return 1"
)
# SQS keeps a message's id and the time of its first sending in a dead-letter queue.
DEAD_LETTER = NEWEST_RECEIPT + "redis.call('XADD', KEYS[2], '*', 'body', ARGV[5], 'first_id', ARGV[6]) " + REMOVE
# A consumer is deleted together with the messages that it has in flight.
LEAVE = """
for _, consumer in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])) do
  if consumer[2] == ARGV[2] and consumer[4] == 0 then redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], ARGV[2]) end
end
"""


class RedisQueueConsumer:
    """A consumer group of a stream.

    A receipt handle names the entry, the receive count, the entry in the queue that the message was first sent to, and
    the consumer.
    """

    def __init__(self, url: str, *, visibility_timeout_s: float, dead_letter_queue: str) -> None:
        self._redis = open_client(url)
        self._key, self._dead_letter_key = stream_key(url), stream_key(f"#{dead_letter_queue}")
        self._visibility_timeout_ms = int(visibility_timeout_s * 1000)
        self._delete, self._change_visibility, self._dead_letter, self._leave = map(
            self._redis.register_script, (DELETE, CHANGE_VISIBILITY, DEAD_LETTER, LEAVE)
        )

    async def receive(self, consumer: str, max_messages: int, *, wait_s: float) -> Sequence[Message]:
        with _available():
            try:
                if returned := await self._returned(consumer, max_messages):
                    return returned
                new: Any = await self._redis.xreadgroup(
                    GROUP, consumer, {self._key: ">"}, count=max_messages, block=int(wait_s * 1000)
                )
            except ResponseError as error:
                if not str(error).startswith("NOGROUP"):
                    raise
                await self._create_group()
                return []
            return [_message(entry, consumer, 1) for entry in new[0][1]] if new else []

    async def delete(self, message: Message) -> bool:
        with _available():
            return bool(await self._delete(keys=[self._key], args=_receipt(message)[0]))

    async def change_visibility(self, message: Message, timeout_s: float) -> bool:
        idle_ms = max(self._visibility_timeout_ms - int(timeout_s * 1000), 0)
        with _available():
            return bool(await self._change_visibility(keys=[self._key], args=[*_receipt(message)[0], idle_ms]))

    async def dead_letter(self, message: Message) -> bool:
        receipt, first_id = _receipt(message)
        with _available():
            arguments = [*receipt, message.body, first_id]
            return bool(await self._dead_letter(keys=[self._key, self._dead_letter_key], args=arguments))

    async def leave(self, consumer: str) -> None:
        with _available():
            await self._leave(keys=[self._key], args=[GROUP, consumer])

    async def close(self) -> None:
        await self._redis.aclose()

    async def _create_group(self) -> None:
        """Make the group from the stream's first entry on, with the messages that came before the first consumer."""
        try:
            await self._redis.xgroup_create(self._key, GROUP, id="0", mkstream=True)
        except ResponseError as error:
            if not str(error).startswith("BUSYGROUP"):
                raise

    async def _returned(self, consumer: str, max_messages: int) -> Sequence[Message]:
        """Receive messages whose timeout is over; XAUTOCLAIM would give up after ten entries that are invisible."""
        idle_ms = self._visibility_timeout_ms
        found: Any = await self._redis.xpending_range(self._key, GROUP, "-", "+", max_messages, idle=idle_ms)
        if not found:
            return []
        receives = {each["message_id"]: each["times_delivered"] + 1 for each in found}
        # An entry that another consumer has claimed or renewed in the meantime is not idle any more, and stays out.
        claimed: Any = await self._redis.xclaim(self._key, GROUP, consumer, idle_ms, list(receives))
        return [_message(entry, consumer, receives[entry[0]]) for entry in claimed]


@contextmanager
def _available() -> Iterator[None]:
    try:
        yield
    except (RedisError, OSError) as error:
        raise QueueUnavailable(str(error)) from error


def _message(entry: Any, consumer: str, receive_count: int) -> Message:
    entry_id, fields = entry
    first_id = fields.get(FIRST_ID_FIELD, entry_id).decode()
    return Message(
        message_id=str(uuid5(NAMESPACE_OID, first_id)),
        receipt_handle=f"{entry_id.decode()} {receive_count} {first_id} {consumer}",
        body=fields.get(BODY_FIELD.encode(), b"").decode(),  # an entry that is not ours fails in the function
        receive_count=receive_count,
        sent_at_ms=int(first_id.partition("-")[0]),
    )


def _receipt(message: Message) -> tuple[list[str], str]:
    entry_id, receive_count, first_id, consumer = message.receipt_handle.split(" ", 3)
    return [GROUP, entry_id, receive_count, consumer], first_id
