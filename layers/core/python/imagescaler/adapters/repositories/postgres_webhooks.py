"""Webhooks and their secrets in Postgres. All statements are in webhook_queries.sql."""

from collections.abc import Sequence
from dataclasses import fields
from functools import cached_property
from typing import Any
from uuid import UUID

import asyncpg
from pydantic import TypeAdapter

from imagescaler.adapters.clients.postgres import Database, Row, Statement
from imagescaler.adapters.repositories.statements import load
from imagescaler.domain.errors import WebhookNotFound
from imagescaler.domain.webhook import (
    MAX_LISTED_ATTEMPTS,
    DeliveryAttempt,
    DeliveryLimits,
    EventType,
    Webhook,
    WebhookStatus,
)
from imagescaler.domain.webhook_secret import WebhookSecret

ATTEMPTS: TypeAdapter[tuple[DeliveryAttempt, ...]] = TypeAdapter(tuple[DeliveryAttempt, ...])
COLUMNS = [each.name for each in fields(Webhook)]


class PostgresWebhookRepository:
    """A table with one row for each webhook, and one for each secret."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @cached_property
    def _sql(self) -> Any:
        return load("webhook_queries.sql")

    async def claim(self, task_id: UUID, *, lease_s: float, limits: DeliveryLimits) -> Webhook | None:
        row = await self._locked(
            self._sql.claim,
            task_id=task_id,
            lease_s=float(lease_s),
            most_of_host=limits.most_of_host,
            most_of_owner=limits.most_of_owner,
        )
        return _webhook(row) if row else None

    async def record(
        self,
        webhook: Webhook,
        attempt: DeliveryAttempt,
        status: WebhookStatus,
        *,
        delay_s: float | None,
        message_id: str | None,
        limits: DeliveryLimits,
    ) -> UUID | None:
        attempts = (*webhook.attempts, attempt)[-MAX_LISTED_ATTEMPTS:]
        row = await self._locked(
            self._sql.record,
            task_id=webhook.task_id,
            id=webhook.id,
            attempt=webhook.attempt,
            status=status,
            attempts=ATTEMPTS.dump_json(attempts).decode(),
            delay_s=delay_s,
            message_id=message_id,
            most_of_host=limits.most_of_host,
        )
        return row["task_id"] if row else None

    async def take_due(self, *, older_than_s: float, limit: int) -> Sequence[Webhook]:
        rows = await self._database.rows(self._sql.take_due, older_than_s=float(older_than_s), limit=limit)
        return [_webhook(row) for row in rows]

    async def note_message(self, webhook_id: UUID, message_id: str) -> None:
        await self._database.value(self._sql.note_message, id=webhook_id, message_id=message_id)

    async def delete_ended(self, *, older_than_s: float, limit: int) -> int:
        return int(await self._database.value(self._sql.delete_ended, older_than_s=float(older_than_s), limit=limit))

    async def of_task(self, task_id: UUID) -> Sequence[Webhook]:
        return [_webhook(row) for row in await self._database.rows(self._sql.of_task, task_id=task_id)]

    async def redeliver(self, task_id: UUID, webhook_id: UUID) -> Webhook:
        row = await self._database.row(self._sql.redeliver, id=webhook_id, task_id=task_id)
        if row is None:
            raise WebhookNotFound.of(webhook_id, task_id)
        return _webhook(row)

    async def secrets(self, owner: str) -> Sequence[WebhookSecret]:
        return [WebhookSecret(**row) for row in await self._database.rows(self._sql.secrets, owner=owner)]

    async def all_secrets(self) -> Sequence[WebhookSecret]:
        return [WebhookSecret(**row) for row in await self._database.rows(self._sql.all_secrets)]

    async def add_secret(self, owner: str, secret: str) -> None:
        await self._database.value(self._sql.add_secret, owner=owner, secret=secret)

    async def replace_secret(self, owner: str, secret: str, *, overlap_s: float) -> None:
        await self._database.value(self._sql.replace_secret, owner=owner, secret=secret, overlap_s=float(overlap_s))

    async def _locked(self, statement: Statement, *, task_id: UUID, **arguments: Any) -> Row:
        """Return the first row of a statement, or None; it has the lock of the task's webhooks."""

        async def use(connection: asyncpg.Connection) -> Row:
            async with connection.transaction():
                await self._sql.lock.row(connection, task_id=task_id)
                return await statement.row(connection, task_id=task_id, **arguments)

        return await self._database.run(use)


def _webhook(row: Row) -> Webhook:
    known = {name: row[name] for name in COLUMNS}
    read = {
        "type": EventType(row["type"]),
        "status": WebhookStatus(row["status"]),
        "attempts": ATTEMPTS.validate_json(row["attempts"]),
    }
    return Webhook(**known | read)
