"""SIGKILL at every named point of deleting a task, and of an attempt in hand: in the end no byte is left."""

import asyncio
import json
import time
from typing import Any

import asyncpg
import pytest
from redis.asyncio import Redis

from tests.crash import victims
from tests.crash.scene import PATIENCE_S, Scene
from tests.crash.test_crash_points import event
from tools.chaos.ledger import differences

pytestmark = pytest.mark.slow
UNTOUCHED = ("before tasks.get", "after tasks.get", "before tasks.delete")
DELETE = ("after tasks.delete", "before ends.announce", "before store.delete", "after store.delete")
SWEEP = ("after tasks.take_unpurged", "before store.delete", "after store.delete", "before tasks.note_purged")
IN_HAND = ("before store.put", "after store.put", "before tasks.complete", "after store.delete")
repeats = pytest.mark.parametrize("repeated", [False, True], ids=["client gone", "client repeats"])


def delete_and_die(scene: Scene, point: str) -> None:
    scene.kill(victims.invoke, "delete_task", scene.functions.event("DELETE", f"/api/v1/tasks/{task_id(scene)}"), point)


def delete(scene: Scene) -> None:
    assert scene.functions.http("delete_task", "DELETE", f"/api/v1/tasks/{task_id(scene)}").status == 204


def task_id(scene: Scene) -> str:
    [found] = {line.task_id for line in scene.history if line.task_id}
    return found


async def rows(scene: Scene) -> list[Any]:
    connection = await asyncpg.connect(scene.environment["POSTGRES_DSN"])
    found = await connection.fetch("select status, expires_at from tasks")
    await connection.close()
    return list(found)


async def blobs(scene: Scene) -> list[bytes]:
    """Look into the store, whose ledger must agree with it."""
    async with Redis.from_url(scene.environment["REDIS_URL"]) as client:
        assert await differences(client) == []
        return [key async for key in client.scan_iter("imagescaler:*/*", _type="string")]


def end(scene: Scene) -> str:
    """Recover, sweep until nothing is left to purge, and return the status of the task."""
    scene.recover()
    deadline = time.monotonic() + PATIENCE_S
    while True:
        [row] = asyncio.run(rows(scene))
        if row["status"] != "deleted" or row["expires_at"] is None or time.monotonic() > deadline:
            return str(row["status"])
        scene.functions.invoke("sweep_tasks", b"{}")


@repeats
@pytest.mark.parametrize("ended", [False, True], ids=["pending", "completed"])
@pytest.mark.parametrize("point", [*UNTOUCHED, *DELETE])
def test_delete(scene: Scene, point: str, *, ended: bool, repeated: bool) -> None:
    scene.post()
    if ended:
        scene.recover()
    delete_and_die(scene, point)
    if repeated:
        delete(scene)
        assert asyncio.run(blobs(scene)) == []
    if point in UNTOUCHED and not repeated:
        assert end(scene) == "completed"
        assert scene.judge() == []
    else:
        assert end(scene) == "deleted"
        assert asyncio.run(blobs(scene)) == []


@pytest.mark.parametrize("point", SWEEP)
def test_sweep_that_purges(scene: Scene, point: str) -> None:
    scene.post()
    scene.recover()
    delete_and_die(scene, "after tasks.delete")
    scene.kill(victims.invoke, "sweep_tasks", {}, point)
    assert end(scene) == "deleted"
    assert asyncio.run(blobs(scene)) == []


@pytest.mark.parametrize("point", IN_HAND)
def test_an_attempt_in_hand_when_the_task_is_deleted(scene: Scene, point: str) -> None:
    """The task is deleted after its source was read; what the attempt stores then is purged after its lease."""
    scene.post()
    scene.kill(victims.delete_in_hand, json.dumps(event(scene)), point)
    assert end(scene) == "deleted"
    assert asyncio.run(blobs(scene)) == []
