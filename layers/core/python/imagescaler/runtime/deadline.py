"""Acts shortly before the function is killed, even while other code keeps the event loop busy."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from threading import Timer
from time import process_time
from typing import Any

logger = logging.getLogger(__name__)
LEAST_WORK = 0.1


@contextmanager
def acting_after(seconds: float, act: Callable[[], Coroutine[Any, Any, None]]) -> Iterator[None]:
    """Run a coroutine, in a thread and on an event loop of its own, if the block takes longer than `seconds`.

    Nothing is done if less than a tenth of that was time of the processor: then the block waits for a server, or the
    process was stopped. Codecs release the interpreter while they work, so that the thread gets its turn.
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
