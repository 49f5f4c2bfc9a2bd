"""Keys in this process, for tests."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from imagescaler.domain.api_key import ApiKey


class MemoryApiKeyRepository:
    """Keys in a dictionary."""

    def __init__(self, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.keys: dict[str, ApiKey] = {}
        self._clock = clock

    async def add(self, key_id: str, owner: str, secret_hash: str) -> ApiKey:
        """Keep a new key."""
        return self.keys.setdefault(key_id, ApiKey(key_id, owner, secret_hash, self._clock()))

    async def find(self, key_id: str) -> ApiKey | None:
        """Look a key up, revoked or not."""
        return self.keys.get(key_id)

    async def all(self) -> Sequence[ApiKey]:
        """Give every key, the oldest first."""
        return sorted(self.keys.values(), key=lambda key: (key.created_at, key.id))

    async def revoke(self, key_id: str) -> ApiKey | None:
        """End a key; None when there is none."""
        key = self.keys.get(key_id)
        if key is not None and key.revoked_at is None:
            self.keys[key_id] = replace(key, revoked_at=self._clock())
        return self.keys.get(key_id)
