"""Fails the tasks of undeliverable messages, on their way to the dead-letter queue."""

from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from imagescaler.adapters import repositories, stores, task_ends
from imagescaler.domain.task.message import TaskMessage
from imagescaler.runtime import loop, telemetry
from imagescaler.usecases.fail_undeliverable_task import fail_undeliverable_task

processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)
tasks, store, ends = repositories.from_env(), stores.from_env(), task_ends.from_env()


def fail(record: SQSRecord, lambda_context: Any) -> None:
    """Fail the task of one message."""
    message = TaskMessage.from_json(record.body)
    with telemetry.log_context(function=lambda_context.function_name, **message.log_context):
        telemetry.ended(loop.run(fail_undeliverable_task(message.task_id, tasks=tasks, store=store, ends=ends)))


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Process an SQS event and report every message as failed, so that the queue moves it to the dead-letter queue."""
    process_partial_response(event, fail, processor, context)
    return {"batchItemFailures": [{"itemIdentifier": record["messageId"]} for record in event["Records"]]}
