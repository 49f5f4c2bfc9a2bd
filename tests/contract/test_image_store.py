"""The contract of every image store. Those with a quota have 1,000 bytes, 750 of them for sources."""

import asyncio
import hashlib

import pytest

from imagescaler.domain.errors import BlobNotFound, StoreFull
from imagescaler.usecases.ports import ImageStore


async def test_what_was_put_comes_back(store: ImageStore) -> None:
    data = bytes(range(256))
    await store.put("sources/1", data, ttl_s=60)
    assert await store.get("sources/1") == data


async def test_what_was_never_put_is_not_found(store: ImageStore) -> None:
    with pytest.raises(BlobNotFound):
        await store.get("sources/1")


async def test_deleting_makes_room_and_may_be_repeated(bounded_store: ImageStore) -> None:
    await bounded_store.put("sources/1", bytes(750), ttl_s=60)
    await bounded_store.delete("sources/1")
    await bounded_store.delete("sources/1")
    with pytest.raises(BlobNotFound):
        await bounded_store.get("sources/1")
    await bounded_store.put("sources/2", bytes(750), ttl_s=60)


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


async def test_sources_leave_room_for_results(bounded_store: ImageStore) -> None:
    await bounded_store.put("sources/1", bytes(750), ttl_s=60)
    with pytest.raises(StoreFull):
        await bounded_store.put("sources/2", b"x", ttl_s=60)
    await bounded_store.put("results/1/1", bytes(250), ttl_s=60)
    with pytest.raises(StoreFull, match="quota"):
        await bounded_store.put("results/2/1", b"x", ttl_s=60)


async def test_a_full_store_says_when_enough_of_it_expires(bounded_store: ImageStore) -> None:
    for number, ttl_s in enumerate((500, 100, 300)):
        await bounded_store.put(f"uploads/{number}", bytes(250), ttl_s=ttl_s)
    for needed, after_s in ((1, 100), (250, 100), (251, 300), (501, 500)):
        with pytest.raises(StoreFull) as caught:
            await bounded_store.put("sources/1", bytes(needed), ttl_s=60)
        assert caught.value.room_after_s is not None
        assert after_s - 3 < caught.value.room_after_s <= after_s
        assert caught.value.retry_after_s == caught.value.room_after_s


async def test_a_store_full_of_sources_has_room_once_they_are_scaled(bounded_store: ImageStore) -> None:
    await bounded_store.put("sources/1", bytes(400), ttl_s=600)
    await bounded_store.put("uploads/1", bytes(350), ttl_s=300)
    with pytest.raises(StoreFull) as caught:
        await bounded_store.put("sources/2", bytes(400), ttl_s=60)
    assert caught.value.room_after_s is None
    with pytest.raises(StoreFull) as caught:
        await bounded_store.put("sources/2", bytes(401), ttl_s=60)
    assert caught.value.room_after_s is not None
    assert 590 < caught.value.room_after_s <= 600


async def test_what_finds_no_room_leaves_what_it_would_have_replaced(bounded_store: ImageStore) -> None:
    await bounded_store.put("sources/1", bytes(300), ttl_s=60)
    await bounded_store.put("sources/2", bytes(300), ttl_s=60)
    with pytest.raises(StoreFull):
        await bounded_store.put("sources/2", bytes(451), ttl_s=60)
    assert await bounded_store.size("sources/2") == 300
    with pytest.raises(StoreFull):
        await bounded_store.put("sources/3", bytes(151), ttl_s=60)
    await bounded_store.put("sources/2", bytes(450), ttl_s=60)
    assert await bounded_store.size("sources/2") == 450


async def test_the_quota_holds_for_many_at_once(bounded_store: ImageStore) -> None:
    puts = (bounded_store.put(f"results/{number}/1", bytes(100), ttl_s=60) for number in range(30))
    outcomes = await asyncio.gather(*puts, return_exceptions=True)
    assert outcomes.count(None) == 10


async def test_the_beginning_of_a_blob_and_its_size_can_be_read(store: ImageStore) -> None:
    await store.put("uploads/1", b"0123456789", ttl_s=60)
    assert await store.size("uploads/1") == 10
    assert await store.get("uploads/1", first_bytes=4) == b"0123"
    assert await store.get("uploads/1", first_bytes=400) == b"0123456789"


async def test_the_hash_of_a_blob_is_right_if_the_store_has_it(store: ImageStore) -> None:
    await store.put("uploads/1", b"0123456789", ttl_s=60)
    assert await store.sha256("uploads/1") in {None, hashlib.sha256(b"0123456789").hexdigest()}
    assert await store.sha256("uploads/never") is None


async def test_the_beginning_of_an_empty_blob_is_empty(store: ImageStore) -> None:
    await store.put("results/1/1", b"", ttl_s=60)
    assert await store.get("results/1/1", first_bytes=4) == b""


@pytest.mark.parametrize("key", ["uploads/never", "uploads/over"])
async def test_what_is_not_there_has_neither_size_nor_beginning_nor_copy(store: ImageStore, key: str) -> None:
    await store.put("uploads/over", b"x", ttl_s=1)
    await asyncio.sleep(1.05)
    for question in (store.size(key), store.get(key, first_bytes=4), store.copy(key, "sources/1", ttl_s=60)):
        with pytest.raises(BlobNotFound):
            await question
    with pytest.raises(BlobNotFound):
        await store.get("sources/1")


async def test_a_copy_has_a_life_of_its_own(store: ImageStore) -> None:
    await store.put("uploads/1", b"image", ttl_s=1)
    await store.copy("uploads/1", "sources/1", ttl_s=60)
    await store.copy("uploads/1", "sources/2", ttl_s=60)
    await store.delete("sources/1")
    assert await store.get("uploads/1") == b"image"
    await asyncio.sleep(1.05)
    assert await store.get("sources/2") == b"image"
    assert await store.size("sources/2") == 5


async def test_a_copy_needs_room_too(bounded_store: ImageStore) -> None:
    await bounded_store.put("uploads/1", bytes(400), ttl_s=60)
    with pytest.raises(StoreFull):
        await bounded_store.copy("uploads/1", "sources/1", ttl_s=60)
    await bounded_store.copy("uploads/1", "results/1/1", ttl_s=60)
    with pytest.raises(StoreFull):
        await bounded_store.put("results/2/1", bytes(201), ttl_s=60)


async def test_it_answers(store: ImageStore) -> None:
    await store.ping()
