"""How long a result is kept, by `result_ttl_s`, up to the maximum of the operator."""

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from imagescaler.domain.task.status import Status
from imagescaler.runtime import loop
from tests.functions.conftest import Functions, Post
from tests.pictures import plain

WEEK_S = 604_800


def processed(functions: Functions, post: Post, **fields: Any) -> Any:
    """Create a task, process it, and return it as it is stored."""
    task_id = post(plain(), **fields).json["id"]
    functions.process(json.dumps({"task_id": task_id}))
    return functions["create_task"].tasks.tasks[UUID(task_id)]


def kept_s(functions: Functions, task: Any) -> set[int]:
    """Return the seconds for which the row and each image of a completed task are kept."""
    assert task.status is Status.COMPLETED
    blobs = functions["process_task"].store._blobs
    left_s = [blobs[key][1] - time.monotonic() for key in task.result_keys]
    return {round(each, -1) for each in (*left_s, (task.expires_at - task.completed_at).total_seconds())}


@pytest.mark.parametrize(
    ("fields", "expected"), [({}, 86_400), ({"result_ttl_s": 600}, 600), ({"result_ttl_s": WEEK_S}, WEEK_S)]
)
def test_row_and_image_of_a_result_expire_together(
    functions: Functions, post: Post, fields: dict[str, Any], expected: int
) -> None:
    assert kept_s(functions, processed(functions, post, **fields)) == {expected}


def test_of_several_renditions_the_longest_counts_for_all(functions: Functions, post: Post) -> None:
    renditions = [{"name": "a", "width": 5, "result_ttl_s": 60}, {"name": "b", "width": 6, "result_ttl_s": 120}]
    assert kept_s(functions, processed(functions, post, renditions=json.dumps(renditions))) == {120}
    renditions.append({"name": "c", "width": 7})
    assert kept_s(functions, processed(functions, post, renditions=json.dumps(renditions))) == {86_400}


def test_more_than_the_maximum_is_refused_with_the_maximum(functions: Functions, post: Post) -> None:
    answer = post(plain(), result_ttl_s=WEEK_S + 1)
    assert (answer.status, answer.json["type"]) == (422, "/problems/result-ttl-too-long")
    assert answer.json["detail"] == "result_ttl_s is 604,801; the limit is 604,800."
    assert not functions["create_task"].tasks.tasks
    assert not functions["create_task"].store.blobs


def test_a_plan_refuses_what_a_task_refuses(functions: Functions) -> None:
    body = json.dumps({"source_width": 9, "source_height": 9, "result_ttl_s": WEEK_S + 1}).encode()
    answer = functions.http(
        "plan_task", "POST", "/api/v1/plan", body=body, headers={"content-type": "application/json"}
    )
    assert (answer.status, answer.json["type"]) == (422, "/problems/result-ttl-too-long")


@pytest.mark.parametrize("seconds", ["0", "-1", "1.5", "9" * 400, "true", "1e9"])
def test_what_is_no_time_is_invalid(functions: Functions, post: Post, seconds: str) -> None:
    answer = post(plain(), result_ttl_s=seconds)
    assert (answer.status, answer.json["errors"][0]["field"]) == (422, "result_ttl_s")


def test_an_expired_result_is_gone_and_is_not_cached_for_longer(functions: Functions, post: Post) -> None:
    task = processed(functions, post, result_ttl_s=600)
    path = f"/api/v1/results/{task.id}"
    answer = functions.http("get_result", "GET", path, headers={"accept": "image/*"})
    age = int(answer.headers["cache-control"].removeprefix("private, max-age="))
    assert 590 <= age <= 600
    tasks = functions["create_task"].tasks
    tasks.tasks[task.id] = loop.run(tasks.get(task.id)).as_of(datetime.now(UTC) + timedelta(seconds=601))
    assert functions.http("get_result", "GET", path, headers={"accept": "image/*"}).status == 410
