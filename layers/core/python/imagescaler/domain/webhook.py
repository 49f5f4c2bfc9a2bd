"""Webhooks: the events of a task, and their delivery to the URL that the task's owner has named."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self
from uuid import UUID

from imagescaler.domain.task.status import Status

DELAYS_S = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""Seconds between a failed attempt and the next one (Standard Webhooks, "Deliverability and reliability")."""
MAX_TRIES = len(DELAYS_S) + 1
JITTER = 0.2  # of each delay, so that a receiver that returns is not flooded
MAX_LISTED_ATTEMPTS = 20  # redeliveries add more
TIMEOUT_S = 15.0
GONE = 410
SUCCESS = range(200, 300)
URL_DISABLED = "The URL has answered 410. Redeliver a webhook to use it again."
TASK_DELETED = "The task was deleted, so there is nothing to report."
TRIES_EXHAUSTED = "Each attempt to send it was interrupted."


class EventType(StrEnum):
    """What has happened to the task."""

    COMPLETED = "task.completed"
    FAILED = "task.failed"
    EXPIRED = "task.expired"

    @property
    def status(self) -> Status:
        """Status of the task when it happened."""
        return Status(self.value.removeprefix("task."))

    @classmethod
    def of(cls, before: Status, after: Status) -> Self | None:
        """Return the event of a transition; None if there is none.

        >>> EventType.of(Status.PROCESSING, Status.FAILED), EventType.of(Status.PENDING, Status.PROCESSING)
        (<EventType.FAILED: 'task.failed'>, None)
        """
        name = f"task.{after}"
        return cls(name) if before is not after and name in set(cls) else None


class WebhookStatus(StrEnum):
    """The status of a webhook. `disabled` is one whose URL answered 410: nothing more is sent to that URL."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class DeliveryAttempt:
    """One attempt: the HTTP status of the response, or why there was none."""

    at: datetime
    seconds: float
    status: int | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Webhook:
    """An event of a task and its delivery; all times are in UTC and come from the repository's clock.

    `attempt` counts the claims and is the fence; `tries` counts those since the last redelivery. The latest attempts
    are in `attempts`. A webhook that `waits` has no message: it is enqueued when another one of its owner has ended.
    """

    id: UUID
    task_id: UUID
    owner: str
    type: EventType
    url: str
    created_at: datetime
    status: WebhookStatus = WebhookStatus.PENDING
    attempt: int = 0
    tries: int = 0
    attempts: tuple[DeliveryAttempt, ...] = ()
    attempted_at: datetime | None = None
    next_attempt_at: datetime | None = None
    lease_until: datetime | None = None
    ended_at: datetime | None = None
    waits: bool = False
    message_id: str | None = None
    enqueued_at: datetime | None = None
    swept_at: datetime | None = None
    url_disabled: bool = False

    def retry_delay_s(self, share: float) -> float | None:
        """Return the seconds until the next attempt, with a `share` (0 to 1) of the jitter; None after the last one.

        >>> hook = Webhook(UUID(int=1), UUID(int=2), "", EventType.FAILED, "https://example.org", datetime.min, tries=2)
        >>> hook.retry_delay_s(0), hook.retry_delay_s(1)
        (300.0, 360.0)
        """
        if self.tries >= MAX_TRIES:
            return None
        return DELAYS_S[self.tries - 1] * (1 + JITTER * share)

    def status_after(self, attempt: DeliveryAttempt) -> WebhookStatus:
        """Status after an attempt: pending if it can be repeated."""
        if attempt.status in SUCCESS:
            return WebhookStatus.DELIVERED
        if attempt.status == GONE:
            return WebhookStatus.DISABLED
        return WebhookStatus.FAILED if self.tries >= MAX_TRIES else WebhookStatus.PENDING

    @property
    def refusal(self) -> str | None:
        """Why nothing is sent; None if it is."""
        if self.url_disabled:
            return URL_DISABLED
        return TRIES_EXHAUSTED if self.tries > MAX_TRIES else None


@dataclass(frozen=True, slots=True)
class DeliveryLimits:
    """`WEBHOOK_CONCURRENCY` is the number of environments that deliver webhooks.

    A slow receiver occupies an environment, so one host of one owner may have a quarter of them, but at least one, and
    one owner half of them. Without API keys all clients are one owner, who may have all.
    """

    webhook_concurrency: int = 10

    def __post_init__(self) -> None:
        if self.webhook_concurrency < 1:
            message = "WEBHOOK_CONCURRENCY must be 1 or more"
            raise ValueError(message)

    @property
    def most_of_host(self) -> int:
        """Deliveries to one host for one owner.

        >>> [DeliveryLimits(concurrency).most_of_host for concurrency in (1, 4, 10)]
        [1, 1, 2]
        """
        return max(self.webhook_concurrency // 4, 1)

    @property
    def most_of_owner(self) -> int:
        """Deliveries for one owner.

        >>> [DeliveryLimits(concurrency).most_of_owner for concurrency in (1, 4, 10)]
        [1, 2, 5]
        """
        return max(self.webhook_concurrency // 2, 1)
