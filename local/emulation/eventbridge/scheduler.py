"""Invokes functions on their schedules."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime

from local.emulation.eventbridge.event import scheduled_event
from local.emulation.lambda_host.function import service_of
from local.emulation.lambda_host.lambda_client import Client, InvocationError
from local.emulation.sam_template.declarations import Schedule

logger = logging.getLogger(__name__)
INIT_S = 30  # added to the timeout, for a cold start


class Scheduler:
    """Invokes for the first time after one period, then each period.

    A run that takes longer than the period makes the next one wait, where EventBridge would begin it beside the first:
    the emulator in a container crashes at a second invocation.
    """

    def __init__(self, schedules: Sequence[Schedule], client: Client) -> None:
        self._schedules, self._client = schedules, client
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Run until `stop`, then wait for running invocations."""
        await asyncio.gather(*map(self._keep, self._schedules))

    def stop(self) -> None:
        """Invoke nothing more."""
        self._stopping.set()

    async def _keep(self, schedule: Schedule) -> None:
        clock = asyncio.get_running_loop().time
        due = clock() + schedule.period_s
        while not await self._stopped_before(due - clock()):
            await self._invoke(schedule)
            due = max(due + schedule.period_s, clock())

    async def _stopped_before(self, seconds: float) -> bool:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), max(seconds, 0))
        return self._stopping.is_set()

    async def _invoke(self, schedule: Schedule) -> None:
        """Invoke once. A failure is only logged, because the next run comes soon."""
        event = scheduled_event(schedule.rule, datetime.now(UTC))
        timeout_s = schedule.timeout_s + INIT_S
        try:
            await self._client.invoke(schedule.function, service_of(schedule.function), event, timeout_s=timeout_s)
        except (InvocationError, TimeoutError) as error:
            logger.warning("%s failed: %s", schedule.function, str(error) or type(error).__name__)
