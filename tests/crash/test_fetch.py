"""SIGKILL at every named point of accepting a URL or an object of a bucket, fetching its image, and sweeping.

Nothing is lost or left over.
"""

import asyncio
import json
import time
from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest
from redis.asyncio import Redis

from tests.cloud import REGION, cloud
from tests.crash import victims
from tests.crash.scene import PATIENCE_S, Scene
from tests.functions.conftest import Context
from tests.handlers import FUNCTIONS
from tests.pictures import plain
from tests.web_host import WebHost, web_host

pytestmark = pytest.mark.slow
SOURCES = "imagescaler:SourceQueue"
ACCEPT = ("after tasks.add", "after source_queue.push", "after tasks.note_message")
INGEST = ("before tasks.find", "after tasks.find", *ACCEPT)
FETCH = (
    "before tasks.claim",
    "after tasks.claim",
    "after fetcher.fetch",
    "before store.put",
    "after store.put",
    "before tasks.set_source",
    "after tasks.set_source",
    "after queue.push",
    "after tasks.note_message",
)
FAIL = ("before tasks.fail", "after tasks.fail", "before ends.announce", "after store.delete")
SWEEP = ("after tasks.take_stale", "after source_queue.holds", "after source_queue.push", "after tasks.note_message")


@pytest.fixture
def host() -> Iterator[WebHost]:
    with web_host() as made:
        made.serve("/photo.png", plain())
        yield made


def request(host: WebHost, path: str = "/photo.png") -> dict[str, Any]:
    body = json.dumps({"source_url": host.url + path, "width": 8}).encode()
    return {"headers": {"content-type": "application/json", "idempotency-key": "k1"}, "body": body}


def post(scene: Scene, host: WebHost, path: str = "/photo.png") -> str:
    answer = scene.functions.http("create_task", "POST", "/api/v1/tasks", **request(host, path))
    assert answer.status == 202
    return str(answer.json["id"])


def event(task_id: str) -> dict[str, Any]:
    return {"Records": [{"messageId": "0", "body": json.dumps({"task_id": task_id}), "eventSource": "aws:sqs"}]}


async def rows(scene: Scene) -> list[tuple[str, str]]:
    connection = await asyncpg.connect(scene.environment["POSTGRES_DSN"])
    found = await connection.fetch("select id, status from tasks")
    await connection.close()
    return [(str(row["id"]), row["status"]) for row in found]


async def deliver(scene: Scene) -> None:
    """Invoke the function with each message of the queue of sources, as the event source mapping does."""
    module = scene.functions["fetch_source"]
    victims.shorten_lease(module)
    async with Redis.from_url(scene.environment["REDIS_URL"]) as client:
        entries: Any = await client.xrange(SOURCES)
        for entry_id, fields in entries:
            records = [{"messageId": "0", "body": fields[b"body"].decode(), "eventSource": "aws:sqs"}]
            answer = await asyncio.to_thread(module.handler, {"Records": records}, Context("fetch-source"))
            if not answer["batchItemFailures"]:
                await client.xdel(SOURCES, entry_id)


def end(scene: Scene) -> str:
    """Sweep, fetch and process until the task has ended and nothing waits; return its status."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        scene.functions.invoke("sweep_tasks", b"{}")
        asyncio.run(deliver(scene))
        asyncio.run(scene._work_off())
        if asyncio.run(left_over(scene)) == []:
            break
    [(_, status)] = asyncio.run(rows(scene))
    assert asyncio.run(left_over(scene)) == []
    return status


async def left_over(scene: Scene) -> list[Any]:
    """Find what must not be there in the end: unfinished tasks, messages, sources."""
    unfinished = [each for each in await rows(scene) if each[1] in {"pending", "processing"}]
    async with Redis.from_url(scene.environment["REDIS_URL"]) as client:
        messages = [await client.xlen(key) for key in (SOURCES, "imagescaler:TaskQueue")]
        sources = [key async for key in client.scan_iter("imagescaler:sources/*")]
    return [*unfinished, *filter(None, messages), *sources]


@pytest.mark.parametrize("repeated", [False, True], ids=["client gone", "client repeats"])
@pytest.mark.parametrize("point", ACCEPT)
def test_accept(scene: Scene, host: WebHost, point: str, *, repeated: bool) -> None:
    event = scene.functions.event("POST", "/api/v1/tasks", **request(host))
    scene.kill(victims.invoke, "create_task", event, point)
    if repeated:
        post(scene, host)
    assert end(scene) == "completed"


@pytest.mark.parametrize("point", INGEST)
def test_ingest(scene: Scene, monkeypatch: pytest.MonkeyPatch, point: str) -> None:
    """Lambda invokes a function again whose asynchronous invocation has failed."""
    created: Any = json.loads((FUNCTIONS / "ingest_object/event.json").read_text())
    monkeypatch.setenv("SOURCE_BUCKETS", "photos")
    with cloud(monkeypatch) as made:
        made.s3.create_bucket(Bucket="photos", CreateBucketConfiguration={"LocationConstraint": REGION})
        made.s3.put_object(Bucket="photos", Key=created["detail"]["object"]["key"], Body=plain())
        scene.kill(victims.invoke, "ingest_object", created, point, SOURCE_BUCKETS="photos")
        scene.functions.invoke("ingest_object", json.dumps(created).encode())
        assert end(scene) == "completed"


@pytest.mark.parametrize("point", FETCH)
def test_fetch(scene: Scene, host: WebHost, point: str) -> None:
    task_id = post(scene, host)
    scene.kill(victims.invoke, "fetch_source", event(task_id), point)
    assert end(scene) == "completed"


@pytest.mark.parametrize("point", FAIL)
def test_fetch_of_nothing(scene: Scene, host: WebHost, point: str) -> None:
    task_id = post(scene, host, "/missing")
    scene.kill(victims.invoke, "fetch_source", event(task_id), point)
    assert end(scene) == "failed"


@pytest.mark.parametrize("point", SWEEP)
def test_sweep(scene: Scene, host: WebHost, point: str) -> None:
    post(scene, host)
    if "holds" not in point:
        asyncio.run(lose_messages(scene))
    scene.kill(victims.invoke, "sweep_tasks", {}, point)
    assert end(scene) == "completed"


async def lose_messages(scene: Scene) -> None:
    async with Redis.from_url(scene.environment["REDIS_URL"]) as client:
        await client.delete(SOURCES)
