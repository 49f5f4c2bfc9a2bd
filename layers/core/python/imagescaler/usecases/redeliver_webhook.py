"""Send a webhook again."""

from contextlib import suppress
from uuid import UUID

from imagescaler.domain.errors import Unavailable
from imagescaler.domain.task.message import TaskMessage
from imagescaler.domain.webhook import Webhook
from imagescaler.usecases.ports import TaskQueue, TaskRepository, WebhookRepository


async def redeliver_webhook(
    task_id: UUID,
    webhook_id: UUID,
    owner: str,
    *,
    tasks: TaskRepository,
    webhooks: WebhookRepository,
    webhook_queue: TaskQueue,
) -> Webhook:
    """Enqueue a webhook of an owner's task once more; raises TaskNotFound, WebhookNotFound.

    If the queue does not answer, the sweeper enqueues it.
    """
    (await tasks.get(task_id)).visible_to(owner)
    webhook = await webhooks.redeliver(task_id, webhook_id)
    with suppress(Unavailable):
        await webhook_queue.push(TaskMessage(task_id))
    return webhook
