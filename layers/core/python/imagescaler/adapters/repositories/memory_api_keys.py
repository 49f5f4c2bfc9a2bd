"""API keys in memory, for tests."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from imagescaler.domain.api_key import ApiKey


class MemoryApiKeyRepository:
    """API keys in a dictionary."""

    def __init__(self, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.keys: dict[str, ApiKey] = {}
        self._clock = clock

    async def add(
        self, key_id: str, owner: str, secret_hash: str, quota: Mapping[str, int], webhook_url: str | None = None
    ) -> ApiKey:
        key = ApiKey(key_id, owner, secret_hash, self._clock(), quota=quota, webhook_url=webhook_url)
        return self.keys.setdefault(key_id, key)

    async def find(self, key_id: str) -> ApiKey | None:
        return self.keys.get(key_id)

    async def all(self) -> Sequence[ApiKey]:
        return sorted(self.keys.values(), key=lambda key: (key.created_at, key.id))

    async def set_quota(self, key_id: str, quota: Mapping[str, int]) -> ApiKey | None:
        if key_id in self.keys:
            self.keys[key_id] = replace(self.keys[key_id], quota=quota)
        return self.keys.get(key_id)

    async def set_webhook_url(self, key_id: str, webhook_url: str | None) -> ApiKey | None:
        if key_id in self.keys:
            self.keys[key_id] = replace(self.keys[key_id], webhook_url=webhook_url)
        return self.keys.get(key_id)

    async def revoke(self, key_id: str) -> ApiKey | None:
        key = self.keys.get(key_id)
        if key is not None and key.revoked_at is None:
            self.keys[key_id] = replace(key, revoked_at=self._clock())
        return self.keys.get(key_id)
