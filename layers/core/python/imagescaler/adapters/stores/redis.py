"""The store in Redis: every blob is a string with a time to live, and a ledger keeps all of them inside a budget."""

from collections.abc import AsyncIterable, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

from redis.exceptions import OutOfMemoryError

from imagescaler.adapters.clients.redis import open_client, unavailable_as
from imagescaler.adapters.stores.quota import limit_bytes
from imagescaler.adapters.stores.redis_ledger import Ledger, blob_key
from imagescaler.domain.errors import BlobNotFound, StoreFull, StoreUnavailable

PIECE_BYTES = 1 << 20
SILENCE_S = 60  # what is arriving and was not heard of for so long is gone, whoever wrote it
AWAY = "The image store does not answer. Try again."
FULL = "The images that are kept fill the store's budget. Try again later."


class RedisImageStore:
    """Blobs in the memory of Redis."""

    def __init__(self, url: str, *, quota_bytes: int) -> None:
        self._redis = open_client(url)
        self._budget_bytes = quota_bytes
        self._ledger = Ledger(self._redis)

    async def put(self, key: str, data: bytes, *, ttl_s: int) -> None:
        """Keep `data` for `ttl_s` seconds; raises StoreFull when the budget is used up."""
        async with self._room_for(key):
            ttl_ms, limit = ttl_s * 1000, limit_bytes(key, self._budget_bytes)
            if not await self._ledger.reserve(key, len(data), ttl_ms=ttl_ms, limit=limit):
                raise StoreFull(FULL)
            await self._redis.set(blob_key(key), data, px=ttl_ms)

    async def get(self, key: str, *, first_bytes: int | None = None) -> bytes:
        """Return what was put, or its beginning only; raises BlobNotFound."""
        with unavailable_as(StoreUnavailable, AWAY):
            data: Any = first_bytes and await self._redis.getrange(blob_key(key), 0, first_bytes - 1)
            data = data or await self._redis.get(blob_key(key))  # an empty answer may be that of no blob at all
        if not isinstance(data, bytes):
            raise BlobNotFound(key)
        return data

    async def size(self, key: str) -> int:
        """Return the number of bytes that were put; raises BlobNotFound."""
        with unavailable_as(StoreUnavailable, AWAY):
            size = int(await self._redis.strlen(blob_key(key)))
            if not size and not await self._redis.exists(blob_key(key)):
                raise BlobNotFound(key)
        return size

    async def copy(self, key: str, target: str, *, ttl_s: int) -> None:
        """Keep a second one under `target` for `ttl_s` seconds; raises BlobNotFound, StoreFull."""
        async with self._room_for(target):
            limit = limit_bytes(target, self._budget_bytes)
            copied = await self._ledger.copy(key, target, ttl_ms=ttl_s * 1000, limit=limit)
        if copied is None:
            raise BlobNotFound(key)
        if not copied:
            raise StoreFull(FULL)

    async def exists(self, key: str) -> bool:
        """Say whether `get` would find something."""
        with unavailable_as(StoreUnavailable, AWAY):
            return bool(await self._redis.exists(blob_key(key)))

    async def receive(self, key: str, chunks: AsyncIterable[bytes], *, size: int, ttl_s: int) -> bool:
        """Keep what comes in pieces, `size` bytes together; False when there is something under `key` already.

        Nobody sees it before it is whole, and nothing is left of what does not become so. Raises StoreFull.
        """
        arriving, ttl_ms = f"arriving/{uuid4()}", ttl_s * 1000
        async with self._room_for(arriving):
            limit = limit_bytes(key, self._budget_bytes)
            if not await self._ledger.reserve(arriving, size, ttl_ms=ttl_ms, limit=limit):
                raise StoreFull(FULL)
            try:
                await self._write(blob_key(arriving), chunks, size)
                return await self._ledger.move(arriving, key, ttl_ms=ttl_ms)
            finally:
                await self._ledger.delete(arriving)

    async def _write(self, key: str, chunks: AsyncIterable[bytes], size: int) -> None:
        await self._write_at(key, size - 1, b"\0")  # all of the memory at once, not ever larger pieces
        offset = 0
        async for chunk in chunks:
            await self._write_at(key, offset, chunk)
            offset += len(chunk)

    async def _write_at(self, key: str, offset: int, data: bytes) -> None:
        written: Any = self._redis.pipeline(transaction=False)
        await written.setrange(key, offset, data).expire(key, SILENCE_S).execute()

    async def pieces(self, key: str, part: range) -> AsyncIterator[bytes]:
        """Give the bytes of a blob at these positions piece by piece; it ends early where the blob does."""
        redis: Any = self._redis
        offset = part.start
        with unavailable_as(StoreUnavailable, AWAY):
            while offset < part.stop:
                last = min(offset + PIECE_BYTES, part.stop) - 1
                if not (piece := await redis.getrange(blob_key(key), offset, last)):
                    return
                yield piece
                offset += len(piece)

    async def delete(self, key: str) -> None:
        """Forget a key, known or not."""
        with unavailable_as(StoreUnavailable, AWAY):
            await self._ledger.delete(key)

    async def ping(self) -> None:
        """Return when the store answers."""
        with unavailable_as(StoreUnavailable, AWAY):
            await self._redis.ping()

    @asynccontextmanager
    async def _room_for(self, key: str) -> AsyncIterator[None]:
        """Take a blob back that is larger than Redis' memory: its budget was set too high."""
        with unavailable_as(StoreUnavailable, AWAY):
            try:
                yield
            except OutOfMemoryError as error:
                await self._ledger.delete(key)
                raise StoreFull("The image store's memory is used up. Try again later.") from error
