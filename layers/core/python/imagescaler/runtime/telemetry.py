"""Structured logs and metrics, both as JSON lines on standard output (powertools; CloudWatch EMF)."""

import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from functools import cache
from typing import Any
from urllib.parse import quote

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit

from imagescaler.domain.errors import ClaimRefused, ResultDamaged
from imagescaler.domain.limits import MEGA
from imagescaler.domain.sweep import Sweep
from imagescaler.domain.task.task import Task
from imagescaler.domain.webhook import SUCCESS, DeliveryAttempt

MAX_PATH_LENGTH = MAX_TRACE_ID_LENGTH = 256  # clients choose both; a trace id is in each log line and each message
METRICS = {
    "TasksCreated": MetricUnit.Count,
    "TasksCompleted": MetricUnit.Count,
    "TasksFailed": MetricUnit.Count,
    "TasksReenqueued": MetricUnit.Count,
    "TasksDeleted": MetricUnit.Count,
    "SourcesFetched": MetricUnit.Count,
    "ResultsDamaged": MetricUnit.Count,
    "ResultsExpired": MetricUnit.Count,
    "WebhooksDelivered": MetricUnit.Count,
    "WebhooksNotDelivered": MetricUnit.Count,
    "WebhooksReenqueued": MetricUnit.Count,
    "Seconds": MetricUnit.Seconds,
    "Megapixels": MetricUnit.Count,
}
"""All metrics, with their units; docs/metrics.md explains them."""


@cache
def logger() -> Logger:
    """Return this environment's logger, which also handles the library's own loggers."""
    made = Logger(use_rfc3339=True)
    library = logging.getLogger("imagescaler")
    library.handlers, library.propagate = made.handlers, False
    library.setLevel(made.log_level)
    return made


@contextmanager
def log_context(**values: str) -> Iterator[None]:
    """Add `values` to each log line written inside, and log exceptions raised there."""
    log = logger()
    log.append_keys(**values)
    try:
        yield
    except ClaimRefused as refusal:
        log.info("claim refused", extra={"reason": type(refusal).__name__})
        raise
    except Exception:
        log.exception("the invocation failed")
        raise
    finally:
        log.remove_keys(list(values))


@cache
def _metrics() -> Metrics:
    return Metrics()


def answered(method: str, path: str, *, status: int, ms: float) -> None:
    """Log an answered request; the path is percent-encoded again, and cut off."""
    shown = quote(path, errors="replace")[:MAX_PATH_LENGTH]
    logger().info("request", extra={"method": method, "path": shown, "status": status, "ms": ms})


def accepted(task: Task, *, created: bool) -> None:
    """Log an accepted request; a new task is counted in `TasksCreated`."""
    logger().info("task accepted" if created else "task accepted before", extra={"task_id": str(task.id)})
    if created:
        _record("TasksCreated")


def ended(task: Task | None) -> None:
    """Log and count the end of an attempt; None if the task had already ended."""
    if task is None:
        logger().info("task had already ended")
    elif task.failure is not None:
        logger().warning("task failed", extra={"attempt": task.attempt, "problem": asdict(task.failure)})
        _record("TasksFailed")
    elif task.source and task.started_at and task.completed_at:
        seconds = (task.completed_at - task.started_at).total_seconds()
        logger().info("task completed", extra={"attempt": task.attempt, "seconds": seconds})
        _record("TasksCompleted", Seconds=seconds, Megapixels=task.source.width * task.source.height / MEGA)


def fetched(task: Task | None) -> None:
    """Log and count a source that was fetched, or the end of its task instead."""
    if task is None or task.source is None or task.failure is not None:
        ended(task)
    else:
        logger().info("source fetched", extra={"attempt": task.attempt, "bytes": task.source.bytes})
        _record("SourcesFetched")


@contextmanager
def damage_reported(task: Task) -> Iterator[None]:
    """Log and count a ResultDamaged that is raised inside: `ResultsDamaged`, for the alarm of that name."""
    try:
        yield
    except ResultDamaged:
        logger().error("the stored result is not what was scaled", extra={"task_id": str(task.id)})
        _record("ResultsDamaged")
        raise


def swept(sweep: Sweep) -> None:
    """Log and count the actions of a run of the sweeper."""
    for task in sweep.ended:
        with log_context(task_id=str(task.id)):
            ended(task)
    logger().info("swept", extra=dict(sweep.counts))
    for name, count in (
        ("TasksReenqueued", sweep.reenqueued),
        ("ResultsExpired", sweep.expired),
        ("TasksDeleted", sweep.deleted),
        ("WebhooksReenqueued", sweep.webhooks),
    ):
        _record(name, count)


def delivered(attempt: DeliveryAttempt | None) -> None:
    """Log and count an attempt to deliver a webhook; None if nothing was sent."""
    if attempt is None:
        logger().info("no webhook is sent now")
        return
    logger().info("webhook sent", extra={"status": attempt.status, "reason": attempt.error, "seconds": attempt.seconds})
    _record("WebhooksDelivered" if attempt.status in SUCCESS else "WebhooksNotDelivered")


def _record(event: str, count: int = 1, **values: float) -> None:
    metrics = _metrics()
    for name, value in {event: count, **values}.items():
        metrics.add_metric(name=name, unit=METRICS[name], value=value)
    metrics.flush_metrics()


def correlation(event: Mapping[str, Any]) -> dict[str, str]:
    """Return request id and trace id of an API event (payload format 2.0), empty if absent.

    A trace id is of bounded length and visible ASCII.
    """
    context, headers = event.get("requestContext", {}), event.get("headers", {})
    trace_id = re.sub(r"[^!-~]", "?", headers.get("x-amzn-trace-id", "")[:MAX_TRACE_ID_LENGTH])
    return {"request_id": context.get("requestId", ""), "trace_id": trace_id}
