"""List the webhooks of a task."""

from collections.abc import Sequence
from uuid import UUID

from imagescaler.domain.webhook import Webhook
from imagescaler.usecases.ports import TaskRepository, WebhookRepository


async def list_webhooks(
    task_id: UUID, owner: str, *, tasks: TaskRepository, webhooks: WebhookRepository
) -> Sequence[Webhook]:
    """Return the webhooks of an owner's task, oldest first; raises TaskNotFound."""
    (await tasks.get(task_id)).visible_to(owner)
    return await webhooks.of_task(task_id)
