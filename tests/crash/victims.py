"""What is killed: a function or a runner in a process of its own, with ports one of which is deadly.

The processes are forked from a server that has imported this module and what it imports, for speed.
"""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from unittest.mock import patch
from uuid import UUID

from imagescaler.adapters.repositories.postgres_tasks import PostgresTaskRepository
from imagescaler.adapters.stores.redis import RedisImageStore
from imagescaler.usecases.delete_task import delete_task
from imagescaler.web.app import create_app  # noqa: F401 - slow, and needed by the functions that are loaded later
from local.emulation.event_source_mapping import runner as runner_module
from local.emulation.event_source_mapping.consumers.redis import RedisQueueConsumer
from local.emulation.event_source_mapping.runner import Runner
from local.emulation.lambda_host.lambda_client import Environment, FunctionFailed
from local.emulation.sam_template.declarations import QueueTrigger
from tests.crash.mortal import Mortal, die
from tests.functions.conftest import Context, Functions

PORTS = ("tasks", "queue", "source_queue", "store", "ends", "keys", "fetcher", "webhooks", "webhook_queue", "sender")
LEASE_S, VISIBILITY_S = 0.1, 0.3


def invoke(name: str, event: Mapping[str, Any], point: str, environment: Mapping[str, str]) -> None:
    """Invoke a function that does not live beyond a point."""
    os.environ.update(environment)
    module = Functions()[name]
    for port in PORTS:
        if hasattr(module, port):
            setattr(module, port, Mortal(port, getattr(module, port), point))
    if name in {"deliver_webhook", "fetch_source"}:
        shorten_lease(module)
    if name == "process_task":
        shorten_lease(module)
        module.scale_within_limits = _engine(point, module.scale_within_limits)
    module.handler(dict(event), Context(name))


def race(name: str, event: Mapping[str, Any], point: str, environment: Mapping[str, str]) -> None:
    """Invoke a function as above, for which the task of its idempotency key is added just after it has looked."""

    async def see_nothing(*_: Any) -> None:
        return None

    with patch.object(PostgresTaskRepository, "find", see_nothing):
        invoke(name, event, point, environment)


def delete_in_hand(event: str, point: str, environment: Mapping[str, str]) -> None:
    """Process a task that is deleted as soon as its source has been read; the attempt does not live beyond a point."""
    os.environ.update(environment)
    deletion = Functions()["delete_task"]
    own_get = RedisImageStore.get

    async def get_and_delete(store: RedisImageStore, key: str, **named: Any) -> bytes:
        data = await own_get(store, key, **named)
        task_id = UUID(key.rpartition("/")[2])
        await delete_task(task_id, "", tasks=deletion.tasks, store=deletion.store, ends=deletion.ends)
        return data

    with patch.object(RedisImageStore, "get", get_and_delete):
        invoke("process_task", json.loads(event), point, environment)


def shorten_lease(module: Any) -> None:
    """Let leases end soon: the processor reckons with the 29 seconds that a test's context has left."""
    module.LEASE_MARGIN_S = LEASE_S - Context().get_remaining_time_in_millis() / 1000


def _engine(point: str, own: Any) -> Any:
    def scale(*arguments: Any, **allowed: Any) -> Any:
        if point == "in scale":
            die()
        if point == "after tasks.release":
            raise RuntimeError("a fault of ours, for which another attempt may help")
        return own(*arguments, **allowed)

    return scale


class Processor:
    """Serves the processor to a runner, one invocation at a time; dies before or after it, or says that it failed."""

    def __init__(self, functions: Functions, point: str = "", *, fails: bool = False) -> None:
        self._functions, self._point, self._fails = functions, point, fails
        shorten_lease(functions["process_task"])

    async def concurrency(self, function: str, service: str) -> int | None:
        """There is one environment."""
        return 1

    @asynccontextmanager
    async def environment(self, function: str, service: str, *, wait_s: float) -> AsyncIterator[Environment]:
        """Yield the only environment to the only slot."""
        yield self.invoke

    async def invoke(self, event: bytes, *, timeout_s: float) -> Any:
        """Invoke the real function in a thread, as it has an event loop of its own."""
        if self._point == "before the invocation":
            die()
        if self._fails:
            raise FunctionFailed("Runtime.ExitError", "killed")
        answer = await asyncio.to_thread(self._functions.invoke, "process_task", event)
        if self._point == "after the invocation":
            die()
        return answer


def queue(url: str, trigger: QueueTrigger) -> RedisQueueConsumer:
    """Connect to the queue as a runner does, with less patience."""
    return RedisQueueConsumer(url, visibility_timeout_s=VISIBILITY_S, dead_letter_queue=trigger.dead_letter_queue)


def run(trigger: QueueTrigger, point: str, environment: Mapping[str, str]) -> None:
    """Run a runner that does not live beyond a point."""
    os.environ.update(environment)
    hurry()
    processor = Processor(Functions(), point, fails="change_visibility" in point)
    mortal: Any = Mortal("queue", queue(environment["REDIS_URL"], trigger), point)
    asyncio.run(Runner(trigger, "process-task", mortal, processor).run())


HURRY = {"POLL_S": 0.02, "INVISIBLE_S": 0.05, "HEARTBEAT_S": 0.02, "LONGEST_RETRY_S": 0.01}


def hurry() -> None:
    """Make the runner's pauses short."""
    for name, seconds in HURRY.items():
        setattr(runner_module, name, seconds)
