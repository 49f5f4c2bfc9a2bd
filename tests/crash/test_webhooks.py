"""SIGKILL at every named point between the end of a task and its delivered webhook: it is sent, and under one id."""

import asyncio
import json
import time
from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest
from redis.asyncio import Redis

from tests.crash import victims
from tests.crash.scene import PATIENCE_S, Scene
from tests.functions.conftest import Context, multipart
from tests.pictures import plain
from tests.webhook_receiver import Receiver, receiving

pytestmark = pytest.mark.slow
QUEUE = "imagescaler:WebhookQueue"
END = ("before tasks.complete", "after tasks.complete", "before webhook_queue.push", "after webhook_queue.push")
DELIVER = (
    "before webhooks.claim",
    "after webhooks.claim",
    "after tasks.get",
    "after webhooks.add_secret",
    "before sender.send",
    "after sender.send",
    "before webhooks.record",
    "after webhooks.record",
)
RETRY = ("after sender.send", "before webhook_queue.push", "after webhook_queue.push", "after webhooks.record")
SWEEP = (
    "after webhooks.take_due",
    "before webhook_queue.push",
    "after webhook_queue.push",
    "after webhooks.note_message",
)
REDELIVER = ("after webhooks.redeliver", "after webhook_queue.push")
SKIP_DELAYS = """
    update webhooks set next_attempt_at = now() where status = 'pending' and coalesce(lease_until, now()) <= now()
"""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


def post(scene: Scene, receiver: Receiver) -> str:
    headers, body = multipart(plain(), width=8, webhook_url=receiver.url)
    answer = scene.functions.http("create_task", "POST", "/api/v1/tasks", headers=headers, body=body)
    assert answer.status == 202
    return str(answer.json["id"])


def event(task_id: str) -> dict[str, Any]:
    return {"Records": [{"messageId": "0", "body": json.dumps({"task_id": task_id}), "eventSource": "aws:sqs"}]}


def completed(scene: Scene, receiver: Receiver) -> str:
    """Complete a task, whose webhook is due, and return its id."""
    task_id = post(scene, receiver)
    assert scene.functions.invoke("process_task", json.dumps(event(task_id)).encode()) == {"batchItemFailures": []}
    return task_id


def delivered(scene: Scene) -> Any:
    """Sweep, process and deliver until the webhook has ended, and return it; delays between attempts are skipped."""
    victims.shorten_lease(scene.functions["deliver_webhook"])
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        scene.functions.invoke("sweep_tasks", b"{}")
        asyncio.run(scene._work_off())
        asyncio.run(deliver(scene))
        webhooks = asyncio.run(
            execute(scene, "select id, status, jsonb_array_length(attempts) as attempts from webhooks")
        )
        if webhooks and webhooks[0]["status"] != "pending":
            break
        asyncio.run(execute(scene, SKIP_DELAYS))
    [webhook] = webhooks
    return webhook


async def deliver(scene: Scene) -> None:
    """Invoke the function with each message of the queue of webhooks, as the event source mapping does."""
    handler = scene.functions["deliver_webhook"].handler
    async with Redis.from_url(scene.environment["REDIS_URL"]) as client:
        entries: Any = await client.xrange(QUEUE)
        for entry_id, fields in entries:
            records = [{"messageId": "0", "body": fields[b"body"].decode(), "eventSource": "aws:sqs"}]
            await asyncio.to_thread(handler, {"Records": records}, Context("deliver-webhook"))
            await client.xdel(QUEUE, entry_id)


async def execute(scene: Scene, statement: str) -> Any:
    connection = await asyncpg.connect(scene.environment["POSTGRES_DSN"])
    found = await connection.fetch(statement)
    await connection.close()
    return found


def ids(receiver: Receiver) -> set[str]:
    return {headers["webhook-id"] for headers, _ in receiver.received}


def check(scene: Scene, receiver: Receiver, *, at_most: int) -> None:
    """Assert that the webhook is delivered under one id, in so many requests at most, which all say the same."""
    webhook = delivered(scene)
    assert webhook["status"] == "delivered"
    assert ids(receiver) == {str(webhook["id"])}
    assert 1 <= len(receiver.received) <= at_most
    assert len({body for _, body in receiver.received}) == 1


@pytest.mark.parametrize("point", END)
def test_end(scene: Scene, receiver: Receiver, point: str) -> None:
    task_id = post(scene, receiver)
    scene.kill(victims.invoke, "process_task", event(task_id), point)
    check(scene, receiver, at_most=1)


@pytest.mark.parametrize("point", DELIVER)
def test_deliver(scene: Scene, receiver: Receiver, point: str) -> None:
    task_id = completed(scene, receiver)
    asyncio.run(execute(scene, "delete from webhook_secrets"))
    scene.kill(victims.invoke, "deliver_webhook", event(task_id), point)
    check(scene, receiver, at_most=2 if point in {"after sender.send", "before webhooks.record"} else 1)


@pytest.mark.parametrize("point", RETRY)
def test_retry(scene: Scene, receiver: Receiver, point: str) -> None:
    task_id = completed(scene, receiver)
    receiver.statuses = [503]
    scene.kill(victims.invoke, "deliver_webhook", event(task_id), point)
    check(scene, receiver, at_most=2)


@pytest.mark.parametrize("point", SWEEP)
def test_sweep(scene: Scene, receiver: Receiver, point: str) -> None:
    completed(scene, receiver)
    asyncio.run(lose_messages(scene))
    scene.kill(victims.invoke, "sweep_tasks", {}, point)
    check(scene, receiver, at_most=1)


@pytest.mark.parametrize("point", REDELIVER)
def test_redeliver(scene: Scene, receiver: Receiver, point: str) -> None:
    task_id = completed(scene, receiver)
    webhook_id = delivered(scene)["id"]
    path = f"/api/v1/tasks/{task_id}/webhooks/{webhook_id}/redeliver"
    scene.kill(victims.invoke, "redeliver_webhook", scene.functions.event("POST", path), point)
    check(scene, receiver, at_most=2)
    assert len(receiver.received) == 2


async def lose_messages(scene: Scene) -> None:
    async with Redis.from_url(scene.environment["REDIS_URL"]) as client:
        await client.delete(QUEUE)
