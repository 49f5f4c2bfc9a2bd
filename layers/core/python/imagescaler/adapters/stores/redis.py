"""An image store in Redis: each blob is a string with a time to live, and a ledger enforces the quota."""

import hashlib
from collections.abc import AsyncIterable, AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from uuid import uuid4

from redis.exceptions import OutOfMemoryError, RedisError

from imagescaler.adapters.clients.redis import KEY_PREFIX, RedisConnection, unavailable_as
from imagescaler.adapters.stores.quota import UPLOAD_SHARE, limit_bytes
from imagescaler.adapters.stores.redis_ledger import Ledger, Quota, blob_key
from imagescaler.domain.errors import BlobNotFound, StoreFull, StoreUnavailable

CHUNK_BYTES = 1 << 20
UNAVAILABLE = "The image store does not answer. Try again."
TOO_SLOW = "The image store was too slow, and what was written of the image has expired. Try again."


class RedisImageStore:
    """Blobs in the memory of Redis."""

    def __init__(self, connection: RedisConnection, *, quota_bytes: int) -> None:
        self._redis = connection
        self._quota_bytes = quota_bytes
        self._ledger = Ledger(connection)

    async def put(self, key: str, data: bytes, *, ttl_s: int) -> None:
        with self._errors():
            await self._ledger.put(key, data, ttl_ms=ttl_s * 1000, limit=limit_bytes(key, self._quota_bytes))

    async def get(self, key: str, *, first_bytes: int | None = None) -> bytes:
        with unavailable_as(StoreUnavailable, UNAVAILABLE):
            if first_bytes:
                data, exists = await self._redis.run(
                    ("GETRANGE", blob_key(key), 0, first_bytes - 1), ("EXISTS", blob_key(key))
                )
            else:
                [data] = await self._redis.run(("GET", blob_key(key)))
                exists = data is not None
        if not exists:
            raise BlobNotFound(key)
        return bytes(data)

    async def size(self, key: str) -> int:
        with unavailable_as(StoreUnavailable, UNAVAILABLE):
            size, exists = await self._redis.run(("STRLEN", blob_key(key)), ("EXISTS", blob_key(key)))
        if not exists:
            raise BlobNotFound(key)
        return int(size)

    async def sha256(self, key: str) -> str | None:
        with unavailable_as(StoreUnavailable, UNAVAILABLE):
            [digest] = await self._redis.run(("GET", _digest_key(key)))
        return digest.decode() if digest else None

    async def copy(self, key: str, target: str, *, ttl_s: int) -> None:
        with self._errors():
            limit = limit_bytes(target, self._quota_bytes)
            copied = await self._ledger.copy(key, target, ttl_ms=ttl_s * 1000, limit=limit)
        if not copied:
            raise BlobNotFound(key)

    async def exists(self, key: str) -> bool:
        with unavailable_as(StoreUnavailable, UNAVAILABLE):
            return bool((await self._redis.run(("EXISTS", blob_key(key))))[0])

    async def receive(
        self, key: str, chunks: AsyncIterable[bytes], *, size: int, ttl_s: int, account: str = ""
    ) -> bool:
        """Store a stream of `size` bytes; False if the key exists already. Raises StoreFull.

        The blob appears under its key once it is complete. It takes room as its bytes come, of the share of `account`
        if one is named, and what is incomplete is deleted.
        """
        limit, digest = limit_bytes(key, self._quota_bytes), hashlib.sha256()
        quota = Quota(limit, account, int(limit * UPLOAD_SHARE))
        async with self._writing() as partial:
            await self._ledger.check(size, quota)
            offset = 0
            async for chunk in chunks:
                await self._write(partial, offset, chunk, quota)
                digest.update(chunk)
                offset += len(chunk)
            is_new = await self._finish(partial, key, size, ttl_s)
        if is_new:
            with suppress(RedisError, OSError):  # without it, each task hashes its source
                await self._redis.run(("SET", _digest_key(key), digest.hexdigest(), "PX", ttl_s * 1000))
        return is_new

    async def _write(self, partial: str, offset: int, piece: bytes, quota: Quota) -> None:
        if not await self._ledger.write(partial, offset, piece, quota=quota):
            raise StoreUnavailable(TOO_SLOW)

    async def _finish(self, partial: str, key: str, size: int, ttl_s: int) -> bool:
        moved = await self._ledger.move(partial, key, size=size, ttl_ms=ttl_s * 1000)
        if moved < 0:
            raise StoreUnavailable(TOO_SLOW)
        return bool(moved)

    async def stream(self, key: str, part: range) -> AsyncIterator[bytes]:
        """Yield the bytes at these positions in chunks, up to the end of the blob."""
        offset = part.start
        with unavailable_as(StoreUnavailable, UNAVAILABLE):
            while offset < part.stop:
                last = min(offset + CHUNK_BYTES, part.stop) - 1
                [chunk] = await self._redis.run(("GETRANGE", blob_key(key), offset, last))
                if not chunk:
                    return
                yield chunk
                offset += len(chunk)

    async def delete(self, key: str) -> None:
        with unavailable_as(StoreUnavailable, UNAVAILABLE):
            await self._ledger.delete(key, _digest_key(key))

    async def ping(self) -> None:
        with unavailable_as(StoreUnavailable, UNAVAILABLE):
            await self._redis.run(("PING",))

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[str]:
        """Yield the key of a partial blob, which is deleted if it is still there at the end."""
        partial = f"partial/{uuid4()}"
        with self._errors():
            try:
                yield partial
            except BaseException:
                await self._ledger.delete(partial)
                raise

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Raise StoreFull if Redis is out of memory, because the quota exceeds its `maxmemory`."""
        with unavailable_as(StoreUnavailable, UNAVAILABLE):
            try:
                yield
            except OutOfMemoryError as error:
                raise StoreFull("The image store's memory is used up. Try again later.") from error


def _digest_key(key: str) -> str:
    """Key of the SHA-256 of a blob. It has no slash, so that it is not taken for a blob."""
    return f"{KEY_PREFIX}sha256:{key.replace('/', ':')}"
