"""Enqueue webhooks that are due and have no message."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from imagescaler.domain.errors import QueueFull
from imagescaler.domain.sweep import SweepSettings
from imagescaler.domain.task.message import TaskMessage
from imagescaler.domain.webhook import Webhook
from imagescaler.usecases.ports import DueWebhooks, TaskQueue

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class WebhookRecovery:
    """Enqueues webhooks: those that are due later than a queue can delay, and those whose message was lost."""

    message: Callable[[UUID], TaskMessage]
    settings: SweepSettings
    webhooks: DueWebhooks
    queue: TaskQueue
    clock: Callable[[], float]
    until_s: float
    enqueued: int = 0
    failures: list[Exception] = field(default_factory=list)

    async def run(self, limit: int) -> int:
        """Take at most `limit` webhooks and return how many; 0 if the time is over or the queue is full."""
        due = await self.webhooks.take_due(older_than_s=self.settings.sweep_after_s, limit=limit)
        for webhook in due:
            if self.clock() >= self.until_s:
                return 0
            try:
                await self._enqueue(webhook)
            except QueueFull:  # the next run tries again
                return 0
            except Exception as error:  # those behind it would wait for ever
                logger.exception("a webhook could not be swept", extra={"webhook_id": str(webhook.id)})
                self.failures.append(error)
        return len(due)

    async def _enqueue(self, webhook: Webhook) -> None:
        if await self._has_no_message(webhook):
            # If killed before the note, the next run enqueues once more; the delivery claims the webhook once.
            message_id = await self.queue.push(self.message(webhook.task_id))
            await self.webhooks.note_message(webhook.id, message_id)
            self.enqueued += 1

    async def _has_no_message(self, webhook: Webhook) -> bool:
        if webhook.message_id is None or webhook.enqueued_at is None or webhook.swept_at is None:
            return True
        held = await self.queue.holds(webhook.message_id)
        if held is not None:
            return not held
        return (webhook.swept_at - webhook.enqueued_at).total_seconds() >= self.settings.reenqueue_after_s
