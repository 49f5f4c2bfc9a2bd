"""What goes wrong in the processor is nobody's loss."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from uuid import uuid4

import httpx
import pytest
from PIL import Image

from tests.drivers.deployment import Deployment
from tests.e2e.client import finished, post
from tests.pictures import encoded, photograph
from tests.reference import upright

pytestmark = [pytest.mark.slow, pytest.mark.needs("driver")]
COUNT, CLIENTS = 50, 4


@cache
def large() -> bytes:
    """Make a photograph that takes the processor a while: WebP has to be decoded in full size."""
    return encoded(upright(photograph()).resize((6000, 4000), Image.Resampling.BICUBIC), "WEBP", quality=75, method=0)


def test_fifty_tasks_survive_their_killed_processor(client: httpx.Client, deployment: Deployment) -> None:
    with ThreadPoolExecutor(CLIENTS) as clients:
        accepted = list(clients.map(lambda number: post(client, large(), width=100 + number), range(COUNT)))
    finished(client, accepted[4])
    deployment.kill_processor()
    assert client.get(f"/tasks/{accepted[-1].json()['id']}").json()["status"] != "completed"  # or it came too late
    tasks = [finished(client, answer) for answer in accepted]
    assert [task["status"] for task in tasks] == ["completed"] * COUNT
    assert [task["result"]["width"] for task in tasks] == [100 + number for number in range(COUNT)]


def test_an_attempt_that_takes_too_long_is_ended_and_its_task_attempted_again(
    client: httpx.Client, deployment: Deployment
) -> None:
    finished(client, post(client, photograph(), width=80))
    deployment.freeze_processor()
    accepted = [post(client, photograph(), width=81 + number) for number in range(6)]
    assert [finished(client, answer)["status"] for answer in accepted] == ["completed"] * 6
    assert "timed out" in deployment.log()


def test_of_a_batch_only_the_message_that_failed_is_reported(client: httpx.Client, deployment: Deployment) -> None:
    task = finished(client, post(client, photograph(), width=80))
    records = list(sqs_records(task["id"], str(uuid4())))
    answer = deployment.invoke("ProcessTaskFunction", {"Records": records})
    assert answer == {"batchItemFailures": [{"itemIdentifier": records[1]["messageId"]}]}


def sqs_records(*task_ids: str) -> Iterator[dict[str, object]]:
    for task_id in task_ids:
        body = json.dumps({"task_id": task_id})
        yield {"messageId": str(uuid4()), "body": body, "attributes": {}, "eventSource": "aws:sqs"}
