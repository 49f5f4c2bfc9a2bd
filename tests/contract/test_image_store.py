"""What every image store promises; the ones here have a budget of 1,000 bytes, 750 of them for sources."""

import asyncio

import pytest

from imagescaler.errors import BlobNotFound, StoreFull
from imagescaler.ports import ImageStore


async def test_what_was_put_comes_back(store: ImageStore) -> None:
    data = bytes(range(256))
    await store.put("sources/1", data, ttl_s=60)
    assert await store.get("sources/1") == data


async def test_what_was_never_put_is_not_found(store: ImageStore) -> None:
    with pytest.raises(BlobNotFound):
        await store.get("sources/1")


async def test_deleting_makes_room_and_may_be_repeated(store: ImageStore) -> None:
    await store.put("sources/1", bytes(750), ttl_s=60)
    await store.delete("sources/1")
    await store.delete("sources/1")
    with pytest.raises(BlobNotFound):
        await store.get("sources/1")
    await store.put("sources/2", bytes(750), ttl_s=60)


async def test_putting_again_replaces(store: ImageStore) -> None:
    await store.put("sources/1", bytes(700), ttl_s=60)
    await store.put("sources/1", b"new", ttl_s=60)
    assert await store.get("sources/1") == b"new"
    await store.put("sources/2", bytes(740), ttl_s=60)


async def test_what_is_there_exists_and_nothing_else(store: ImageStore) -> None:
    await store.put("sources/1", b"", ttl_s=60)
    assert await store.exists("sources/1")
    assert not await store.exists("sources/2")
    await store.delete("sources/1")
    assert not await store.exists("sources/1")


async def test_a_blob_has_an_end_and_then_makes_room(store: ImageStore) -> None:
    await store.put("sources/1", bytes(700), ttl_s=1)
    await asyncio.sleep(1.05)
    assert not await store.exists("sources/1")
    with pytest.raises(BlobNotFound):
        await store.get("sources/1")
    await store.put("sources/2", bytes(700), ttl_s=60)


async def test_sources_leave_room_for_results(store: ImageStore) -> None:
    await store.put("sources/1", bytes(750), ttl_s=60)
    with pytest.raises(StoreFull):
        await store.put("sources/2", b"x", ttl_s=60)
    await store.put("results/1/1", bytes(250), ttl_s=60)
    with pytest.raises(StoreFull, match="budget"):
        await store.put("results/2/1", b"x", ttl_s=60)


async def test_the_budget_holds_for_many_at_once(store: ImageStore) -> None:
    puts = (store.put(f"results/{number}/1", bytes(100), ttl_s=60) for number in range(30))
    outcomes = await asyncio.gather(*puts, return_exceptions=True)
    assert outcomes.count(None) == 10


async def test_it_answers(store: ImageStore) -> None:
    await store.ping()
