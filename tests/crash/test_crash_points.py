"""SIGKILL at every named point of accept, process, sweep, burial and runner: nothing is lost, nothing done twice.

Each with a client that repeats its request, with its key, and with one that never comes back.
"""

import asyncio
import json
import time
from dataclasses import replace
from typing import Any

import pytest
from redis.asyncio import Redis

from tests.crash import victims
from tests.crash.scene import QUEUE, Scene
from tools.chaos.work import Kind, Work

pytestmark = pytest.mark.slow
NOTHING_WRITTEN = ("before tasks.find", "after tasks.find", "before store.put", "after store.put")
ACCEPT = (*NOTHING_WRITTEN, "after tasks.add", "after queue.push", "after tasks.note_message")
TAKE_BACK = ("before tasks.discard", "after tasks.discard", "after store.delete")
REPLAY = ("before tasks.find", "after tasks.find")
REPLAY_RACING = ("after store.put", "after tasks.add", "after store.delete")
REPLAY_RINGING = ("before queue.push", "after queue.push", "after tasks.note_message")
PROCESS = {
    "before tasks.claim": Kind.GOOD,
    "after tasks.claim": Kind.GOOD,
    "after store.get": Kind.GOOD,
    "in scale": Kind.GOOD,
    "after store.put": Kind.GOOD,
    "after tasks.complete": Kind.GOOD,
    "before ends.announce": Kind.GOOD,
    "after ends.announce": Kind.CORRUPT,
    "after store.delete": Kind.GOOD,
    "after tasks.fail": Kind.CORRUPT,
    "after tasks.release": Kind.GOOD,
}
SWEEP_RINGING = (
    "before tasks.expire_due",
    "after tasks.expire_due",
    "after tasks.delete_ended",
    "after tasks.take_stale",
    "after store.exists",
    "after queue.holds",
    "after queue.push",
    "after tasks.note_message",
)
BURY = ("before tasks.abandon", "after tasks.abandon", "before ends.announce", "after store.delete")
SWEEP_ENDING = ("after tasks.take_stale", "after tasks.abandon", "before ends.announce", "after store.delete")
WAIT = ("before ends.wait", "after ends.wait", "after tasks.note_message")
RUNNER = (
    "after queue.receive",
    "before the invocation",
    "after the invocation",
    "before queue.delete",
    "after queue.delete",
)
RUNNER_FAILING = ("before queue.change_visibility", "after queue.change_visibility")
RUNNER_POISONED = ("before queue.dead_letter", "after queue.dead_letter")
repeats = pytest.mark.parametrize("repeated", [False, True], ids=["client gone", "client repeats"])


def end(scene: Scene, *, repeated: bool) -> None:
    if repeated:
        scene.post()
    scene.recover()
    assert scene.judge() == []


@repeats
@pytest.mark.parametrize("point", ACCEPT)
def test_accept(scene: Scene, point: str, *, repeated: bool) -> None:
    scene.post_and_die(point)
    end(scene, repeated=repeated)
    assert scene.rows() == (0 if point in NOTHING_WRITTEN and not repeated else 1)


@repeats
@pytest.mark.parametrize("point", WAIT)
def test_accept_that_waits_for_the_end(scene: Scene, point: str, *, repeated: bool) -> None:
    """Its message is noted only when the task has not ended by then."""
    scene.prefer = {"prefer": "wait=1"}
    scene.post_and_die(point)
    scene.prefer = {}
    end(scene, repeated=repeated)
    assert scene.rows() == 1


@repeats
@pytest.mark.parametrize("point", TAKE_BACK)
def test_accept_that_takes_back_what_the_queue_has_no_room_for(scene: Scene, point: str, *, repeated: bool) -> None:
    scene.post_and_die(point, QUEUE_MAX_LENGTH="0")
    end(scene, repeated=repeated)
    assert scene.rows() == (1 if repeated or point == "before tasks.discard" else 0)


@repeats
@pytest.mark.parametrize("point", REPLAY)
def test_accept_of_what_was_accepted_before(scene: Scene, point: str, *, repeated: bool) -> None:
    scene.post()
    scene.post_and_die(point)
    end(scene, repeated=repeated)
    assert scene.rows() == 1


@repeats
@pytest.mark.parametrize("point", REPLAY_RACING)
def test_accept_of_what_is_accepted_at_the_same_time(scene: Scene, point: str, *, repeated: bool) -> None:
    scene.post()
    scene.post_and_die(point, victims.race)
    end(scene, repeated=repeated)
    assert scene.rows() == 1


@repeats
@pytest.mark.parametrize("point", REPLAY_RINGING)
def test_accept_of_what_nobody_has_rung_for(scene: Scene, point: str, *, repeated: bool) -> None:
    scene.post_and_die("after tasks.add")
    scene.post_and_die(point)
    end(scene, repeated=repeated)
    assert scene.rows() == 1


@repeats
@pytest.mark.parametrize(("point", "kind"), PROCESS.items())
def test_process(scene: Scene, point: str, kind: Kind, *, repeated: bool) -> None:
    scene.work = replace(scene.work, kind=kind)
    scene.post()
    scene.kill(victims.invoke, "process_task", event(scene), point)
    end(scene, repeated=repeated)
    assert scene.rows() == 1


@repeats
@pytest.mark.parametrize("point", SWEEP_RINGING)
def test_sweep_that_rings_again(scene: Scene, point: str, *, repeated: bool) -> None:
    scene.post()
    lose_queue(scene)
    scene.kill(victims.invoke, "sweep_tasks", {}, point)
    end(scene, repeated=repeated)
    assert scene.rows() == 1


@repeats
@pytest.mark.parametrize("point", SWEEP_ENDING)
def test_sweep_that_ends_a_task_whose_attempts_are_used_up(scene: Scene, point: str, *, repeated: bool) -> None:
    use_up(scene)
    lose_queue(scene)
    scene.kill(victims.invoke, "sweep_tasks", {}, point)
    end(scene, repeated=repeated)
    assert scene.rows() == 1


@repeats
@pytest.mark.parametrize("point", BURY)
def test_burial(scene: Scene, point: str, *, repeated: bool) -> None:
    use_up(scene)
    letter = event(scene)
    lose_queue(scene)
    scene.kill(victims.invoke, "fail_undeliverable_task", letter, point)
    scene.functions.invoke(
        "fail_undeliverable_task", json.dumps(letter).encode()
    )  # what was not answered for comes again
    assert asyncio.run(messages(scene)) == []
    end(scene, repeated=repeated)
    assert scene.rows() == 1


@repeats
@pytest.mark.parametrize("point", [*RUNNER, *RUNNER_FAILING])
def test_runner(scene: Scene, point: str, *, repeated: bool) -> None:
    scene.post()
    scene.kill(victims.run, scene.trigger, point)
    end(scene, repeated=repeated)
    assert scene.rows() == 1


@repeats
@pytest.mark.parametrize("point", RUNNER_POISONED)
def test_runner_that_buries_a_message(scene: Scene, point: str, *, repeated: bool) -> None:
    scene.post()
    asyncio.run(receive(scene))
    scene.kill(victims.run, replace(scene.trigger, max_receive_count=1), point)
    end(scene, repeated=repeated)
    assert scene.rows() == 1


def use_up(scene: Scene) -> None:
    """Kill every attempt at a task."""
    scene.work = Work(7, Kind.POISON)
    scene.post()
    for _ in range(3):
        scene.kill(victims.invoke, "process_task", event(scene), "in scale")
        time.sleep(victims.LEASE_S)


def event(scene: Scene) -> dict[str, Any]:
    """Return the event with the waiting message."""
    [(_, fields)] = asyncio.run(messages(scene))
    return {"Records": [{"messageId": "0", "body": fields[b"body"].decode(), "eventSource": "aws:sqs"}]}


async def messages(scene: Scene) -> Any:
    async with Redis.from_url(scene.environment["REDIS_URL"]) as client:
        return await client.xrange(QUEUE)


def lose_queue(scene: Scene) -> None:
    async def delete() -> None:
        async with Redis.from_url(scene.environment["REDIS_URL"]) as client:
            await client.delete(QUEUE)

    asyncio.run(delete())


async def receive(scene: Scene) -> None:
    """Take the message as a consumer that is never heard of again."""
    queue = victims.queue(scene.environment["REDIS_URL"], scene.trigger)
    received: list[Any] = []
    while not received:
        received += await queue.receive("gone", 1, wait_s=0.1)
    await queue.change_visibility(received[0], 0)
    await queue.close()
