"""API keys in Postgres. All statements are in api_key_queries.sql."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from imagescaler.adapters.clients.postgres import Database
from imagescaler.adapters.repositories.statements import load
from imagescaler.domain.api_key import ApiKey


class PostgresApiKeyRepository:
    """A table with one row for each key."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @cached_property
    def _sql(self) -> Any:
        return load("api_key_queries.sql")

    async def add(self, key_id: str, owner: str, secret_hash: str) -> ApiKey:
        return ApiKey(**await self._database.row(self._sql.add, id=key_id, owner=owner, secret_hash=secret_hash))

    async def find(self, key_id: str) -> ApiKey | None:
        row = await self._database.row(self._sql.find, id=key_id)
        return ApiKey(**row) if row else None

    async def all(self) -> Sequence[ApiKey]:
        return [ApiKey(**row) for row in await self._database.rows(self._sql.all)]

    async def revoke(self, key_id: str) -> ApiKey | None:
        row = await self._database.row(self._sql.revoke, id=key_id)
        return ApiKey(**row) if row else None
