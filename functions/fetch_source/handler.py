"""Fetches the images of queued tasks from their URLs, and hands the tasks to the processor."""

import imagescaler.runtime.init  # noqa: F401 - before all others

from functools import partial
from typing import Any

from imagescaler.adapters import queues, repositories, sources, stores, task_ends
from imagescaler.domain.errors import TaskAttemptsExhausted
from imagescaler.domain.limits import Limits
from imagescaler.domain.quota import QuotaSettings
from imagescaler.domain.retention import Retention
from imagescaler.domain.task.message import TaskMessage
from imagescaler.probe.probe import probe
from imagescaler.runtime import loop, settings, telemetry
from imagescaler.runtime.deadline import TimeoutSettings
from imagescaler.runtime.sqs_batch import process_messages
from imagescaler.usecases.fetch_source import fetch_source
from imagescaler.usecases.process_task import AttemptSettings

LEASE_MARGIN_S = 1  # by then this invocation has been killed
tasks, queue, store, ends = repositories.from_env(), queues.from_env(), stores.from_env(), task_ends.from_env()
fetcher, webhook_queue = sources.from_env(), queues.webhooks_from_env()
limits, retention = settings.from_env(Limits), settings.from_env(Retention)
default_quota = settings.from_env(QuotaSettings).quota
max_attempts, timeout = settings.from_env(AttemptSettings).max_attempts, settings.from_env(TimeoutSettings)


def fetch(context: Any, body: str) -> None:
    """Fetch the source of one message's task."""
    message = TaskMessage.from_json(body)
    work = fetch_source(
        message,
        lease_s=timeout.remaining_s(context) + LEASE_MARGIN_S,
        max_attempts=max_attempts,
        limits=limits,
        retention=retention,
        default_quota=default_quota,
        probe=probe,
        fetcher=fetcher,
        tasks=tasks,
        queue=queue,
        store=store,
        ends=ends,
        webhook_queue=webhook_queue,
    )
    with telemetry.log_context(function=context.function_name, **message.log_context):
        task = loop.run(work)
        telemetry.fetched(task)
        if task is not None and task.attempts_exhausted:
            raise TaskAttemptsExhausted


def handler(event: dict[str, Any], context: Any) -> Any:
    """Process an SQS event and answer with `batchItemFailures`."""
    return process_messages(event, partial(fetch, context))
