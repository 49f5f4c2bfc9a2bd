"""The contract of every queue, on the side of the producer."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from imagescaler.adapters import queues
from imagescaler.domain.errors import QueueFull
from imagescaler.domain.task.message import TaskMessage
from imagescaler.usecases.ports import TaskQueue


def message() -> TaskMessage:
    return TaskMessage(task_id=uuid4(), request_id="r", trace_id="t")


async def test_every_message_gets_an_id_of_its_own(queue: TaskQueue) -> None:
    assert await queue.push(message()) != await queue.push(message())


async def test_a_full_queue_refuses(queue: TaskQueue) -> None:
    for _ in range(3):
        await queue.push(message())
    with pytest.raises(QueueFull, match="3 tasks are waiting"):
        await queue.push(message())


async def test_a_queue_that_has_refused_a_message_is_known_to_be_full(queue: TaskQueue) -> None:
    for _ in range(3):
        await queue.check_room()
        await queue.push(message())
    with pytest.raises(QueueFull):
        await queue.push(message())
    with pytest.raises(QueueFull, match="3 tasks are waiting"):
        await queue.check_room()


async def test_the_limit_holds_for_many_at_once(queue: TaskQueue) -> None:
    outcomes = await asyncio.gather(*(queue.push(message()) for _ in range(20)), return_exceptions=True)
    assert sum(isinstance(outcome, str) for outcome in outcomes) == 3
    assert sum(isinstance(outcome, QueueFull) for outcome in outcomes) == 17


async def test_a_message_that_was_pushed_is_held_if_the_queue_can_look_it_up(queue: TaskQueue) -> None:
    message_id = await queue.push(message())
    assert await queue.holds(message_id) in {True, None}


@pytest.mark.parametrize("message_id", ["1-1", "", "059f36b4-87a3-44ab-83d2-661975830a7d"])
async def test_a_message_that_never_was_is_not_held(queue: TaskQueue, message_id: str) -> None:
    await queue.push(message())
    assert await queue.holds(message_id) in {False, None}


async def test_it_answers(queue: TaskQueue) -> None:
    await queue.ping()


async def test_a_stream_that_was_full_is_asked_until_there_is_room(redis_url: str) -> None:
    queue: Any = queues.connect(redis_url, max_length=1)
    try:
        await queue._redis.run(("FLUSHDB",))
        message_id = await queue.push(message())
        with pytest.raises(QueueFull):
            await queue.push(message())
        await queue._redis.run(("XDEL", queue._key, message_id))
        await queue.check_room()
        await queue.push(message())
    finally:
        await queue._redis.aclose()
