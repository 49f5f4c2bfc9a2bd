"""Invokes the functions of a host in this process, without HTTP between them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from local.emulation.lambda_host.event import EVENT_LIMIT_BYTES, Event
from local.emulation.lambda_host.host import FunctionHost
from local.emulation.lambda_host.lambda_client import (
    Environment,
    EventTooLarge,
    FunctionFailed,
    FunctionThrottled,
    FunctionUnreachable,
    answer_of,
)
from local.emulation.lambda_host.pool import Throttled


class HostClient:
    """Has the interface, responses and errors of LambdaClient, without the Invoke API."""

    def __init__(self, host: FunctionHost) -> None:
        self._host = host

    async def invoke(self, function: str, _service: str, event: Event, *, timeout_s: float) -> Any:
        """Invoke a function with a JSON event, wait for its answer and return it decoded.

        Raises InvocationErrors, and TimeoutError after `timeout_s` seconds; the function is not stopped.
        """
        if len(event) > EVENT_LIMIT_BYTES:
            raise EventTooLarge(f"the event has {len(event)} bytes, and may have {EVENT_LIMIT_BYTES}")
        try:
            async with asyncio.timeout(timeout_s):
                answer = await asyncio.shield(self._host.start(function, event))
        except KeyError:
            raise FunctionUnreachable(f"there is no function {function}") from None
        except Throttled:
            raise FunctionThrottled(f"every environment of {function} is busy") from None
        except TimeoutError:
            raise
        except OSError as error:
            raise FunctionFailed("ServiceException", str(error)) from error
        return answer_of(answer.payload, failed=answer.failed)

    @asynccontextmanager
    async def environment(self, function: str, service: str, *, wait_s: float = 0) -> AsyncIterator[Environment]:  # noqa: ARG002 - the host waits
        """Yield a way to invoke the function: in the host each invocation waits for an environment."""
        yield partial(self.invoke, function, service)

    async def concurrency(self, _function: str, _service: str) -> None:
        """Return None: the host decides the number of environments."""
