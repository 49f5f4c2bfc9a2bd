"""Invokes functions for clients, which wait thirty seconds at most."""

import asyncio
import logging
from typing import Any

from local.emulation.api_gateway.limits import Limits
from local.emulation.api_gateway.refusal import Refusal
from local.emulation.lambda_host.event import Event
from local.emulation.lambda_host.function import service_of
from local.emulation.lambda_host.lambda_client import (
    Client,
    EventTooLarge,
    FunctionThrottled,
    FunctionUnreachable,
    InvocationError,
)

logger = logging.getLogger(__name__)
BUSY_RETRY_AFTER_S = 1  # the request has waited in the host already, which is overloaded


class Invocations:
    """The running invocations.

    None is cancelled when its client was answered or has disconnected: the function would continue, and RIE
    crashes when a caller gives up.
    """

    def __init__(self, client: Client, limits: Limits) -> None:
        self._client = client
        self._limits = limits
        self._running: set[asyncio.Task[Any]] = set()  # the loop itself holds tasks by weak references only

    async def invoke(self, function: str, event: Event, request_id: str) -> Any:
        """Invoke a function and return its result; raises a Refusal."""
        timeout_s = self._limits.invocation_timeout_s
        task = asyncio.create_task(self._client.invoke(function, service_of(function), event, timeout_s=timeout_s))
        self._running.add(task)
        task.add_done_callback(self._finished)
        done, _ = await asyncio.wait({task}, timeout=self._limits.integration_timeout_s)
        error = (
            task.exception() if done else TimeoutError(f"the time of {self._limits.integration_timeout_s:g} s is over")
        )
        if error is None:
            return task.result()
        if not isinstance(error, InvocationError | TimeoutError):
            raise error
        logger.error("%s gave no answer to request %s: %s", function, request_id, str(error) or type(error).__name__)
        raise _refusal(error, function, event, request_id) from error

    async def drain(self, timeout_s: float) -> None:
        """Wait for running invocations, and cancel those that are late."""
        if self._running:
            _, late = await asyncio.wait(self._running, timeout=timeout_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def _finished(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()  # retrieved, or asyncio would log an exception that nobody awaited


def _refusal(error: Exception, function: str, event: Event, request_id: str) -> Refusal:
    """Choose the gateway's answer: 503 where a retry may help, 500 for an error of the function."""
    match error:
        case TimeoutError():
            return Refusal(503, f"{function} did not answer in time; it may still complete.")
        case FunctionThrottled():
            return Refusal(
                503, f"{function} is busy: all of its environments are in use.", retry_after_s=BUSY_RETRY_AFTER_S
            )
        case FunctionUnreachable():
            return Refusal(503, f"{function} cannot be reached, or was replaced; it may have completed.")
        case EventTooLarge():
            return Refusal(413, f"{function} does not accept an event of {len(event):,} bytes.")
        case _:
            return Refusal(500, f"{function} failed; the gateway's log says why, under the request id {request_id}.")
