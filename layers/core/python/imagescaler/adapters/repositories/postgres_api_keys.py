"""API keys in Postgres. All statements are in api_key_queries.sql."""

import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from imagescaler.adapters.clients.postgres import Database, Row
from imagescaler.adapters.repositories.statements import load
from imagescaler.domain.api_key import ApiKey
from imagescaler.domain.quota import Use


class PostgresApiKeyRepository:
    """A table with one row for each key, and one with quotas."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @cached_property
    def _sql(self) -> Any:
        return load("api_key_queries.sql")

    async def add(
        self, key_id: str, owner: str, secret_hash: str, quota: Mapping[str, int], webhook_url: str | None = None
    ) -> ApiKey:
        own = {"quota": json.dumps(quota), "webhook_url": webhook_url}
        await self._database.value(self._sql.add, id=key_id, owner=owner, secret_hash=secret_hash, **own)
        return _key(await self._database.row(self._sql.find, id=key_id))

    async def find(self, key_id: str) -> ApiKey | None:
        row = await self._database.row(self._sql.find, id=key_id)
        return _key(row) if row else None

    async def all(self) -> Sequence[ApiKey]:
        return [_key(row) for row in await self._database.rows(self._sql.all)]

    async def set_quota(self, key_id: str, quota: Mapping[str, int]) -> ApiKey | None:
        await self._database.value(self._sql.set_quota, id=key_id, quota=json.dumps(quota))
        return await self.find(key_id)

    async def set_webhook_url(self, key_id: str, webhook_url: str | None) -> ApiKey | None:
        await self._database.value(self._sql.set_webhook_url, id=key_id, webhook_url=webhook_url)
        return await self.find(key_id)

    async def revoke(self, key_id: str) -> ApiKey | None:
        await self._database.value(self._sql.revoke, id=key_id)
        return await self.find(key_id)


def _key(row: Row) -> ApiKey:
    return ApiKey(
        row["id"],
        row["owner"],
        row["secret_hash"],
        row["created_at"],
        row["revoked_at"],
        json.loads(row["quota"]),
        Use(row["tasks"], row["pixels"]),
        row["webhook_url"],
    )
