"""`damaged=salvage` from the request to the task: what is cut off is accepted, and the task warns of it."""

import json
from typing import Any

import pytest

from tests.functions.conftest import Functions, Post, multipart
from tests.pictures import photograph
from tests.unit.engine.test_salvage import IN_ROWS, cut


def answer_of(functions: Functions, task_id: str) -> Any:
    functions.process(json.dumps({"task_id": task_id}))
    return functions.http("get_task", "GET", f"/api/v1/tasks/{task_id}").json


def test_the_task_and_the_receipt_warn_of_what_is_missing(functions: Functions, post: Post) -> None:
    task = answer_of(functions, post(cut(photograph(), 0.5), width=320, damaged="salvage").json["id"])
    assert task["status"] == "completed"
    [warning] = task["warnings"]
    assert warning.startswith("The JPEG is cut off or damaged. About ")
    assert warning.endswith(" % of its pixels are missing.")
    assert task["result"]["receipt"]["warnings"] == [warning]


def test_without_the_option_the_task_fails_with_advice(functions: Functions, post: Post) -> None:
    task = answer_of(functions, post(cut(photograph(), 0.5), width=320).json["id"])
    assert (task["status"], task["warnings"]) == ("failed", [])
    assert task["error"]["detail"].endswith(
        "it is cut off or damaged. Send damaged=salvage to get what can be decoded."
    )


def test_renditions_differ_in_what_becomes_of_damage(functions: Functions, post: Post) -> None:
    renditions = [{"name": "strict", "width": 100}, {"name": "rest", "width": 100, "damaged": "salvage"}]
    answer = post(cut(photograph(), 0.5), renditions=json.dumps(renditions))
    task = answer_of(functions, answer.json["id"])
    assert task["status"] == "completed"
    strict, rest = task["renditions"]
    assert (strict["status"], rest["status"]) == ("failed", "completed")
    assert len(task["warnings"]) == 1


@pytest.mark.parametrize("kind", IN_ROWS)
def test_tasks_and_plans_accept_what_can_be_salvaged(functions: Functions, post: Post, kind: str) -> None:
    data = cut(IN_ROWS[kind][0], 0.4)
    assert post(data, width=20, damaged="salvage").status == 202
    headers, body = multipart(data, width=20, damaged="salvage")
    plan = functions.http("plan_task", "POST", "/api/v1/plan", headers=headers, body=body)
    assert plan.status == 200
    assert plan.json["options"]["damaged"] == "salvage"


def test_other_values_are_refused(post: Post) -> None:
    answer = post(photograph(), width=20, damaged="ignore")
    assert answer.status == 422
    assert "damaged" in json.dumps(answer.json["errors"])
