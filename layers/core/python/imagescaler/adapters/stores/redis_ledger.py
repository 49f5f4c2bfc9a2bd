"""The ledger of the blobs in Redis: the size and expiry of each, and the sum of the sizes."""

from redis.asyncio import Redis

from imagescaler.adapters.clients.redis import KEY_PREFIX

KEYS = [KEY_PREFIX + name for name in ("blob-expiries", "blob-sizes", "blob-bytes")]
# Redis expires blobs without notice, so the ledger stores their expiries and removes expired entries before it counts.
# Space is reserved before the bytes are sent. If the client dies in between, the reservation expires.
COMMON = """
local function forget(name)
  local size = redis.call('HGET', KEYS[2], name)
  if size then
    redis.call('HDEL', KEYS[2], name)
    redis.call('ZREM', KEYS[1], name)
    redis.call('DECRBY', KEYS[3], size)
  end
end
local function reserve(name, size, ttl_ms, limit)
  local time = redis.call('TIME')
  local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)
  for _, gone in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now_ms, 'LIMIT', 0, 1000)) do forget(gone) end
  forget(name)
  if tonumber(redis.call('GET', KEYS[3]) or '0') + size > limit then return false end
  redis.call('ZADD', KEYS[1], now_ms + ttl_ms, name)
  redis.call('HSET', KEYS[2], name, size)
  redis.call('INCRBY', KEYS[3], size)
  return true
end
"""
RESERVE = "return reserve(ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])) and 1 or 0"
DELETE = "forget(ARGV[1]) return redis.call('UNLINK', KEYS[4])"
COPY = """
if redis.call('EXISTS', KEYS[4]) == 0 then return -1 end
if not reserve(ARGV[1], redis.call('STRLEN', KEYS[4]), tonumber(ARGV[2]), tonumber(ARGV[3])) then return 0 end
redis.call('COPY', KEYS[4], KEYS[5], 'REPLACE')
return redis.call('PEXPIRE', KEYS[5], ARGV[2])
"""
MOVE = """
if redis.call('EXISTS', KEYS[5]) == 1 then return 0 end
local size = redis.call('STRLEN', KEYS[4])
redis.call('RENAME', KEYS[4], KEYS[5])
forget(ARGV[1])
reserve(ARGV[2], size, tonumber(ARGV[3]), math.huge)
return redis.call('PEXPIRE', KEYS[5], ARGV[3])
"""


def blob_key(name: str) -> str:
    """Return the Redis key of a blob."""
    return KEY_PREFIX + name


class Ledger:
    """Atomic operations on blobs and their entries, as Lua scripts."""

    def __init__(self, redis: Redis) -> None:
        self._reserve, self._delete, self._copy, self._move = (
            redis.register_script(COMMON + script) for script in (RESERVE, DELETE, COPY, MOVE)
        )

    async def reserve(self, name: str, size: int, *, ttl_ms: int, limit: int) -> bool:
        """Reserve space for a blob; False if the sum would exceed `limit` bytes."""
        return bool(await self._reserve(keys=KEYS, args=[name, size, ttl_ms, limit]))

    async def delete(self, name: str) -> None:
        """Delete a blob and its entry."""
        await self._delete(keys=[*KEYS, blob_key(name)], args=[name])

    async def copy(self, name: str, target: str, *, ttl_ms: int, limit: int) -> bool | None:
        """Copy a blob; None if it does not exist, False if the sum would exceed `limit` bytes."""
        keys = [*KEYS, blob_key(name), blob_key(target)]
        outcome: int = await self._copy(keys=keys, args=[target, ttl_ms, limit])
        return None if outcome < 0 else bool(outcome)

    async def move(self, name: str, target: str, *, ttl_ms: int) -> bool:
        """Rename a blob; False if `target` exists already."""
        keys = [*KEYS, blob_key(name), blob_key(target)]
        return bool(await self._move(keys=keys, args=[name, target, ttl_ms]))
