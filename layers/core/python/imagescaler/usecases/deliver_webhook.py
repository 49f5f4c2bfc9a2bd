"""Send a webhook of a task: claim, sign, post, and record the attempt behind the fence."""

import random
import time
from collections.abc import Callable
from contextlib import suppress
from uuid import UUID

from imagescaler.domain.errors import TaskNotFound, Unavailable, WebhookNotSent
from imagescaler.domain.task.message import TaskMessage
from imagescaler.domain.task.status import Status
from imagescaler.domain.task.task import Task
from imagescaler.domain.webhook import (
    TASK_DELETED,
    TIMEOUT_S,
    DeliveryAttempt,
    DeliveryLimits,
    Webhook,
    WebhookStatus,
)
from imagescaler.usecases.current_secrets import current_secrets
from imagescaler.usecases.ports import TaskQueue, TaskRepository, WebhookRepository, WebhookSender

MAX_DELAY_S = 900  # of a message of SQS; the sweeper enqueues what is due later

Show = Callable[[Task, Webhook], str]
"""Writes the body of a webhook."""


async def deliver_webhook(
    task_id: UUID,
    *,
    lease_s: float,
    limits: DeliveryLimits,
    show: Show,
    tasks: TaskRepository,
    webhooks: WebhookRepository,
    queue: TaskQueue,
    sender: WebhookSender,
    share: Callable[[], float] = random.random,
) -> DeliveryAttempt | None:
    """Send the webhook of a task that is due, and return the attempt; None if nothing is sent now.

    `lease_s` must exceed the rest of this invocation. If it is killed, or the database does not answer, the webhook is
    due again when the lease is over, and sent again with the same id. `share` returns a random number from 0 to 1.
    Raises Unavailable.
    """
    webhook = await webhooks.claim(task_id, lease_s=lease_s, limits=limits)
    if webhook is None or webhook.waits or webhook.attempted_at is None:
        return None
    start_s = time.monotonic()
    status, reason, may_be_repeated = await _send(webhook, show, tasks, webhooks, sender)
    attempt = DeliveryAttempt(webhook.attempted_at, round(time.monotonic() - start_s, 3), status, reason)
    delivery = webhook.status_after(attempt) if may_be_repeated else WebhookStatus.FAILED
    delay_s = webhook.retry_delay_s(share()) if delivery is WebhookStatus.PENDING else None
    message_id = None
    if delay_s is not None and delay_s <= MAX_DELAY_S:
        with suppress(Unavailable):  # the sweeper enqueues it
            message_id = await queue.push(TaskMessage(task_id), delay_s=delay_s)
    next_task_id = await webhooks.record(
        webhook, attempt, delivery, delay_s=delay_s, message_id=message_id, limits=limits
    )
    if next_task_id is not None:
        with suppress(Unavailable):
            await queue.push(TaskMessage(next_task_id))
    return attempt


async def _send(
    webhook: Webhook, show: Show, tasks: TaskRepository, webhooks: WebhookRepository, sender: WebhookSender
) -> tuple[int | None, str | None, bool]:
    """Send a webhook; return the status of the response or why there is none, and whether another attempt may help."""
    if webhook.refusal:
        return None, webhook.refusal, False
    try:
        task = await tasks.get(webhook.task_id)
    except TaskNotFound:
        return None, TASK_DELETED, False
    if task.status is Status.DELETED:
        return None, TASK_DELETED, False
    body = show(task, webhook)
    secrets = [each.secret for each in await current_secrets(webhook.owner, webhooks)]
    try:
        status = await sender.send(webhook, body, secrets, timeout_s=TIMEOUT_S)
    except WebhookNotSent as error:
        return None, str(error), True
    return status, None, True
