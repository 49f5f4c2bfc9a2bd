"""The environment's event loop survives what breaks loops: 200 invocations for each combination."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest
from redis.asyncio import Redis

from imagescaler.runtime import loop

INVOCATIONS = 200


def in_this_thread(call: Callable[[], Any]) -> None:
    call()


def in_other_threads(call: Callable[[], Any]) -> None:
    failures: list[BaseException] = []

    def guarded() -> None:
        try:
            call()
        except BaseException as error:  # noqa: BLE001
            failures.append(error)

    thread = threading.Thread(target=guarded)
    thread.start()
    thread.join()
    assert not failures


def undisturbed() -> None:
    pass


def another_loop_runs_and_closes() -> None:
    asyncio.run(asyncio.sleep(0))


def the_current_loop_is_unset() -> None:
    asyncio.set_event_loop(None)


def a_closed_loop_is_set() -> None:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    loop.close()


DISTURBANCES = (undisturbed, another_loop_runs_and_closes, the_current_loop_is_unset, a_closed_loop_is_set)


@pytest.mark.parametrize("disturb", DISTURBANCES, ids=lambda disturb: disturb.__name__)
@pytest.mark.parametrize("where", [in_this_thread, in_other_threads], ids=lambda where: where.__name__)
def test_a_connection_lives_through_all_invocations(
    redis_url: str, where: Callable[[Callable[[], Any]], None], disturb: Callable[[], None]
) -> None:
    """As in the processor, one client is created on the loop and used in every invocation."""
    client: Any = Redis.from_url(redis_url)
    loop.run(client.delete("counter"))

    def invoke() -> None:
        disturb()
        loop.run(client.incr("counter"))

    for _ in range(INVOCATIONS):
        where(invoke)
    assert loop.run(client.get("counter")) == str(INVOCATIONS).encode()
    assert int(loop.run(client.info("clients"))["connected_clients"]) < 10
    loop.run(client.aclose())


def test_a_coroutine_that_raises_leaves_the_loop_usable() -> None:
    async def broken() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        loop.run(broken())
    assert loop.run(asyncio.sleep(0, "fine")) == "fine"
