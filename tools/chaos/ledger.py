"""Compares the ledger of the image store in Redis with its blobs."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

from imagescaler.adapters.clients.redis import KEY_PREFIX
from imagescaler.adapters.stores.redis_ledger import KEYS

EXPIRIES, SIZES, TOTAL, ACCOUNTS, ACCOUNT_TOTALS = KEYS
TOLERANCE_MS = 2_000
BLOB = "string"  # the ends of tasks are streams
GONE = -2  # what PTTL returns without a key


@dataclass(frozen=True, slots=True)
class Entries:
    """The ledger: expiries in milliseconds since the epoch, sizes and sums in bytes."""

    expiries: Mapping[str, float]
    sizes: Mapping[str, int]
    accounts: Mapping[str, str]
    account_totals: Mapping[str, int]
    total: int

    @classmethod
    async def read(cls, redis: Any) -> Self:
        """Read the ledger."""
        return cls(
            {_text(name): at for name, at in await redis.zrange(EXPIRIES, 0, -1, withscores=True)},
            {_text(name): int(size) for name, size in (await redis.hgetall(SIZES)).items()},
            {_text(name): _text(account) for name, account in (await redis.hgetall(ACCOUNTS)).items()},
            {_text(account): int(size) for account, size in (await redis.hgetall(ACCOUNT_TOTALS)).items()},
            int(await redis.get(TOTAL) or 0),
        )

    def wrong_sums(self) -> Iterator[str]:
        """Yield a sentence for each sum that is not that of its sizes."""
        if self.expiries.keys() != self.sizes.keys():
            yield "the ledger has expiries and sizes of different blobs"
        if self.total != sum(self.sizes.values()):
            yield f"the ledger's sum is {self.total}; its sizes make {sum(self.sizes.values())}"
        shares: Counter[str] = Counter()
        for name, account in self.accounts.items():
            shares[account] += self.sizes.get(name, 0)
        if self.account_totals != +shares:
            yield f"the ledger's sums of accounts are {self.account_totals}; its sizes make {dict(shares)}"


async def differences(redis: Any) -> list[str]:
    """Return what the ledger and the blobs differ in, a sentence each; the store must be at rest.

    Sizes, sums and expiries are compared. An entry whose blob has just expired is none: it is removed later.
    """
    entries = await Entries.read(redis)
    return [*entries.wrong_sums(), *[each async for each in _wrong_blobs(redis, entries)]]


async def _wrong_blobs(redis: Any, entries: Entries) -> AsyncIterator[str]:
    seconds, microseconds = await redis.time()
    now_ms = seconds * 1000 + microseconds // 1000
    names = {_text(key).removeprefix(KEY_PREFIX) async for key in redis.scan_iter(f"{KEY_PREFIX}*/*", _type=BLOB)}
    for name in sorted(names | entries.sizes.keys()):
        held, left_ms = await redis.strlen(KEY_PREFIX + name), await redis.pttl(KEY_PREFIX + name)
        counted, counted_ms = entries.sizes.get(name, 0), entries.expiries.get(name, now_ms) - now_ms
        if left_ms == GONE:
            if counted_ms > TOLERANCE_MS:
                yield f"{name} is in the ledger and has no blob"
        elif name not in entries.sizes:
            yield f"{name} is not in the ledger"
        elif held != counted:
            yield f"{name} has {held} bytes; the ledger has {counted}"
        elif abs(left_ms - counted_ms) > TOLERANCE_MS:
            yield f"{name} expires in {left_ms} ms; in the ledger it does in {counted_ms:.0f} ms"


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value
