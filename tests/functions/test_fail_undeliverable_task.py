"""The last station before the dead-letter queue, on SQS events."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest

from imagescaler.domain.errors import RepositoryUnavailable, StoreUnavailable
from imagescaler.domain.task.status import Status
from imagescaler.domain.task.task import Task
from imagescaler.runtime import loop
from tests.functions.conftest import Context, Functions, Post
from tests.functions.test_process_task import message
from tests.pictures import plain

KEPT = {"batchItemFailures": [{"itemIdentifier": "0"}]}
Fail = Callable[..., Any]


@pytest.fixture
def fail_undeliverable(functions: Functions) -> Fail:
    def invoke(*bodies: str) -> Any:
        records = [{"messageId": str(n), "body": body, "eventSource": "aws:sqs"} for n, body in enumerate(bodies)]
        return functions["fail_undeliverable_task"].handler({"Records": records}, Context("fail-undeliverable-task"))

    return invoke


@pytest.fixture
def task_id(post: Post) -> str:
    return str(post(plain(), width=8).json["id"])


def stored(functions: Functions, task_id: str) -> Task:
    task: Task = functions["create_task"].tasks.tasks[UUID(task_id)]
    return task


def test_a_task_that_is_open_fails_and_its_message_is_kept(
    functions: Functions, fail_undeliverable: Fail, task_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert fail_undeliverable(message(task_id)) == KEPT
    task = stored(functions, task_id)
    assert (task.status, task.attempt) == (Status.FAILED, 0)
    assert task.failure is not None
    assert task.failure.type == "attempts-exhausted"
    assert functions["create_task"].store.blobs == {}
    assert '"TasksFailed":[1.0]' in capsys.readouterr().out


def test_a_task_that_is_over_stays_as_it_is(functions: Functions, fail_undeliverable: Fail, task_id: str) -> None:
    functions.process(message(task_id))
    done = stored(functions, task_id)
    assert fail_undeliverable(message(task_id)) == KEPT
    assert stored(functions, task_id) == done


def test_a_task_that_is_worked_on_is_left_alone_and_ended_when_its_message_comes_again(
    functions: Functions, fail_undeliverable: Fail, task_id: str
) -> None:
    tasks = functions["create_task"].tasks
    working = loop.run(tasks.claim(UUID(task_id), lease_s=60, max_attempts=3))
    assert fail_undeliverable(message(task_id)) == KEPT
    assert stored(functions, task_id) == working
    loop.run(tasks.release(working))
    assert fail_undeliverable(message(task_id)) == KEPT
    assert stored(functions, task_id).status is Status.FAILED


@pytest.mark.parametrize("body", ["", "no json", message(str(uuid4()))])
def test_a_message_without_a_task_is_kept(fail_undeliverable: Fail, body: str) -> None:
    assert fail_undeliverable(body) == KEPT


def test_of_many_messages_each_is_kept_and_each_task_ends(
    functions: Functions, fail_undeliverable: Fail, post: Post
) -> None:
    ids = [post(plain(), width=8).json["id"] for _ in range(2)]
    answer = fail_undeliverable(message(ids[0]), "no json", message(ids[1]))
    assert [item["itemIdentifier"] for item in answer["batchItemFailures"]] == ["0", "1", "2"]
    assert {stored(functions, task_id).status for task_id in ids} == {Status.FAILED}


def test_a_source_that_cannot_be_deleted_does_not_matter(
    functions: Functions, fail_undeliverable: Fail, task_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(_: str) -> None:
        raise StoreUnavailable("It does not answer.")

    monkeypatch.setattr(functions["create_task"].store, "delete", away)
    assert fail_undeliverable(message(task_id)) == KEPT
    assert stored(functions, task_id).status is Status.FAILED


def test_a_database_that_is_away_is_logged_and_the_message_comes_again(
    functions: Functions,
    fail_undeliverable: Fail,
    task_id: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def away(*_: Any) -> None:
        raise RepositoryUnavailable("It does not answer.")

    with monkeypatch.context() as patch:
        patch.setattr(functions["create_task"].tasks, "abandon", away)
        assert fail_undeliverable(message(task_id)) == KEPT
    assert "the invocation failed" in caplog.messages
    assert fail_undeliverable(message(task_id)) == KEPT
    assert stored(functions, task_id).status is Status.FAILED
