"""The time that an invocation has, and what is done shortly before the function is killed."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Timer
from time import process_time
from typing import Any

logger = logging.getLogger(__name__)
LEAST_WORK = 0.1


@dataclass(frozen=True, slots=True)
class TimeoutSettings:
    """`FUNCTION_TIMEOUT_S` is the function's timeout, which Lambda's context does not have."""

    function_timeout_s: float | None = None

    def remaining_s(self, context: Any) -> float:
        """Return the seconds until the invocation that has just begun is killed.

        Lambda passes the deadline as a time of day, of another clock. None left, or more than the timeout, means that
        one of both was set; then the whole timeout is left.
        """
        left_s = float(context.get_remaining_time_in_millis() / 1000)
        if self.function_timeout_s is None or 0 < left_s <= self.function_timeout_s:
            return left_s
        return self.function_timeout_s


@contextmanager
def acting_after(seconds: float, act: Callable[[], Coroutine[Any, Any, None]]) -> Iterator[None]:
    """Run a coroutine, in a thread and on an event loop of its own, if the block takes longer than `seconds`.

    It runs even while other code keeps the caller's event loop busy. Nothing is done if less than a tenth of that was
    time of the processor: then the block waits for a server, or the process was stopped. Codecs release the interpreter
    while they work, so that the thread gets its turn.
    """
    start_s = process_time()

    def run() -> None:
        try:
            if process_time() - start_s >= seconds * LEAST_WORK:
                asyncio.run(act())
        except Exception:
            logger.exception("what was to be done before the deadline failed")

    timer = Timer(seconds, run)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
