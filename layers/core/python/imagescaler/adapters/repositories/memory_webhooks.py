"""Webhooks and their secrets in memory, for tests."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

from imagescaler.adapters.repositories.memory_tasks import MemoryTaskRepository
from imagescaler.domain.errors import WebhookNotFound
from imagescaler.domain.webhook import (
    MAX_LISTED_ATTEMPTS,
    DeliveryAttempt,
    DeliveryLimits,
    Webhook,
    WebhookStatus,
)
from imagescaler.domain.webhook_secret import WebhookSecret


class MemoryWebhookRepository:
    """The webhooks that a repository of tasks has added, and secrets in a dictionary."""

    def __init__(self, tasks: MemoryTaskRepository) -> None:
        self.webhooks = tasks.webhooks
        self._secrets: dict[str, WebhookSecret] = {}
        self._clock = tasks.now

    async def claim(self, task_id: UUID, *, lease_s: float, limits: DeliveryLimits) -> Webhook | None:
        now = self._clock()
        due = [each for each in self.webhooks.values() if each.task_id == task_id and _is_due(each, now)]
        if not due:
            return None
        webhook = min(due, key=lambda each: each.created_at)
        hosts = [_host(each) for each in self._in_flight(webhook.owner)]
        if hosts.count(_host(webhook)) >= limits.most_of_host or (webhook.owner and len(hosts) >= limits.most_of_owner):
            return self._save(replace(webhook, waits=True))
        until = now + timedelta(seconds=lease_s)
        claimed = self._save(
            replace(
                webhook,
                waits=False,
                attempt=webhook.attempt + 1,
                tries=webhook.tries + 1,
                attempted_at=now,
                lease_until=until,
                next_attempt_at=until,
            )
        )
        disabled = {(each.owner, each.url) for each in self.webhooks.values() if each.status is WebhookStatus.DISABLED}
        return replace(claimed, url_disabled=(webhook.owner, webhook.url) in disabled)

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
        now, stored = self._clock(), self.webhooks.get(webhook.id)
        if stored is None or stored.attempt != webhook.attempt or stored.lease_until is None:
            return None
        self._save(
            replace(
                stored,
                status=status,
                attempts=(*webhook.attempts, attempt)[-MAX_LISTED_ATTEMPTS:],
                lease_until=None,
                message_id=message_id,
                enqueued_at=now if message_id else stored.enqueued_at,
                next_attempt_at=None if delay_s is None else now + timedelta(seconds=delay_s),
                ended_at=now if delay_s is None else None,
            )
        )
        hosts = [_host(each) for each in self._in_flight(stored.owner)]
        waiting = [
            each
            for each in self.webhooks.values()
            if each.owner == stored.owner
            and each.waits
            and _is_due(each, now)
            and _share_a_limit(each, stored)
            and hosts.count(_host(each)) < limits.most_of_host
        ]
        if not waiting:
            return None
        return self._save(replace(min(waiting, key=lambda each: each.next_attempt_at or now), waits=False)).task_id

    async def take_due(self, *, older_than_s: float, limit: int) -> Sequence[Webhook]:
        now = self._clock()
        before = now - timedelta(seconds=older_than_s)
        due = [
            each
            for each in self.webhooks.values()
            if _is_due(each, now if each.message_id is None else before)
            and max(each.created_at, each.swept_at or each.created_at) <= before
            and not (each.waits and any(_share_a_limit(each, other) for other in self._in_flight(each.owner)))
        ]
        due.sort(key=lambda each: (each.swept_at or each.created_at, each.next_attempt_at))
        return [self._save(replace(each, swept_at=now, waits=False)) for each in due[:limit]]

    async def note_message(self, webhook_id: UUID, message_id: str) -> None:
        webhook = self.webhooks[webhook_id]
        self._save(replace(webhook, message_id=message_id, enqueued_at=self._clock()))

    async def delete_ended(self, *, older_than_s: float, limit: int) -> int:
        before = self._clock() - timedelta(seconds=older_than_s)
        ended = [each.id for each in self.webhooks.values() if each.ended_at is not None and each.ended_at <= before]
        return len([self.webhooks.pop(webhook_id) for webhook_id in ended[:limit]])

    async def of_task(self, task_id: UUID) -> Sequence[Webhook]:
        return sorted(
            (each for each in self.webhooks.values() if each.task_id == task_id), key=lambda each: each.created_at
        )

    async def redeliver(self, task_id: UUID, webhook_id: UUID) -> Webhook:
        webhook = self.webhooks.get(webhook_id)
        if webhook is None or webhook.task_id != task_id:
            raise WebhookNotFound.of(webhook_id, task_id)
        for each in list(self.webhooks.values()):
            if (each.owner, each.url, each.status) == (webhook.owner, webhook.url, WebhookStatus.DISABLED):
                self._save(replace(each, status=WebhookStatus.FAILED))
        now = self._clock()
        in_flight = webhook.lease_until is not None and webhook.lease_until > now
        return self._save(
            replace(
                webhook,
                status=WebhookStatus.PENDING,
                tries=0,
                message_id=None,
                waits=False,
                ended_at=None,
                next_attempt_at=webhook.next_attempt_at if in_flight else now,
            )
        )

    async def secrets(self, owner: str) -> Sequence[WebhookSecret]:
        return [each for each in await self.all_secrets() if each.owner == owner]

    async def all_secrets(self) -> Sequence[WebhookSecret]:
        now = self._clock()
        live = [each for each in self._secrets.values() if each.expires_at is None or each.expires_at > now]
        live.sort(key=lambda each: each.expires_at or datetime.max.replace(tzinfo=UTC), reverse=True)
        return sorted(live, key=lambda each: each.owner)

    async def add_secret(self, owner: str, secret: str) -> None:
        if self._current(owner) is None:
            self._secrets[secret] = WebhookSecret(owner, secret, self._clock())

    async def replace_secret(self, owner: str, secret: str, *, overlap_s: float) -> None:
        current = self._current(owner)
        if current is not None and current.secret != secret:
            until = self._clock() + timedelta(seconds=overlap_s)
            self._secrets[current.secret] = replace(current, expires_at=until)
        self._secrets.setdefault(secret, WebhookSecret(owner, secret, self._clock()))

    def _current(self, owner: str) -> WebhookSecret | None:
        return next((each for each in self._secrets.values() if (each.owner, each.expires_at) == (owner, None)), None)

    def _in_flight(self, owner: str) -> Sequence[Webhook]:
        now = self._clock()
        return [
            each
            for each in self.webhooks.values()
            if each.owner == owner and each.lease_until is not None and each.lease_until > now
        ]

    def _save(self, webhook: Webhook) -> Webhook:
        self.webhooks[webhook.id] = webhook
        return webhook


def _is_due(webhook: Webhook, before: datetime) -> bool:
    return webhook.next_attempt_at is not None and webhook.next_attempt_at <= before


def _share_a_limit(webhook: Webhook, other: Webhook) -> bool:
    """True if the delivery of one webhook can make the other wait, which has the same owner."""
    return webhook.owner != "" or _host(webhook) == _host(other)


def _host(webhook: Webhook) -> str:
    return urlsplit(webhook.url).netloc.lower()
