"""Scales the images of queued tasks; a failed attempt is retried until its message is a dead letter."""

import imagescaler.runtime.init  # noqa: F401 - before all others

from functools import partial
from typing import Any

from imagescaler.adapters import queues, repositories, stores, targets, task_ends
from imagescaler.adapters.watermark_folder import WatermarkFolder
from imagescaler.domain.errors import TaskAttemptsExhausted
from imagescaler.domain.limits import Limits
from imagescaler.domain.retention import Retention
from imagescaler.domain.task.message import TaskMessage
from imagescaler.domain.task.task import Task
from imagescaler.engine.scale import scale_each
from imagescaler.planning.cost.budget import Budget, CostSettings
from imagescaler.runtime import loop, settings, telemetry
from imagescaler.runtime.deadline import TimeoutSettings, acting_after
from imagescaler.runtime.sqs_batch import process_messages
from imagescaler.usecases.process_task import AttemptSettings, end_slow_attempt, process_task

LEASE_MARGIN_S = 1  # by then this invocation has been killed
DEADLINE_MARGIN_S = 1  # to connect to the database and write one row
tasks, store, ends = repositories.from_env(), stores.from_env(), task_ends.from_env()
webhook_queue = queues.webhooks_from_env()
retention, max_attempts = settings.from_env(Retention), settings.from_env(AttemptSettings).max_attempts
target, limits = targets.from_env(), settings.from_env(Limits)
scale_within_limits = partial(scale_each, limits=limits)
cost_settings, timeout = settings.from_env(CostSettings), settings.from_env(TimeoutSettings)
images = settings.from_env(WatermarkFolder)


def process(context: Any, body: str) -> None:
    """Process the task of one message."""
    message = TaskMessage.from_json(body)
    remaining_s = timeout.remaining_s(context)
    budget = Budget.of(int(context.memory_limit_in_mb), remaining_s, cost_settings)
    limit_s = remaining_s - DEADLINE_MARGIN_S
    work = process_task(
        message.task_id,
        lease_s=remaining_s + LEASE_MARGIN_S,
        max_attempts=max_attempts,
        retention=retention,
        scale=partial(scale_within_limits, budget=budget),
        watch=lambda task: acting_after(limit_s, partial(end_slow, task, limit_s)),
        tasks=tasks,
        store=store,
        target=target,
        limits=limits,
        ends=ends,
        images=images,
        webhook_queue=webhook_queue,
    )
    with telemetry.log_context(function=context.function_name, **message.log_context):
        task = loop.run(work)
        telemetry.ended(task)
        if task is not None and task.attempts_exhausted:
            raise TaskAttemptsExhausted


async def end_slow(task: Task, limit_s: float) -> None:
    """End an attempt that takes too long; `tasks` and `ends` belong to the event loop that it keeps busy."""
    own, own_ends = repositories.new_from_env(), task_ends.new_from_env()
    if failed := await end_slow_attempt(task, limit_s, max_attempts=max_attempts, tasks=own, ends=own_ends):
        telemetry.ended(failed)


def handler(event: dict[str, Any], context: Any) -> Any:
    """Process an SQS event and answer with `batchItemFailures`."""
    return process_messages(event, partial(process, context))
