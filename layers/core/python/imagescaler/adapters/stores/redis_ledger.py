"""The ledger of the blobs in Redis: size, expiry and account of each, and the sums of the sizes."""

from dataclasses import dataclass
from typing import Any, Literal

from imagescaler.adapters.clients.redis import KEY_PREFIX, Command, RedisConnection, Script
from imagescaler.adapters.stores.quota import full

KEYS = [KEY_PREFIX + name for name in ("blob-expiries", "blob-sizes", "blob-bytes", "blob-accounts", "account-bytes")]
# Redis expires blobs without notice, so the ledger stores their expiries and removes expired entries before it counts.
# Each script changes blob and entry together, so that a client which dies between two leaves them equal.
COMMON = """
local FITS, FULL, SHARE_USED_UP, GONE = 0, 1, 2, 3
local function now_ms()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
local function forget(name)
  local size = redis.call('HGET', KEYS[2], name)
  if not size then return end
  redis.call('HDEL', KEYS[2], name)
  redis.call('ZREM', KEYS[1], name)
  redis.call('DECRBY', KEYS[3], size)
  local account = redis.call('HGET', KEYS[4], name)
  if account then
    redis.call('HDEL', KEYS[4], name)
    if redis.call('HINCRBY', KEYS[5], account, -size) <= 0 then redis.call('HDEL', KEYS[5], account) end
  end
end
local function add(name, size, ttl_ms, account)
  forget(name)
  redis.call('ZADD', KEYS[1], now_ms() + ttl_ms, name)
  redis.call('HSET', KEYS[2], name, size)
  redis.call('INCRBY', KEYS[3], size)
  if account ~= '' then
    redis.call('HSET', KEYS[4], name, account)
    redis.call('HINCRBY', KEYS[5], account, size)
  end
end
-- Milliseconds until `needed` bytes, of one account if one is named, have expired. -1 if sources would be enough, which
-- are deleted as soon as their tasks have ended, and if the 1,000 entries that expire first are not.
local function room_after_ms(needed, account)
  local now, expired, sources, after = now_ms(), 0, 0, -1
  local entries = redis.call('ZRANGE', KEYS[1], 0, 999, 'WITHSCORES')
  for i = 1, #entries, 2 do
    local name = entries[i]
    if account == '' or redis.call('HGET', KEYS[4], name) == account then
      local size = tonumber(redis.call('HGET', KEYS[2], name) or '0')
      expired = expired + size
      if string.sub(name, 1, 8) == 'sources/' then sources = sources + size end
      if after < 0 and expired >= needed then after = math.max(entries[i + 1] - now, 1) end
    end
  end
  return sources >= needed and -1 or after
end
-- Whether a blob may have `size` bytes, in place of its own.
local function check(name, size, limit, account, share)
  for _, gone in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now_ms(), 'LIMIT', 0, 1000)) do forget(gone) end
  local old = tonumber(redis.call('HGET', KEYS[2], name) or '0')
  local excess = tonumber(redis.call('GET', KEYS[3]) or '0') - old + size - limit
  if excess > 0 then return {FULL, room_after_ms(excess, '')} end
  if account == '' then return {FITS, 0} end
  excess = tonumber(redis.call('HGET', KEYS[5], account) or '0') - old + size - share
  if excess > 0 then return {SHARE_USED_UP, room_after_ms(excess, account)} end
  return {FITS, 0}
end
"""
# The bytes have been set under a key of their own, in the same transaction: Lua would copy an argument.
PUT = """
local size, ttl_ms = redis.call('STRLEN', KEYS[6]), tonumber(ARGV[2])
local outcome = check(ARGV[1], size, tonumber(ARGV[3]), '', 0)
if outcome[1] ~= FITS then
  redis.call('UNLINK', KEYS[6])
  return outcome
end
add(ARGV[1], size, ttl_ms, '')
redis.call('RENAME', KEYS[6], KEYS[7])
redis.call('PEXPIRE', KEYS[7], ttl_ms)
return outcome
"""
CHECK = "return check('', tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[4]))"
WRITE = """
local name, ttl_ms, limit, account, share = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4], tonumber(ARGV[5])
local offset, chunk, held = tonumber(ARGV[6]), ARGV[7], redis.call('STRLEN', KEYS[6])
if held < offset then return {GONE, 0} end
local size = math.max(held, offset + #chunk)
local outcome = check(name, size, limit, account, share)
if outcome[1] ~= FITS then return outcome end
add(name, size, ttl_ms, account)
redis.call('SETRANGE', KEYS[6], offset, chunk)
redis.call('PEXPIRE', KEYS[6], ttl_ms)
return outcome
"""
DELETE = "forget(ARGV[1]) return redis.call('UNLINK', unpack(KEYS, 6))"
COPY = """
if redis.call('EXISTS', KEYS[6]) == 0 then return {GONE, 0} end
local size = redis.call('STRLEN', KEYS[6])
local outcome = check(ARGV[1], size, tonumber(ARGV[3]), '', 0)
if outcome[1] ~= FITS then return outcome end
add(ARGV[1], size, tonumber(ARGV[2]), '')
redis.call('COPY', KEYS[6], KEYS[7], 'REPLACE')
redis.call('PEXPIRE', KEYS[7], ARGV[2])
return outcome
"""
# A command may be repeated after its answer was lost: then the blob has its new name already.
MOVE = """
local size = tonumber(ARGV[4])
if redis.call('EXISTS', KEYS[6]) == 0 or redis.call('STRLEN', KEYS[6]) ~= size then
  local is_moved = redis.call('EXISTS', KEYS[7]) == 1 and redis.call('STRLEN', KEYS[7]) == size
  return is_moved and 1 or -1
end
if redis.call('EXISTS', KEYS[7]) == 1 then
  forget(ARGV[1])
  redis.call('UNLINK', KEYS[6])
  return 0
end
local account = redis.call('HGET', KEYS[4], ARGV[1]) or ''
redis.call('RENAME', KEYS[6], KEYS[7])
forget(ARGV[1])
add(ARGV[2], size, tonumber(ARGV[3]), account)
redis.call('PEXPIRE', KEYS[7], ARGV[3])
return 1
"""
GONE = 3
PARTIAL_TTL_MS = 30_000  # renewed with each piece; what a killed writer leaves is deleted after this time


def blob_key(name: str) -> str:
    """Return the Redis key of a blob."""
    return KEY_PREFIX + name


PUT_SCRIPT, CHECK_SCRIPT, WRITE_SCRIPT, DELETE_SCRIPT, COPY_SCRIPT, MOVE_SCRIPT = SCRIPTS = [
    Script(COMMON + script) for script in (PUT, CHECK, WRITE, DELETE, COPY, MOVE)
]


@dataclass(frozen=True, slots=True)
class Quota:
    """The bytes that the store may hold with a blob, and of those the share of the blob's account, if it has one."""

    limit: int
    account: str = ""
    share: int = 0


class Ledger:
    """Atomic operations on blobs and their entries, as Lua scripts. Those that take room raise StoreFull."""

    def __init__(self, redis: RedisConnection) -> None:
        self._redis = redis
        redis.load(*SCRIPTS)

    async def put(self, name: str, data: bytes, *, ttl_ms: int, limit: int) -> None:
        """Write a whole blob in one round trip, in place of the one that has the name."""
        partial = blob_key(f"partial/{name}")
        keys = [*KEYS, partial, blob_key(name)]
        replies = await self._redis.transaction(
            ("SET", partial, data, "PX", PARTIAL_TTL_MS), PUT_SCRIPT.call(keys, name, ttl_ms, limit)
        )
        _settle(replies[-1])

    async def check(self, size: int, quota: Quota) -> None:
        """Raise StoreFull if there is no room for `size` bytes more."""
        _settle(await self._run(CHECK_SCRIPT.call(KEYS, size, quota.limit, quota.account, quota.share)))

    async def write(self, name: str, offset: int, data: bytes, *, quota: Quota) -> bool:
        """Write a part of a blob, count it, and renew the blob; False if it has fewer than `offset` bytes."""
        keys, limits = [*KEYS, blob_key(name)], (quota.limit, quota.account, quota.share)
        return _settle(await self._run(WRITE_SCRIPT.call(keys, name, PARTIAL_TTL_MS, *limits, offset, data)))

    async def delete(self, name: str, *others: str) -> None:
        """Delete a blob, its entry, and other keys."""
        await self._run(DELETE_SCRIPT.call([*KEYS, blob_key(name), *others], name))

    async def copy(self, name: str, target: str, *, ttl_ms: int, limit: int) -> bool:
        """Copy a blob; False if it does not exist."""
        keys = [*KEYS, blob_key(name), blob_key(target)]
        return _settle(await self._run(COPY_SCRIPT.call(keys, target, ttl_ms, limit)))

    async def move(self, name: str, target: str, *, size: int, ttl_ms: int) -> Literal[-1, 0, 1]:
        """Rename a blob of `size` bytes, and return 1.

        Returns 0, and deletes the blob, if `target` exists; -1 if the blob has another size.
        """
        keys = [*KEYS, blob_key(name), blob_key(target)]
        outcome: Literal[-1, 0, 1] = await self._run(MOVE_SCRIPT.call(keys, name, target, ttl_ms, size))
        return outcome

    async def _run(self, command: Command) -> Any:
        return (await self._redis.run(command))[0]


def _settle(outcome: Any) -> bool:
    """Return False if a blob was gone; raises StoreFull."""
    code, after_ms = outcome
    if code in (0, GONE):
        return not code
    raise full(None if after_ms < 0 else after_ms / 1000, of_share=code > 1)
