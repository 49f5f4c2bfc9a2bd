"""The one event loop of an execution environment."""

import asyncio
import gc
from collections.abc import Coroutine
from functools import cache
from typing import Any, TypeVar

Answer = TypeVar("Answer")


@cache
def _loop() -> asyncio.AbstractEventLoop:
    """Create the loop on first use.

    A loop that was created during the init would be in a snapshot of it (SnapStart), and shared by the processes that
    are forked after it.
    """
    return asyncio.new_event_loop()


def own_loop() -> asyncio.AbstractEventLoop:
    """Set the environment's loop as the current one of this thread, and return it. Collect garbage from now on.

    Connections stay open on it across invocations. Call this before each invocation: `asyncio.run` in a library
    unsets the current loop, and a new thread has none.
    """
    if not gc.isenabled():  # the init is over, and no collection need visit what it has made
        gc.freeze()
        gc.enable()
    asyncio.set_event_loop(_loop())
    return _loop()


def run(coroutine: Coroutine[Any, Any, Answer]) -> Answer:
    """Run a coroutine on the environment's loop and return its result."""
    return own_loop().run_until_complete(coroutine)
