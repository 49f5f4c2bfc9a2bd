"""Sends the webhooks of ended tasks; what fails is sent again later, for three days."""

import imagescaler.runtime.init  # noqa: F401 - before all others

from functools import partial
from typing import Any

from imagescaler.adapters import outbound, queues, repositories
from imagescaler.adapters.outbound.webhook_sender import HttpWebhookSender
from imagescaler.domain.task.message import TaskMessage
from imagescaler.domain.webhook import DeliveryLimits
from imagescaler.runtime import loop, settings, telemetry
from imagescaler.runtime.deadline import TimeoutSettings
from imagescaler.runtime.sqs_batch import process_messages
from imagescaler.usecases.deliver_webhook import deliver_webhook
from imagescaler.web.views.webhook import event_body

LEASE_MARGIN_S = 1  # by then this invocation has been killed
tasks, webhooks, webhook_queue = repositories.from_env(), repositories.webhooks_from_env(), queues.webhooks_from_env()
sender, limits = HttpWebhookSender(outbound.from_env()), settings.from_env(DeliveryLimits)
timeout = settings.from_env(TimeoutSettings)


def deliver(context: Any, body: str) -> None:
    """Send the webhook of one message's task."""
    message = TaskMessage.from_json(body)
    with telemetry.log_context(function=context.function_name, **message.log_context):
        work = deliver_webhook(
            message.task_id,
            lease_s=timeout.remaining_s(context) + LEASE_MARGIN_S,
            limits=limits,
            show=event_body,
            tasks=tasks,
            webhooks=webhooks,
            queue=webhook_queue,
            sender=sender,
        )
        telemetry.delivered(loop.run(work))


def handler(event: dict[str, Any], context: Any) -> Any:
    """Process an SQS event and answer with `batchItemFailures`."""
    return process_messages(event, partial(deliver, context))
