"""Ports that end their process as kill -9 does, at a point that has a name: `after store.put`, say."""

import os
import signal
from collections.abc import Callable
from inspect import iscoroutinefunction
from typing import Any


def die() -> None:
    """End this process at once: no `finally`, no buffer, no farewell to any server."""
    os.kill(os.getpid(), signal.SIGKILL)


class Mortal:
    """Anything with methods, of which one is deadly, before it does its work or when it has done it."""

    def __init__(self, name: str, port: Any, point: str) -> None:
        self._name, self._port, self._point = name, port, point

    def __getattr__(self, method: str) -> Any:
        """Return the port's own method, which kills the process at its crash point."""
        own = getattr(self._port, method)
        return self._deadly(method, own) if iscoroutinefunction(own) else own

    def _deadly(self, method: str, own: Callable[..., Any]) -> Callable[..., Any]:
        here = f"{self._name}.{method}"

        async def deadly(*arguments: Any, **named: Any) -> Any:
            if self._point == f"before {here}":
                die()
            answer = await own(*arguments, **named)
            if self._point == f"after {here}":
                die()
            return answer

        return deadly
