"""GET /api/v1/tasks/{task_id}."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from imagescaler.domain.errors import CorruptImage
from imagescaler.domain.formats import Format
from imagescaler.domain.task.outcome import Failure, Result
from imagescaler.domain.task.receipt import PeakOf, Receipt, Usage
from imagescaler.runtime import loop
from tests.answer import Answer
from tests.functions.conftest import Functions, Post
from tests.pictures import photograph

USAGE = Usage(0.2, 0.1, 99, PeakOf.ATTEMPT)
RECEIPT = Receipt("cd" * 32, "ab" * 32, {"pillow": "13"}, ("decode jpeg 1/2",), USAGE, ("A part is missing.",))
RESULT = Result(Format.JPEG, 800, 534, 61_234, "ab" * 32, RECEIPT)


def get(functions: Functions, task_id: str, **headers: str) -> Answer:
    return functions.http("get_task", "GET", f"/api/v1/tasks/{task_id}", headers=headers)


def end(functions: Functions, task_id: str, end: str = "complete") -> None:
    tasks: Any = functions["create_task"].tasks

    async def claim_and_end() -> None:
        task = await tasks.claim(UUID(task_id), lease_s=60, max_attempts=3)
        if end == "complete":
            await tasks.complete(task, RESULT, task.source, ttl_s=3600)
        else:
            await tasks.fail(task, Failure.of(CorruptImage("It is cut off.")))

    loop.run(claim_and_end())


def test_a_pending_task_says_when_to_ask_again(functions: Functions, post: Post) -> None:
    created = post(photograph(), width=800).json
    answer = get(functions, created["id"])
    assert (answer.status, answer.json) == (200, created)
    assert answer.headers["retry-after"] == "1"


def test_a_completed_task_has_a_result(functions: Functions, post: Post) -> None:
    task_id = post(photograph(), width=800).json["id"]
    end(functions, task_id)
    answer = get(functions, task_id)
    assert answer.json["status"] == "completed"
    assert answer.json["attempts"] == 1
    assert answer.json["error"] is None
    assert answer.json["warnings"] == ["A part is missing."]
    assert answer.json["result"] == {
        "format": "jpeg",
        "url": f"/api/v1/results/{task_id}",
        "media_type": "image/jpeg",
        "width": 800,
        "height": 534,
        "bytes": 61_234,
        "sha256": "ab" * 32,
        "receipt": {
            "source_sha256": "cd" * 32,
            "result_sha256": "ab" * 32,
            "software": {"pillow": "13"},
            "operations": ["decode jpeg 1/2"],
            "usage": {"seconds": 0.2, "cpu_seconds": 0.1, "peak_memory_bytes": 99, "peak_of": "attempt"},
            "warnings": ["A part is missing."],
            "score": None,
        },
        "frames": 1,
        "placeholder": None,
        "dominant_color": None,
    }
    assert answer.json["created_at"] <= answer.json["started_at"] <= answer.json["completed_at"]
    assert "retry-after" not in answer.headers


def test_a_failed_task_has_its_problem(functions: Functions, post: Post) -> None:
    task_id = post(photograph(), width=800).json["id"]
    end(functions, task_id, "fail")
    task = get(functions, task_id).json
    assert (task["status"], task["result"]) == ("failed", None)
    assert task["error"] == {
        "type": "/problems/corrupt-image",
        "title": "The image cannot be decoded",
        "detail": "It is cut off.",
    }


def test_an_unknown_task_is_not_found(functions: Functions) -> None:
    answer = get(functions, str(uuid4()))
    assert (answer.status, answer.json["type"]) == (404, "/problems/task-not-found")
    assert "POST /api/v1/tasks" in answer.json["detail"]


@pytest.mark.parametrize("task_id", ["1", "not-a-uuid", "12345678-1234-1234-1234-12345678901g"])
def test_an_id_that_is_none_is_told_so(functions: Functions, task_id: str) -> None:
    answer = get(functions, task_id)
    assert (answer.status, answer.json["errors"][0]["field"]) == (422, "task_id")


def test_waiting_ends_when_the_task_does(functions: Functions, post: Post) -> None:
    task_id = post(photograph(), width=800).json["id"]
    functions["get_task"]
    loop.own_loop().call_later(0.2, lambda: asyncio.ensure_future(complete_later(functions, task_id)))
    answer = get(functions, task_id, prefer="wait=20")
    assert (answer.status, answer.json["status"]) == (200, "completed")
    assert answer.headers["preference-applied"] == "wait=20"


async def complete_later(functions: Functions, task_id: str) -> None:
    tasks: Any = functions["create_task"].tasks
    task = await tasks.claim(UUID(task_id), lease_s=60, max_attempts=3)
    await tasks.complete(task, RESULT, task.source, ttl_s=3600)


def test_waiting_in_vain_shows_the_task_as_it_is(functions: Functions, post: Post) -> None:
    task_id = post(photograph(), width=800).json["id"]
    answer = get(functions, task_id, prefer="wait=1")
    assert (answer.status, answer.json["status"]) == (200, "pending")
    assert "preference-applied" not in answer.headers
    assert "retry-after" in answer.headers
