"""A store in this process, for tests."""

import time
from collections.abc import Callable

from imagescaler.adapters.stores.quota import DEFAULT_QUOTA_BYTES, limit_bytes
from imagescaler.domain.errors import BlobNotFound, StoreFull


class MemoryImageStore:
    """Blobs in a dictionary, each with the time at which it is gone."""

    def __init__(
        self, *, quota_bytes: int = DEFAULT_QUOTA_BYTES, clock_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._budget_bytes = quota_bytes
        self._clock_s = clock_s
        self._blobs: dict[str, tuple[bytes, float]] = {}

    @property
    def blobs(self) -> dict[str, bytes]:
        """Give everything that is not gone yet."""
        return {key: data for key, (data, until) in self._blobs.items() if until > self._clock_s()}

    async def put(self, key: str, data: bytes, *, ttl_s: int) -> None:
        """Keep `data` for `ttl_s` seconds; raises StoreFull when the budget is used up."""
        others = sum(len(blob) for name, blob in self.blobs.items() if name != key)
        if others + len(data) > limit_bytes(key, self._budget_bytes):
            raise StoreFull("The images that are kept fill the store's budget. Try again later.")
        self._blobs[key] = (data, self._clock_s() + ttl_s)

    async def get(self, key: str, *, first_bytes: int | None = None) -> bytes:
        """Return what was put, or its beginning only; raises BlobNotFound."""
        try:
            return self.blobs[key][:first_bytes]
        except KeyError:
            raise BlobNotFound(key) from None

    async def size(self, key: str) -> int:
        """Return the number of bytes that were put; raises BlobNotFound."""
        return len(await self.get(key))

    async def copy(self, key: str, target: str, *, ttl_s: int) -> None:
        """Keep a second one under `target` for `ttl_s` seconds; raises BlobNotFound, StoreFull."""
        await self.put(target, await self.get(key), ttl_s=ttl_s)

    async def exists(self, key: str) -> bool:
        """Say whether `get` would find something."""
        return key in self.blobs

    async def delete(self, key: str) -> None:
        """Forget a key, known or not."""
        self._blobs.pop(key, None)

    async def ping(self) -> None:
        """Return when the store answers."""
