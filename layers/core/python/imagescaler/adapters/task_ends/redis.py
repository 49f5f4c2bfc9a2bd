"""Ends of tasks in Redis: a stream for each task that has ended, on which the requests that wait for it block."""

import asyncio
from contextlib import suppress
from math import ceil
from uuid import UUID, uuid4

from redis.exceptions import RedisError

from imagescaler.adapters.clients.redis import KEY_PREFIX, Command, RedisConnection, Script, unavailable_as
from imagescaler.domain.errors import QueueUnavailable
from imagescaler.domain.task.task import Task
from imagescaler.domain.wait_limits import WaitLimits
from imagescaler.usecases.ports import ReadTask

ANNOUNCED_MS = 10_000  # longer than from the last reading of a row to the wait for its end
BLOCK_S = 2  # after this the row is read in any case; shorter than the timeout of the connection
LEASE_MARGIN_S = 10  # for the row to be read between two blocking commands
CLOSE_TIMEOUT_S = 1
UNAVAILABLE = "The ends of tasks cannot be announced. Try again."
# A sorted set for each function has an entry for each of its waits, "<id> <owner>", by the end of its lease. A refused
# wait gets an entry in a stream of its own, so that the blocking command behind this script returns at once.
BEGIN = Script("""
local time = redis.call('TIME')
local now_ms, member, owner = time[1] * 1000 + math.floor(time[2] / 1000), ARGV[1] .. ' ' .. ARGV[2], ARGV[2]
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now_ms)
if not redis.call('ZSCORE', KEYS[1], member) then
  local waits, of_owner = redis.call('ZRANGE', KEYS[1], 0, -1), 0
  for _, wait in ipairs(waits) do
    if string.sub(wait, #ARGV[1] + 2) == owner then of_owner = of_owner + 1 end
  end
  if #waits >= tonumber(ARGV[3]) or of_owner >= tonumber(ARGV[4]) then
    redis.call('XADD', KEYS[2], '*', 'refused', '1')
    redis.call('PEXPIRE', KEYS[2], 1000)
    return 0
  end
end
redis.call('ZADD', KEYS[1], now_ms + ARGV[5], member)
redis.call('PEXPIRE', KEYS[1], ARGV[5])
return 1
""")
END = Script("""
if ARGV[3] == '1' or redis.call('EXISTS', KEYS[2]) == 1 then redis.call('ZREM', KEYS[1], ARGV[1] .. ' ' .. ARGV[2]) end
""")


class RedisTaskEnds:
    """Announced ends expire soon: who asks later reads the row."""

    def __init__(self, connection: RedisConnection) -> None:
        self._redis = connection
        connection.load(BEGIN, END)

    async def announce(self, task_id: UUID) -> None:
        key = _end_key(task_id)
        with unavailable_as(QueueUnavailable, UNAVAILABLE):
            await self._redis.run(("XADD", key, "*", "ended", "1"), ("PEXPIRE", key, ANNOUNCED_MS))

    async def wait(self, task: Task, read: ReadTask, *, wait_s: float, work_s: float, limits: WaitLimits) -> None:  # noqa: ARG002 - reads on time
        clock = asyncio.get_running_loop().time
        until_s, wait_id = clock() + wait_s, str(uuid4())
        keys = [f"{KEY_PREFIX}waits/{limits.aws_lambda_function_name}", f"{KEY_PREFIX}refusals/{wait_id}"]
        ended, refused = _end_key(task.id), keys[1]
        bounds = (limits.most, limits.most_of(task.owner), int((BLOCK_S + LEASE_MARGIN_S) * 1000))

        def end(*, is_last: bool) -> Command:
            return END.call([keys[0], ended], wait_id, task.owner, int(is_last))

        try:
            while not task.status.is_final and (left_s := until_s - clock()) > 0:
                block_ms = ceil(min(left_s, BLOCK_S) * 1000)
                with unavailable_as(QueueUnavailable, UNAVAILABLE):
                    begun, *_ = await self._redis.run(
                        BEGIN.call(keys, wait_id, task.owner, *bounds),
                        ("XREAD", "COUNT", 1, "BLOCK", block_ms, "STREAMS", ended, refused, 0, 0),
                        end(is_last=left_s <= BLOCK_S),
                    )
                if not begun:
                    return
                task = await read()
        except BaseException:
            with suppress(TimeoutError, RedisError, OSError):  # it is counted until its lease is over
                async with asyncio.timeout(CLOSE_TIMEOUT_S):
                    await self._redis.run(end(is_last=True))
            raise


def _end_key(task_id: UUID) -> str:
    return f"{KEY_PREFIX}ends/{task_id}"
