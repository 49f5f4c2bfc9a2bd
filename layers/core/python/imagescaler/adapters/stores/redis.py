"""An image store in Redis: each blob is a string with a time to live, and a ledger enforces the quota."""

from collections.abc import AsyncIterable, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

from redis.exceptions import OutOfMemoryError

from imagescaler.adapters.clients.redis import open_client, unavailable_as
from imagescaler.adapters.stores.quota import FULL, limit_bytes
from imagescaler.adapters.stores.redis_ledger import Ledger, blob_key
from imagescaler.domain.errors import BlobNotFound, StoreFull, StoreUnavailable

CHUNK_BYTES = 1 << 20
PARTIAL_TTL_S = 60  # a partial upload is deleted if its writer was killed
UNAVAILABLE = "The image store does not answer. Try again."


class RedisImageStore:
    """Blobs in the memory of Redis."""

    def __init__(self, url: str, *, quota_bytes: int) -> None:
        self._redis = open_client(url)
        self._quota_bytes = quota_bytes
        self._ledger = Ledger(self._redis)

    async def put(self, key: str, data: bytes, *, ttl_s: int) -> None:
        async with self._writing(key):
            ttl_ms, limit = ttl_s * 1000, limit_bytes(key, self._quota_bytes)
            if not await self._ledger.reserve(key, len(data), ttl_ms=ttl_ms, limit=limit):
                raise StoreFull(FULL)
            await self._redis.set(blob_key(key), data, px=ttl_ms)

    async def get(self, key: str, *, first_bytes: int | None = None) -> bytes:
        with unavailable_as(StoreUnavailable, UNAVAILABLE):
            data: Any = first_bytes and await self._redis.getrange(blob_key(key), 0, first_bytes - 1)
            data = data or await self._redis.get(blob_key(key))  # GETRANGE answers "" for a missing key too
        if not isinstance(data, bytes):
            raise BlobNotFound(key)
        return data

    async def size(self, key: str) -> int:
        with unavailable_as(StoreUnavailable, UNAVAILABLE):
            size = int(await self._redis.strlen(blob_key(key)))
            if not size and not await self._redis.exists(blob_key(key)):
                raise BlobNotFound(key)
        return size

    async def copy(self, key: str, target: str, *, ttl_s: int) -> None:
        async with self._writing(target):
            limit = limit_bytes(target, self._quota_bytes)
            copied = await self._ledger.copy(key, target, ttl_ms=ttl_s * 1000, limit=limit)
        if copied is None:
            raise BlobNotFound(key)
        if not copied:
            raise StoreFull(FULL)

    async def exists(self, key: str) -> bool:
        with unavailable_as(StoreUnavailable, UNAVAILABLE):
            return bool(await self._redis.exists(blob_key(key)))

    async def receive(self, key: str, chunks: AsyncIterable[bytes], *, size: int, ttl_s: int) -> bool:
        """Store a stream of `size` bytes; False if the key exists already. Raises StoreFull.

        The blob appears under its key once it is complete. An incomplete one is deleted.
        """
        partial, ttl_ms = f"partial/{uuid4()}", ttl_s * 1000
        async with self._writing(partial):
            limit = limit_bytes(key, self._quota_bytes)
            if not await self._ledger.reserve(partial, size, ttl_ms=ttl_ms, limit=limit):
                raise StoreFull(FULL)
            try:
                await self._write(blob_key(partial), chunks, size)
                return await self._ledger.move(partial, key, ttl_ms=ttl_ms)
            finally:
                await self._ledger.delete(partial)

    async def _write(self, key: str, chunks: AsyncIterable[bytes], size: int) -> None:
        await self._write_at(key, size - 1, b"\0")  # allocates all of the memory at once
        offset = 0
        async for chunk in chunks:
            await self._write_at(key, offset, chunk)
            offset += len(chunk)

    async def _write_at(self, key: str, offset: int, data: bytes) -> None:
        written: Any = self._redis.pipeline(transaction=False)
        await written.setrange(key, offset, data).expire(key, PARTIAL_TTL_S).execute()

    async def stream(self, key: str, part: range) -> AsyncIterator[bytes]:
        """Yield the bytes at these positions in chunks, up to the end of the blob."""
        redis: Any = self._redis
        offset = part.start
        with unavailable_as(StoreUnavailable, UNAVAILABLE):
            while offset < part.stop:
                last = min(offset + CHUNK_BYTES, part.stop) - 1
                if not (chunk := await redis.getrange(blob_key(key), offset, last)):
                    return
                yield chunk
                offset += len(chunk)

    async def delete(self, key: str) -> None:
        with unavailable_as(StoreUnavailable, UNAVAILABLE):
            await self._ledger.delete(key)

    async def ping(self) -> None:
        with unavailable_as(StoreUnavailable, UNAVAILABLE):
            await self._redis.ping()

    @asynccontextmanager
    async def _writing(self, key: str) -> AsyncIterator[None]:
        """Delete the blob and raise StoreFull if Redis is out of memory: the quota exceeds its `maxmemory`."""
        with unavailable_as(StoreUnavailable, UNAVAILABLE):
            try:
                yield
            except OutOfMemoryError as error:
                await self._ledger.delete(key)
                raise StoreFull("The image store's memory is used up. Try again later.") from error
