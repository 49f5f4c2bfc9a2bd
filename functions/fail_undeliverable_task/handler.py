"""Fails the tasks of undeliverable messages, on their way to the dead-letter queue."""

import imagescaler.runtime.init  # noqa: F401 - before all others

from functools import partial
from typing import Any

from imagescaler.adapters import queues, repositories, stores, task_ends
from imagescaler.domain.task.message import TaskMessage
from imagescaler.runtime import loop, telemetry
from imagescaler.runtime.sqs_batch import process_messages
from imagescaler.usecases.fail_undeliverable_task import fail_undeliverable_task

tasks, store, ends = repositories.from_env(), stores.from_env(), task_ends.from_env()
webhook_queue = queues.webhooks_from_env()


def fail(context: Any, body: str) -> None:
    """Fail the task of one message."""
    message = TaskMessage.from_json(body)
    with telemetry.log_context(function=context.function_name, **message.log_context):
        work = fail_undeliverable_task(
            message.task_id, tasks=tasks, store=store, ends=ends, webhook_queue=webhook_queue
        )
        telemetry.ended(loop.run(work))


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Process an SQS event and report every message as failed, so that the queue moves it to the dead-letter queue."""
    process_messages(event, partial(fail, context))
    return {"batchItemFailures": [{"itemIdentifier": record["messageId"]} for record in event["Records"]]}
