"""The store in Redis: every blob has a time to live, and a ledger keeps all of them inside a budget."""

from typing import Any

from redis.exceptions import OutOfMemoryError

from imagescaler.errors import BlobNotFound, StoreFull, StoreUnavailable
from imagescaler.redis_connection import KEY_PREFIX, open_client, unavailable_as
from imagescaler.stores import limit_bytes

EXPIRIES, SIZES, TOTAL = (KEY_PREFIX + name for name in ("blob-expiries", "blob-sizes", "blob-bytes"))
# Redis forgets blobs silently, so the ledger keeps each one's expiry and takes the expired off before it counts.
# The room is reserved before the bytes are sent: a client that dies in between leaves a reservation that expires.
FORGET = """
local function forget(key)
  local size = redis.call('HGET', KEYS[2], key)
  if size then
    redis.call('HDEL', KEYS[2], key)
    redis.call('ZREM', KEYS[1], key)
    redis.call('DECRBY', KEYS[3], size)
  end
end
"""
RESERVE = (
    FORGET
    + """
local time = redis.call('TIME')
local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)
local key, size, ttl_ms, limit = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
for _, gone in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now_ms, 'LIMIT', 0, 1000)) do forget(gone) end
forget(key)
if tonumber(redis.call('GET', KEYS[3]) or '0') + size > limit then return 0 end
redis.call('ZADD', KEYS[1], now_ms + ttl_ms, key)
redis.call('HSET', KEYS[2], key, size)
redis.call('INCRBY', KEYS[3], size)
return 1
"""
)
DELETE = FORGET + "forget(ARGV[1]) return redis.call('UNLINK', KEYS[4])"
AWAY = "The image store does not answer. Try again."
FULL = "The images that are kept fill the store's budget. Try again later."


class RedisImageStore:
    """One string per blob, and a ledger: expiries (sorted set), sizes (hash), their sum."""

    def __init__(self, url: str, *, budget_bytes: int) -> None:
        self._redis = open_client(url)
        self._budget_bytes = budget_bytes
        self._reserve = self._redis.register_script(RESERVE)
        self._delete = self._redis.register_script(DELETE)

    async def put(self, key: str, data: bytes, *, ttl_s: int) -> None:
        """Keep `data` for `ttl_s` seconds; raises StoreFull when the budget is used up."""
        ttl_ms = ttl_s * 1000
        limit = limit_bytes(key, self._budget_bytes)
        with unavailable_as(StoreUnavailable, AWAY):
            try:
                if not await self._reserve(keys=[EXPIRIES, SIZES, TOTAL], args=[key, len(data), ttl_ms, limit]):
                    raise StoreFull(FULL)
                await self._redis.set(KEY_PREFIX + key, data, px=ttl_ms)
            except OutOfMemoryError as error:
                await self.delete(key)
                raise StoreFull("The image store's memory is used up. Try again later.") from error

    async def get(self, key: str) -> bytes:
        """Return what was put; raises BlobNotFound."""
        with unavailable_as(StoreUnavailable, AWAY):
            data: Any = await self._redis.get(KEY_PREFIX + key)
        if not isinstance(data, bytes):
            raise BlobNotFound(key)
        return data

    async def exists(self, key: str) -> bool:
        """Say whether `get` would find something."""
        with unavailable_as(StoreUnavailable, AWAY):
            return bool(await self._redis.exists(KEY_PREFIX + key))

    async def delete(self, key: str) -> None:
        """Forget a key, known or not."""
        with unavailable_as(StoreUnavailable, AWAY):
            await self._delete(keys=[EXPIRIES, SIZES, TOTAL, KEY_PREFIX + key], args=[key])

    async def ping(self) -> None:
        """Return when the store answers."""
        with unavailable_as(StoreUnavailable, AWAY):
            await self._redis.ping()
