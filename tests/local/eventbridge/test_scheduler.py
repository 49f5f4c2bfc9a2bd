"""Schedules, followed in short periods, with functions that answer as they are told."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import pytest

from local.emulation.eventbridge.scheduler import Scheduler
from local.emulation.lambda_host.event import Event
from local.emulation.lambda_host.lambda_client import FunctionFailed
from local.emulation.sam_template.declarations import Schedule

PERIOD_S: Any = 0.02


class Function:
    """Remembers its events, and when each invocation began and ended."""

    def __init__(self, answer: Callable[[], Any] = lambda: None) -> None:
        self.answer = answer
        self.events: list[dict[str, Any]] = []
        self.running = self.most_running = 0

    async def invoke(self, function: str, service: str, event: Event, *, timeout_s: float) -> Any:
        assert (function, service, timeout_s) == ("SweepTasksFunction", "sweep-tasks", 90)
        self.events.append(json.loads(bytes(event)))
        self.running += 1
        self.most_running = max(self.running, self.most_running)
        try:
            answer = self.answer()
            return await answer if asyncio.iscoroutine(answer) else answer
        finally:
            self.running -= 1

    async def was_invoked(self, times: int) -> None:
        async with asyncio.timeout(10):
            while len(self.events) < times:
                await asyncio.sleep(0.005)


@asynccontextmanager
async def following(function: Function, period_s: float = PERIOD_S) -> AsyncIterator[None]:
    period: Any = period_s
    schedule = Schedule("SweepTasksFunctionEveryMinute", "SweepTasksFunction", period, timeout_s=60)
    scheduler = Scheduler([schedule], function)
    task = asyncio.create_task(scheduler.run())
    try:
        yield
    finally:
        scheduler.stop()
        await asyncio.wait_for(task, 10)


async def test_a_function_is_invoked_again_and_again_with_the_event_of_a_schedule() -> None:
    function = Function()
    async with following(function):
        await function.was_invoked(3)
    event = function.events[0]
    assert UUID(event["id"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", event["time"])
    assert {name: value for name, value in event.items() if name not in {"id", "time"}} == {
        "version": "0",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "000000000000",
        "region": "us-east-1",
        "resources": ["arn:aws:events:us-east-1:000000000000:rule/SweepTasksFunctionEveryMinute"],
        "detail": {},
    }
    assert len({each["id"] for each in function.events}) == len(function.events)


async def test_the_first_time_is_one_period_after_the_start() -> None:
    function = Function()
    async with following(function, period_s=60):
        await asyncio.sleep(0.05)
    assert function.events == []


def failing() -> Any:
    raise FunctionFailed("ValueError", "no")


def late() -> Any:
    raise TimeoutError


@pytest.mark.parametrize(("answer", "says"), [(failing, "ValueError: no"), (late, "TimeoutError")])
async def test_a_failure_is_told_and_the_next_time_comes(
    caplog: pytest.LogCaptureFixture, answer: Callable[[], Any], says: str
) -> None:
    function = Function(answer)
    async with following(function):
        await function.was_invoked(2)
    assert f"SweepTasksFunction failed: {says}" in caplog.messages


async def test_a_run_that_takes_long_makes_the_next_one_wait() -> None:
    function = Function(lambda: asyncio.sleep(3 * PERIOD_S))
    async with following(function):
        await function.was_invoked(3)
    assert function.most_running == 1


async def test_stopping_finishes_what_is_under_way() -> None:
    function = Function(lambda: asyncio.sleep(0.2))
    async with following(function):
        await function.was_invoked(1)
    assert (len(function.events), function.running) == (1, 0)
