"""Recovers stale tasks on a schedule: enqueues them again, fails, expires or deletes them."""

import imagescaler.runtime.init  # noqa: F401 - before all others

from typing import Any

from imagescaler.adapters import queues, repositories, stores, task_ends
from imagescaler.domain.retention import Retention
from imagescaler.domain.sweep import SweepSettings
from imagescaler.domain.task.message import TaskMessage
from imagescaler.runtime import loop, settings, telemetry
from imagescaler.runtime.deadline import TimeoutSettings
from imagescaler.usecases.process_task import AttemptSettings
from imagescaler.usecases.sweep_tasks import sweep_tasks

tasks, queue, store, ends = repositories.from_env(), queues.from_env(), stores.from_env(), task_ends.from_env()
source_queue, webhook_queue = queues.sources_from_env(), queues.webhooks_from_env()
webhooks = repositories.webhooks_from_env()
sweep_settings, retention = settings.from_env(SweepSettings), settings.from_env(Retention)
max_attempts, timeout = settings.from_env(AttemptSettings).max_attempts, settings.from_env(TimeoutSettings)
RESERVE_S = 15  # for the batch in hand when the time is over: a statement and its repetition, with their timeouts


def handler(_: Any, context: Any) -> dict[str, int]:
    """Sweep, and answer with the counts; fails if a part of the sweep failed."""
    with telemetry.log_context(function=context.function_name, request_id=context.aws_request_id):
        work = sweep_tasks(
            message=lambda task_id: TaskMessage(task_id=task_id, request_id=context.aws_request_id),
            settings=sweep_settings,
            max_attempts=max_attempts,
            retention=retention,
            tasks=tasks,
            queue=queue,
            source_queue=source_queue,
            store=store,
            ends=ends,
            webhooks=webhooks,
            webhook_queue=webhook_queue,
            time_s=timeout.remaining_s(context) - RESERVE_S,
        )
        sweep = loop.run(work)
        telemetry.swept(sweep)
        if sweep.failures:
            raise sweep.failures[0]
    return dict(sweep.counts)
