"""The comparison of the store's ledger with its blobs: it must find what it is there for."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from redis.asyncio import Redis

from imagescaler.adapters.clients.redis import RedisConnection
from imagescaler.adapters.stores.redis import RedisImageStore
from tools.chaos.ledger import differences


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Any]:
    """Return a client of a Redis with two blobs, one of which counts for an account."""

    async def chunks() -> AsyncIterator[bytes]:
        yield bytes(50)

    store = RedisImageStore(RedisConnection(redis_url), quota_bytes=1000)
    await store._redis.run(("FLUSHDB",))
    await store.put("sources/1", bytes(100), ttl_s=60)
    await store.receive("uploads/1", chunks(), size=50, ttl_s=60, account="ada")
    async with Redis.from_url(redis_url) as client:
        yield client
    await store._redis.aclose()


async def test_a_store_at_rest_has_no_differences(redis: Any) -> None:
    await redis.xadd("imagescaler:ends/1", {"ended": "1"})
    assert await differences(redis) == []


DAMAGE: dict[str, tuple[tuple[str, ...], str]] = {
    "a reservation without a blob": (("unlink", "imagescaler:sources/1"), "sources/1 is in the ledger and has no blob"),
    "a blob without an entry": (("set", "imagescaler:results/1/1", "x"), "results/1/1 is not in the ledger"),
    "another size": (("append", "imagescaler:sources/1", "x"), "sources/1 has 101 bytes; the ledger has 100"),
    "a blob that lives longer": (("persist", "imagescaler:sources/1"), "sources/1 expires in -1 ms"),
    "an entry that lives longer": (
        ("zincrby", "imagescaler:blob-expiries", "3400000", "sources/1"),
        "in the ledger it does in 34",
    ),
    "a wrong sum": (("incrby", "imagescaler:blob-bytes", "7"), "the ledger's sum is 157; its sizes make 150"),
    "a wrong sum of an account": (("hincrby", "imagescaler:account-bytes", "ada", "7"), "{'ada': 57}"),
    "an account of nothing": (("hincrby", "imagescaler:account-bytes", "bob", "7"), "'bob': 7"),
}


@pytest.mark.parametrize(("command", "says"), DAMAGE.values(), ids=DAMAGE)
async def test_what_ledger_and_blobs_differ_in_is_named(redis: Any, command: tuple[str, ...], says: str) -> None:
    await redis.execute_command(*command)
    [found] = await differences(redis)
    assert says in found
