"""A task queue in a Redis stream. Its consumer is local/emulation/event_source_mapping."""

import re
import time
from urllib.parse import urldefrag
from uuid import uuid4

from redis.exceptions import OutOfMemoryError

from imagescaler.adapters.clients.redis import KEY_PREFIX, RedisConnection, Script, unavailable_as
from imagescaler.domain.errors import QueueFull, QueueUnavailable
from imagescaler.domain.task.message import TaskMessage

DEFAULT_NAME = "TaskQueue"
DELAYED_SUFFIX = ":delayed"
BODY_FIELD, GROUP_FIELD = "body", "group"
ASKED_FIRST_S = 1  # for so long after a refusal the length is asked before the work
UNAVAILABLE = "The queue does not answer. Try again."
# Processed messages are deleted, so the stream's length is the number of messages that wait or are being processed.
# A script checks the limit and adds the message atomically, so concurrent clients cannot exceed it.
PUSH = Script("""
if redis.call('XLEN', KEYS[1]) >= tonumber(ARGV[1]) then return false end
return redis.call('XADD', KEYS[1], '*', unpack(ARGV, 2))
""")
# A delayed message is in a sorted set, by the time in milliseconds at which the consumer moves it to the stream.
PUSH_DELAYED = Script("""
if redis.call('XLEN', KEYS[1]) + redis.call('ZCARD', KEYS[2]) >= tonumber(ARGV[1]) then return false end
local now = redis.call('TIME')
redis.call('ZADD', KEYS[2], now[1] * 1000 + math.floor(now[2] / 1000) + ARGV[2], ARGV[3] .. ' ' .. ARGV[4])
return ARGV[3]
""")


def stream_key(url: str) -> str:
    """Return the Redis key of the stream. The fragment of the URL is the queue's name.

    >>> stream_key("redis://127.0.0.1:6379/0"), stream_key("redis://127.0.0.1:6379/0#Other")
    ('imagescaler:TaskQueue', 'imagescaler:Other')
    """
    return KEY_PREFIX + (urldefrag(url).fragment or DEFAULT_NAME)


class RedisTaskQueue:
    """A stream with one entry for each message, whose field `body` is the JSON, and `group` its group."""

    def __init__(self, connection: RedisConnection, key: str, *, max_length: int) -> None:
        self._redis, self._key, self._max_length = connection, key, max_length
        self._asked_first_until_s = float("-inf")
        connection.load(PUSH, PUSH_DELAYED)

    async def push(self, message: TaskMessage, *, delay_s: float = 0) -> str:
        body = message.to_json()
        if delay_s:
            keys, delay_ms = [self._key, self._key + DELAYED_SUFFIX], int(delay_s * 1000)
            push = PUSH_DELAYED.call(keys, self._max_length, delay_ms, uuid4().hex, body)
        else:
            push = PUSH.call([self._key], self._max_length, BODY_FIELD, body, GROUP_FIELD, message.group)
        with unavailable_as(QueueUnavailable, UNAVAILABLE):
            try:
                message_id: bytes | None = (await self._redis.run(push))[0]
            except OutOfMemoryError as error:
                raise QueueFull("The queue's memory is used up. Try again later.") from error
        if message_id is None:
            raise self._full()
        return message_id.decode()

    async def check_room(self) -> None:
        if time.monotonic() < self._asked_first_until_s:
            with unavailable_as(QueueUnavailable, UNAVAILABLE):
                [length] = await self._redis.run(("XLEN", self._key))
            if length >= self._max_length:
                raise self._full()

    async def holds(self, message_id: str) -> bool | None:
        if not re.fullmatch(r"\d+-\d+", message_id):  # of a delayed message, or of SQS before QUEUE_URL was changed
            return False
        with unavailable_as(QueueUnavailable, UNAVAILABLE):
            return bool((await self._redis.run(("XRANGE", self._key, message_id, message_id)))[0])

    def _full(self) -> QueueFull:
        self._asked_first_until_s = time.monotonic() + ASKED_FIRST_S
        return QueueFull(f"{self._max_length} tasks are waiting, which is the limit. Try again later.")

    async def ping(self) -> None:
        with unavailable_as(QueueUnavailable, UNAVAILABLE):
            await self._redis.run(("PING",))
