"""The one event loop of an execution environment."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

Answer = TypeVar("Answer")

_loop = asyncio.new_event_loop()


def own_loop() -> asyncio.AbstractEventLoop:
    """Make the environment's loop the current one of this thread, and return it.

    Connections live on it across invocations. It is set again before each one, because a library's `asyncio.run`
    or another thread leaves none.
    """
    asyncio.set_event_loop(_loop)
    return _loop


def run(coroutine: Coroutine[Any, Any, Answer]) -> Answer:
    """Run a coroutine to its end on the environment's loop."""
    return own_loop().run_until_complete(coroutine)
