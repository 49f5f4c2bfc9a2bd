"""The queue as a Redis stream; the runner's side, which takes messages, is in local/runner."""

import re
from urllib.parse import urldefrag

from redis.exceptions import OutOfMemoryError

from imagescaler.adapters.clients.redis import KEY_PREFIX, open_client, unavailable_as
from imagescaler.domain.errors import QueueFull, QueueUnavailable
from imagescaler.domain.task.message import TaskMessage

DEFAULT_NAME = "TaskQueue"
BODY_FIELD = "body"
AWAY = "The queue does not answer. Try again."
# Messages are deleted once they are done, so the stream's length is what waits or is in hand. The limit is looked at
# and the message written in one step, so that a thousand clients at once cannot pass it.
PUSH = """
if redis.call('XLEN', KEYS[1]) >= tonumber(ARGV[1]) then return false end
return redis.call('XADD', KEYS[1], '*', ARGV[2], ARGV[3])
"""


def stream_key(url: str) -> str:
    """Give the stream's key; the URL's fragment names the queue.

    >>> stream_key("redis://127.0.0.1:6379/0"), stream_key("redis://127.0.0.1:6379/0#Other")
    ('imagescaler:TaskQueue', 'imagescaler:Other')
    """
    return KEY_PREFIX + (urldefrag(url).fragment or DEFAULT_NAME)


class RedisTaskQueue:
    """A stream; one entry is one message, with the JSON in the field `body`."""

    def __init__(self, url: str, *, max_length: int) -> None:
        self._redis = open_client(url)
        self._key = stream_key(url)
        self._max_length = max_length
        self._push = self._redis.register_script(PUSH)

    async def push(self, message: TaskMessage) -> str:
        """Ring for a task and return the message's id; raises QueueFull."""
        with unavailable_as(QueueUnavailable, AWAY):
            try:
                arguments: list[str | int] = [self._max_length, BODY_FIELD, message.to_json()]
                message_id: bytes | None = await self._push(keys=[self._key], args=arguments)
            except OutOfMemoryError as error:
                raise QueueFull("The queue's memory is used up. Try again later.") from error
        if message_id is None:
            raise QueueFull(f"{self._max_length} tasks are waiting, which is the limit. Try again later.")
        return message_id.decode()

    async def holds(self, message_id: str) -> bool | None:
        """Say whether a message waits or is in hand: one that is done with is deleted."""
        if not re.fullmatch(r"\d+-\d+", message_id):  # another queue's, from before this one was chosen
            return False
        with unavailable_as(QueueUnavailable, AWAY):
            return bool(await self._redis.xrange(self._key, message_id, message_id))

    async def ping(self) -> None:
        """Return when the queue answers."""
        with unavailable_as(QueueUnavailable, AWAY):
            await self._redis.ping()
