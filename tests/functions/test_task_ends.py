"""Announcing the ends of tasks: each of them, once its row is written, and the notes of messages that a wait saves."""

import asyncio
import json
from typing import Any
from uuid import UUID

import pytest

from imagescaler.domain.errors import QueueUnavailable
from imagescaler.domain.options import Options
from imagescaler.domain.task.status import Status
from imagescaler.domain.task.task import Task
from imagescaler.runtime import loop
from tests.functions.conftest import Functions, Post
from tests.pictures import photograph


class Announced:
    """Notes what the row of a task was when its end was announced."""

    def __init__(self, functions: Functions) -> None:
        self.ends: list[tuple[str, Status]] = []
        self._module = functions["create_task"]
        self._module.ends = self

    async def announce(self, task_id: UUID) -> None:
        self.ends.append((str(task_id), (await self._module.tasks.get(task_id)).status))

    async def wait(self, *_: Any, **__: Any) -> None:
        """Nobody may wait."""


@pytest.fixture
def announced(functions: Functions) -> Announced:
    return Announced(functions)


def process_all(functions: Functions) -> None:
    for message in list(functions["create_task"].queue.messages.values()):
        functions.process(message.to_json())


def test_a_completed_task_is_announced(functions: Functions, post: Post, announced: Announced) -> None:
    task_id = post(photograph(), width=8).json["id"]
    process_all(functions)
    assert announced.ends == [(task_id, Status.COMPLETED)]


def test_a_failed_task_is_announced(functions: Functions, post: Post, announced: Announced) -> None:
    task_id = post(photograph()[:-2000], width=8).json["id"]
    process_all(functions)
    assert announced.ends == [(task_id, Status.FAILED)]


def test_a_task_whose_attempts_are_used_up_is_announced(functions: Functions, post: Post, announced: Announced) -> None:
    task_id = post(photograph(), width=8).json["id"]
    for _ in range(functions["process_task"].max_attempts):
        loop.run(announced._module.tasks.claim(UUID(task_id), lease_s=0, max_attempts=3))
    process_all(functions)
    assert announced.ends == [(task_id, Status.FAILED)]


def test_a_task_without_time_is_announced(functions: Functions, post: Post, announced: Announced) -> None:
    """The second attempt that is about to be killed fails it."""
    module, task_id = functions["process_task"], UUID(post(photograph(), width=8).json["id"])
    for _ in range(2):
        task = loop.run(module.tasks.claim(task_id, lease_s=60, max_attempts=3))
        loop.run(module.end_slow_attempt(task, 28, max_attempts=3, tasks=module.tasks, ends=announced))
    assert announced.ends == [(str(task_id), Status.FAILED)]


def test_an_undeliverable_task_is_announced(functions: Functions, post: Post, announced: Announced) -> None:
    task_id = post(photograph(), width=8).json["id"]
    [message] = announced._module.queue.messages.values()
    records = [{"messageId": "0", "body": message.to_json(), "eventSource": "aws:sqs"}]
    functions.invoke("fail_undeliverable_task", json.dumps({"Records": records}).encode())
    assert announced.ends == [(task_id, Status.FAILED)]


def test_a_task_that_the_sweeper_ends_is_announced(
    functions: Functions, post: Post, announced: Announced, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SWEEP_AFTER_S", "0")
    task_id = post(photograph(), width=8).json["id"]
    loop.run(announced._module.store.delete(f"sources/{task_id}"))
    functions.invoke("sweep_tasks", b"{}")
    assert announced.ends == [(task_id, Status.FAILED)]


def test_an_announcement_that_fails_does_not_matter(
    functions: Functions, post: Post, announced: Announced, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(_: UUID) -> None:
        raise QueueUnavailable("It does not answer.")

    monkeypatch.setattr(announced, "announce", away)
    task_id = post(photograph(), width=8).json["id"]
    process_all(functions)
    task = loop.run(announced._module.tasks.get(UUID(task_id)))
    assert task.status is Status.COMPLETED
    assert announced._module.store.blobs.keys() == {f"results/{task_id}/1"}


@pytest.mark.parametrize(("ends", "noted"), [(True, 0), (False, 1)])
def test_a_message_is_noted_only_if_the_task_has_not_ended_by_the_end_of_the_wait(
    functions: Functions, post: Post, announced: Announced, monkeypatch: pytest.MonkeyPatch, *, ends: bool, noted: int
) -> None:
    async def wait(task: Task, read: Any, **_: Any) -> None:
        await asyncio.sleep(0)
        if ends:
            claimed = await announced._module.tasks.claim(task.id, lease_s=60, max_attempts=3)
            await announced._module.tasks.complete(claimed, None, task.source, ttl_s=60)
        await read()

    monkeypatch.setattr(announced, "wait", wait)
    answer = post(photograph(), {"prefer": "wait=1"}, width=8)
    assert answer.status == (200 if ends else 202)
    [task] = announced._module.tasks.tasks.values()
    assert task.enqueue_count == noted
    assert (task.message_id is not None) == (not ends)
    assert task.options == Options(8)
