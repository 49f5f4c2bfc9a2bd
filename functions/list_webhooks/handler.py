"""GET /api/v1/tasks/{task_id}/webhooks: the webhooks of a task."""

import imagescaler.web.init  # noqa: F401 - before all others

from uuid import UUID

from imagescaler.adapters import repositories
from imagescaler.domain import errors
from imagescaler.usecases.list_webhooks import list_webhooks
from imagescaler.web.app import Owner, create_app, lambda_handler
from imagescaler.web.catalogue import problem_responses
from imagescaler.web.views.webhook import LIST, WebhookListView

app = create_app()
handler = lambda_handler(app)
tasks, webhooks = repositories.from_env(), repositories.webhooks_from_env()


@app.get(
    "/api/v1/tasks/{task_id}/webhooks",
    tags=["webhooks"],
    summary="List the webhooks of a task",
    responses={**LIST, **problem_responses(errors.RepositoryUnavailable, errors.TaskNotFound)},
)
async def read_webhooks(task_id: UUID, owner: Owner) -> WebhookListView:
    """Return the events of a task that were reported to its `webhook_url`, oldest first, with the latest attempts."""
    return WebhookListView.of(await list_webhooks(task_id, owner, tasks=tasks, webhooks=webhooks))
