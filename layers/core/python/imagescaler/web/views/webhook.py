"""A webhook: the event that its receiver gets, and its delivery, as the task's owner gets it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic.main import IncEx

from imagescaler.domain.task.task import Task
from imagescaler.domain.webhook import EventType, Webhook, WebhookStatus
from imagescaler.web.views.task import TaskView

MAX_BODY_BYTES = 20_000
RECEIPT: IncEx = {"receipt"}
RECEIPTS: IncEx = {"data": {"result": RECEIPT, "renditions": {"__all__": {"result": RECEIPT}}}}
DETAILS: IncEx = {"data": {"source_url", "result", "error", "warnings", "renditions", "srcset", "sources"}}


class WebhookEvent(BaseModel):
    """The body of a webhook (Standard Webhooks): `data` is the task as it was when this happened.

    A body has less than 20 kB. Where it would have more, it is without receipts, or without results and errors.
    """

    type: EventType
    timestamp: Annotated[datetime, Field(description="when it happened")]
    data: TaskView


def event_body(task: Task, webhook: Webhook) -> str:
    """Return the body for the receiver, below 20 kB."""
    shown = TaskView.of(replace(task, status=webhook.type.status))
    event = WebhookEvent(type=webhook.type, timestamp=webhook.created_at, data=shown)
    bodies = (event.model_dump_json(exclude=left_out) for left_out in (None, RECEIPTS))
    fitting = (body for body in bodies if len(body.encode()) < MAX_BODY_BYTES)
    return next(fitting, None) or event.model_dump_json(exclude=DETAILS)


EXAMPLE = {
    "id": "3b6f1f0e-2f55-4a7e-9d0e-0d9a3c5c7b21",
    "type": "task.completed",
    "url": "https://hooks.example.org/images",
    "status": "delivered",
    "created_at": "2026-01-01T12:00:01Z",
    "ended_at": "2026-01-01T12:00:07Z",
    "attempts": [
        {"at": "2026-01-01T12:00:01Z", "seconds": 0.031, "status": 503},
        {"at": "2026-01-01T12:00:07Z", "seconds": 0.024, "status": 204},
    ],
}
LIST: dict[int | str, dict[str, Any]] = {200: {"content": {"application/json": {"example": {"webhooks": [EXAMPLE]}}}}}
PENDING = {**EXAMPLE, "status": "pending", "next_attempt_at": "2026-01-01T13:00:00Z", "ended_at": None}
REDELIVERED: dict[int | str, dict[str, Any]] = {202: {"content": {"application/json": {"example": PENDING}}}}


class DeliveryAttemptView(BaseModel):
    """One attempt: the status of the response, or why there was none."""

    model_config = ConfigDict(from_attributes=True)

    at: datetime
    seconds: float
    status: int | None = None
    error: str | None = None


class WebhookView(BaseModel):
    """A webhook and its latest attempts. `id` is the `webhook-id` of each request."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    type: EventType
    url: str
    status: Annotated[WebhookStatus, Field(description="disabled: the URL answered 410, and is not used any more")]
    created_at: datetime
    next_attempt_at: datetime | None = None
    ended_at: datetime | None = None
    attempts: list[DeliveryAttemptView]


class WebhookListView(BaseModel):
    """The webhooks of a task, oldest first."""

    webhooks: list[WebhookView]

    @classmethod
    def of(cls, webhooks: Sequence[Webhook]) -> Self:
        """Show webhooks to their owner."""
        return cls(webhooks=[WebhookView.model_validate(each) for each in webhooks])
