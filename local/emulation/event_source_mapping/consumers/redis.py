"""A Redis stream that behaves as an SQS queue does towards its consumer."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from redis.exceptions import RedisError, ResponseError

from imagescaler.adapters.clients.redis import Command, RedisConnection, Script
from imagescaler.adapters.queues.redis import BODY_FIELD, DELAYED_SUFFIX, GROUP_FIELD, stream_key
from imagescaler.domain.errors import QueueUnavailable
from local.emulation.event_source_mapping.queue_consumer import Message
from local.emulation.event_source_mapping.turns import Turns

GROUP = "event-source-mapping"
FIRST_ID_FIELD = b"first_id"
LONGEST_VISIBILITY_S = 60  # at least the longest time after which a runner retries a message
LONGEST_CHECK_S = 1
# XACK, XDEL and XCLAIM ask for no owner: a consumer that wakes up late would settle a message that another one has now.
# The receive count is checked too, because the same consumer can receive the same message twice.
NEWEST_RECEIPT = """
local entry = redis.call('XPENDING', KEYS[1], ARGV[1], ARGV[2], ARGV[2], 1)[1]
if not entry or entry[4] ~= tonumber(ARGV[3]) or entry[2] ~= ARGV[4] then return 0 end
"""
REMOVE = "redis.call('XACK', KEYS[1], ARGV[1], ARGV[2]) redis.call('XDEL', KEYS[1], ARGV[2]) "
# Returns 1 and the number of messages that were not delivered yet.
DELETE = Script(
    NEWEST_RECEIPT + REMOVE + "return 1 + redis.call('XLEN', KEYS[1]) - redis.call('XPENDING', KEYS[1], ARGV[1])[1]"
)
# With JUSTID this is no delivery, so it does not count as one.
CHANGE_VISIBILITY = Script(
    NEWEST_RECEIPT + "redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[4], 0, ARGV[2], 'IDLE', ARGV[5], 'JUSTID') return 1"
)
# SQS keeps a message's id and the time of its first sending in a dead-letter queue.
DEAD_LETTER = Script(
    NEWEST_RECEIPT
    + "redis.call('XADD', KEYS[2], '*', 'body', ARGV[5], 'first_id', ARGV[6], 'group', ARGV[7]) "
    + REMOVE
    + "return 1"
)
# Moves delayed messages that are due to the stream, at most a hundred; an id of 32 characters is before each body.
ENQUEUE_DELAYED = Script("""
local now = redis.call('TIME')
local now_ms = now[1] * 1000 + math.floor(now[2] / 1000)
for _, member in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now_ms, 'LIMIT', 0, 100)) do
  redis.call('XADD', KEYS[1], '*', 'body', string.sub(member, 34))
  redis.call('ZREM', KEYS[2], member)
end
""")
# New entries are moved to a sorted set, by message group and id. Then entries are delivered: of the next message group
# that has none in flight, else of that with the fewest. Returns them, the last id, and the number left in the set.
TAKE = Script("""
local stream, waiting = KEYS[1], KEYS[2]
local name, consumer, count, after, busy_count = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4], tonumber(ARGV[5])
local last
if redis.call('EXISTS', stream) == 1 then
  for _, info in ipairs(redis.call('XINFO', 'GROUPS', stream)) do
    local fields = {}
    for at = 1, #info, 2 do fields[info[at]] = info[at + 1] end
    if fields['name'] == name then last = fields['last-delivered-id'] end
  end
end
if not last then return redis.error_reply('NOGROUP ' .. name) end
local skipped, known = {}, last
for at = 6, #ARGV do skipped[ARGV[at]] = true end
repeat
  local entries = redis.call('XRANGE', stream, '(' .. last, '+', 'COUNT', 500)
  for _, entry in ipairs(entries) do
    local group = ''
    for at = 1, #entry[2], 2 do if entry[2][at] == 'group' then group = entry[2][at + 1] end end
    local ms, number = string.match(entry[1], '^(%d+)-(%d+)$')
    local place = ms .. string.rep('0', 20 - #number) .. number
    redis.call('ZADD', waiting, 0, group .. ' ' .. place .. ' ' .. entry[1])
    last = entry[1]
  end
until #entries < 500
if last ~= known then redis.call('XGROUP', 'SETID', stream, name, last) end

local function first(min, max) return redis.call('ZRANGEBYLEX', waiting, min, max, 'LIMIT', 0, 1)[1] end
local function next_free(min, max)
  local member = first(min, max)
  while member do
    local group = string.match(member, '^(%S*) ')
    if not skipped[group] then return member end
    member = first('(' .. group .. '!', max)
  end
end
local function choose()
  local member = next_free('(' .. after .. '!', '+') or next_free('-', '(' .. after .. '!')
  for at = 6, 5 + busy_count do member = member or first('[' .. ARGV[at] .. ' ', '(' .. ARGV[at] .. '!') end
  return member
end
local taken, member = {}, choose()
while member do
  redis.call('ZREM', waiting, member)
  local group, id = string.match(member, '^(%S*) %S+ (%S+)$')
  local claimed = redis.call('XCLAIM', stream, name, consumer, 0, id, 'RETRYCOUNT', 1, 'FORCE')
  if claimed[1] then taken[#taken + 1], after = claimed[1], group end
  member = #taken < count and choose()
end
return {taken, last, redis.call('ZCARD', waiting)}
""")
# What waited belonged to the group of consumers that is gone; its entries are delivered again.
CREATE_GROUP = Script("""
local made = redis.pcall('XGROUP', 'CREATE', KEYS[1], ARGV[1], '0', 'MKSTREAM')
if made['ok'] then redis.call('DEL', KEYS[2]) end
return made
""")
# A consumer is deleted together with the messages that it has in flight.
LEAVE = Script("""
for _, consumer in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])) do
  if consumer[2] == ARGV[2] and consumer[4] == 0 then redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], ARGV[2]) end
end
""")


class RedisQueueConsumer:
    """A consumer group of a stream.

    A receipt handle names the entry, the receive count, the entry in the queue that the message was first sent to, and
    the consumer. Each consumer has a connection, since receiving blocks it.

    A consumer that takes more than a minute for a message has to change its visibility, also if the timeout of the
    queue is longer: a killed runner does not.
    """

    def __init__(self, url: str, *, visibility_timeout_s: float, dead_letter_queue: str) -> None:
        self._url = url
        self._connections = {"": RedisConnection(url)}  # raises ValueError for an invalid URL
        self._key, self._dead_letter_key = stream_key(url), stream_key(f"#{dead_letter_queue}")
        self._visibility_timeout_ms = int(min(visibility_timeout_s, LONGEST_VISIBILITY_S) * 1000)
        self._check_every_s = min(visibility_timeout_s / 10, LONGEST_CHECK_S)
        self._next_check_s: dict[str, float] = {}
        self._waiting_key = f"{self._key}:waiting"
        self._turns, self._may_wait = Turns(), True

    async def receive(self, consumer: str, max_messages: int, *, wait_s: float) -> Sequence[Message]:
        with _available():
            try:
                self._turns.hold(consumer, ())
                if returned := await self._returned(consumer, max_messages):
                    return self._held(consumer, returned)
                if self._may_wait or self._turns.are_shared:
                    return await self._take(consumer, max_messages, wait_s)
                options = ("COUNT", max_messages, "BLOCK", int(wait_s * 1000), "STREAMS", self._key, ">")
                [new] = await self._connection_of(consumer).run(("XREADGROUP", "GROUP", GROUP, consumer, *options))
            except ResponseError as error:
                if not str(error).startswith("NOGROUP"):
                    raise
                await self._create_group(consumer)
                return []
            return self._held(consumer, [_message(entry, consumer, 1) for entry in new[0][1]] if new else [])

    async def delete(self, message: Message) -> bool:
        receipt, _ = _receipt(message)
        deleted = await self._settle(DELETE.call([self._key], *receipt), receipt)
        self._may_wait |= deleted > 1
        return bool(deleted)

    async def change_visibility(self, message: Message, timeout_s: float) -> bool:
        receipt, _ = _receipt(message)
        idle_ms = max(self._visibility_timeout_ms - int(timeout_s * 1000), 0)
        return bool(await self._settle(CHANGE_VISIBILITY.call([self._key], *receipt, idle_ms), receipt))

    async def dead_letter(self, message: Message) -> bool:
        receipt, first_id = _receipt(message)
        keys = [self._key, self._dead_letter_key]
        return bool(
            await self._settle(DEAD_LETTER.call(keys, *receipt, message.body, first_id, message.group), receipt)
        )

    async def leave(self, consumer: str) -> None:
        self._turns.leave(consumer)
        with _available():
            await self._connection_of(consumer).run(LEAVE.call([self._key], GROUP, consumer))

    async def close(self) -> None:
        for connection in self._connections.values():
            await connection.aclose()

    def _connection_of(self, consumer: str) -> RedisConnection:
        if consumer not in self._connections:
            self._connections[consumer] = RedisConnection(self._url)
            scripts = (TAKE, DELETE, CHANGE_VISIBILITY, DEAD_LETTER, ENQUEUE_DELAYED, LEAVE, CREATE_GROUP)
            self._connections[consumer].load(*scripts)
        return self._connections[consumer]

    async def _settle(self, command: Command, receipt: Sequence[str]) -> int:
        with _available():
            return int((await self._connection_of(receipt[-1]).run(command))[0])

    def _held(self, consumer: str, messages: Sequence[Message]) -> Sequence[Message]:
        self._turns.hold(consumer, [message.group for message in messages])
        return messages

    async def _take(self, consumer: str, max_messages: int, wait_s: float) -> Sequence[Message]:
        """Receive messages of the groups whose turn it is; if there is none, wait for a new one, for the next call."""
        turns, redis = self._turns, self._connection_of(consumer)
        async with turns.lock:
            busy = turns.busy
            arguments = (GROUP, consumer, max_messages, turns.last, len(busy), *busy, *turns.full)
            [(entries, last_id, left)] = await redis.run(TAKE.call([self._key, self._waiting_key], *arguments))
            self._may_wait = left > 0
            if entries:
                return self._held(consumer, [_message(entry, consumer, 1) for entry in entries])
        if self._turns.are_shared or self._may_wait:
            await redis.run(("XREAD", "COUNT", 1, "BLOCK", int(wait_s * 1000), "STREAMS", self._key, last_id))
        return []

    async def _create_group(self, consumer: str) -> None:
        """Make the group from the stream's first entry on, with the messages that came before the first consumer."""
        try:
            await self._connection_of(consumer).run(CREATE_GROUP.call([self._key, self._waiting_key], GROUP))
        except ResponseError as error:
            if not str(error).startswith("BUSYGROUP"):
                raise

    async def _returned(self, consumer: str, max_messages: int) -> Sequence[Message]:
        """Enqueue delayed messages, and receive those whose timeout is over, at most once a second.

        XAUTOCLAIM would give up after ten entries that are invisible.
        """
        now_s, idle_ms, redis = time.monotonic(), self._visibility_timeout_ms, self._connection_of(consumer)
        if now_s < self._next_check_s.get(consumer, 0):
            return []
        enqueue = ENQUEUE_DELAYED.call([self._key, self._key + DELAYED_SUFFIX])
        pending = ("XPENDING", self._key, GROUP, "IDLE", idle_ms, "-", "+", max_messages)
        [_, found] = await redis.run(enqueue, pending)
        if not found:
            self._next_check_s[consumer] = now_s + self._check_every_s
            return []
        receives = {entry_id: count + 1 for entry_id, _, _, count in found}
        # An entry that another consumer has claimed or renewed in the meantime is not idle any more, and stays out.
        [claimed] = await redis.run(("XCLAIM", self._key, GROUP, consumer, idle_ms, *receives))
        return [_message(entry, consumer, receives[entry[0]]) for entry in claimed]


@contextmanager
def _available() -> Iterator[None]:
    try:
        yield
    except (RedisError, OSError) as error:
        raise QueueUnavailable(str(error)) from error


def _message(entry: Any, consumer: str, receive_count: int) -> Message:
    entry_id, values = entry
    fields = dict(zip(values[::2], values[1::2], strict=True))
    first_id = fields.get(FIRST_ID_FIELD, entry_id).decode()
    return Message(
        message_id=str(uuid5(NAMESPACE_OID, first_id)),
        receipt_handle=f"{entry_id.decode()} {receive_count} {first_id} {consumer}",
        body=fields.get(BODY_FIELD.encode(), b"").decode(),  # an entry that is not ours fails in the function
        receive_count=receive_count,
        sent_at_ms=int(first_id.partition("-")[0]),
        group=fields.get(GROUP_FIELD.encode(), b"").decode(),
    )


def _receipt(message: Message) -> tuple[list[str], str]:
    entry_id, receive_count, first_id, consumer = message.receipt_handle.split(" ", 3)
    return [GROUP, entry_id, receive_count, consumer], first_id
