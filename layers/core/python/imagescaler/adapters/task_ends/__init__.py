"""Ends of tasks. The scheme of REDIS_URL chooses the implementation."""

from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

from imagescaler.adapters import repositories
from imagescaler.runtime import settings
from imagescaler.usecases.ports import TaskEnds, WaitCounter


@dataclass(frozen=True, slots=True)
class TaskEndSettings:
    """`REDIS_URL` is the Redis in which ends are announced. Without one, requests that wait poll the database."""

    redis_url: str = ""


@cache
def from_env() -> TaskEnds:
    """Return this environment's ends of tasks, always the same ones."""
    return _from_env(shared=True)


def new_from_env() -> TaskEnds:
    """Create ends of tasks with a connection of their own, for another event loop."""
    return _from_env(shared=False)


def _from_env(*, shared: bool) -> TaskEnds:
    return connect(settings.read(TaskEndSettings).redis_url, waits=repositories.from_env(), shared=shared)


def connect(url: str, *, waits: WaitCounter, shared: bool = False) -> TaskEnds:
    """Create ends of tasks, which connect on first use, or use the connection that this environment's adapters share.

    `waits` counts requests that wait without Redis. Raises SettingsError for an unknown scheme.
    """
    match urlsplit(url).scheme:
        case "redis" | "rediss":
            from imagescaler.adapters.clients.redis import connection_to  # noqa: PLC0415 - it is slow to import
            from imagescaler.adapters.task_ends.redis import RedisTaskEnds  # noqa: PLC0415

            return RedisTaskEnds(connection_to(url, shared=shared))
        case "":
            from imagescaler.adapters.task_ends.polling import PolledTaskEnds  # noqa: PLC0415

            return PolledTaskEnds(waits)
        case "memory":
            from imagescaler.adapters.task_ends.memory import MemoryTaskEnds  # noqa: PLC0415

            return MemoryTaskEnds(waits)
        case scheme:
            message = f"REDIS_URL: there is no Redis at {scheme}; give redis://host:6379/0"
            raise settings.SettingsError(message)
