"""POST /api/v1/tasks/{task_id}/webhooks/{webhook_id}/redeliver: sends a webhook again."""

import imagescaler.web.init  # noqa: F401 - before all others

from uuid import UUID

from imagescaler.adapters import queues, repositories
from imagescaler.domain import errors
from imagescaler.usecases.redeliver_webhook import redeliver_webhook
from imagescaler.web.app import Owner, create_app, lambda_handler
from imagescaler.web.catalogue import problem_responses
from imagescaler.web.views.webhook import REDELIVERED, WebhookView

app = create_app()
handler = lambda_handler(app)
tasks, webhooks, webhook_queue = repositories.from_env(), repositories.webhooks_from_env(), queues.webhooks_from_env()
PROBLEMS = (errors.RepositoryUnavailable, errors.TaskNotFound, errors.WebhookNotFound)


@app.post(
    "/api/v1/tasks/{task_id}/webhooks/{webhook_id}/redeliver",
    status_code=202,
    tags=["webhooks"],
    summary="Send a webhook again",
    responses={**REDELIVERED, **problem_responses(*PROBLEMS)},
)
async def post_redelivery(task_id: UUID, webhook_id: UUID, owner: Owner) -> WebhookView:
    """Send a webhook once more, with all of its attempts, under the same id. A URL that was disabled is used again."""
    webhook = await redeliver_webhook(
        task_id, webhook_id, owner, tasks=tasks, webhooks=webhooks, webhook_queue=webhook_queue
    )
    return WebhookView.model_validate(webhook)
