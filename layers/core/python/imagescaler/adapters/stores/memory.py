"""An image store in memory, for tests."""

import hashlib
import time
from collections.abc import Callable
from itertools import accumulate
from operator import itemgetter

from imagescaler.adapters.stores.quota import DEFAULT_QUOTA_BYTES, full, limit_bytes
from imagescaler.domain.errors import BlobNotFound


class MemoryImageStore:
    """Blobs in a dictionary, each with the time at which it expires."""

    def __init__(
        self, *, quota_bytes: int = DEFAULT_QUOTA_BYTES, clock_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._quota_bytes = quota_bytes
        self._clock_s = clock_s
        self._blobs: dict[str, tuple[bytes, float]] = {}

    @property
    def blobs(self) -> dict[str, bytes]:
        """All blobs that have not expired, by key."""
        return {key: data for key, (data, until) in self._blobs.items() if until > self._clock_s()}

    async def put(self, key: str, data: bytes, *, ttl_s: int) -> None:
        others = sum(len(blob) for name, blob in self.blobs.items() if name != key)
        if (excess := others + len(data) - limit_bytes(key, self._quota_bytes)) > 0:
            raise full(self._room_after_s(excess))
        self._blobs[key] = (data, self._clock_s() + ttl_s)

    def _room_after_s(self, needed: int) -> float | None:
        """Return the seconds until `needed` bytes have expired; None if that depends on the work that waits."""
        if sum(len(data) for key, data in self.blobs.items() if key.startswith("sources/")) >= needed:
            return None
        blobs = sorted((self._blobs[key] for key in self.blobs), key=itemgetter(1))
        sums = accumulate(len(data) for data, _ in blobs)
        ends = (until for (_, until), freed in zip(blobs, sums, strict=True) if freed >= needed)
        return next((until - self._clock_s() for until in ends), None)

    async def get(self, key: str, *, first_bytes: int | None = None) -> bytes:
        try:
            return self.blobs[key][:first_bytes]
        except KeyError:
            raise BlobNotFound(key) from None

    async def size(self, key: str) -> int:
        return len(await self.get(key))

    async def sha256(self, key: str) -> str | None:
        data = self.blobs.get(key)
        return None if data is None else hashlib.sha256(data).hexdigest()

    async def copy(self, key: str, target: str, *, ttl_s: int) -> None:
        await self.put(target, await self.get(key), ttl_s=ttl_s)

    async def exists(self, key: str) -> bool:
        return key in self.blobs

    async def delete(self, key: str) -> None:
        self._blobs.pop(key, None)

    async def ping(self) -> None:
        pass
