"""The event source mapping, on a real Redis, with functions that answer what a test wants."""

import asyncio
import hashlib
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from redis.asyncio import Redis

from imagescaler.adapters import queues
from imagescaler.adapters.queues.redis import stream_key
from imagescaler.domain.task.message import TaskMessage
from local.emulation.event_source_mapping import runner
from local.emulation.event_source_mapping.consumers import connect
from local.emulation.event_source_mapping.consumers.redis import GROUP, RedisQueueConsumer
from local.emulation.event_source_mapping.queue_consumer import Message
from local.emulation.event_source_mapping.runner import Runner
from local.emulation.lambda_host.lambda_client import (
    Environment,
    FunctionFailed,
    FunctionThrottled,
    FunctionUnreachable,
)
from local.emulation.sam_template.declarations import QueueTrigger

QUEUE = stream_key("#TaskQueue")
DEAD = stream_key("#DeadQueue")
TRIGGER = QueueTrigger(
    function="ProcessTaskFunction",
    queue="TaskQueue",
    arn="arn:aws:sqs:eu-north-1:000000000000:TaskQueue",
    batch_size=1,
    maximum_concurrency=2,
    visibility_timeout_s=1,
    max_receive_count=3,
    dead_letter_queue="DeadQueue",
)
Answer = Callable[[dict[str, Any]], Any]


class Function:
    """Stands in for whoever serves the function: remembers the events and answers as told.

    `containers` says how many it has, and None that this is its server's business.
    """

    def __init__(self, answer: Answer | None = None, containers: int | None = None) -> None:
        self.records: list[dict[str, Any]] = []
        self.busy = self.most_busy = 0
        self.answer = answer or (lambda _: None)
        self.containers = containers

    async def concurrency(self, function: str, service: str) -> int | None:
        assert (function, service) == ("ProcessTaskFunction", "process-task")
        return self.containers

    @asynccontextmanager
    async def environment(self, function: str, service: str, *, wait_s: float) -> AsyncIterator[Environment]:
        assert (function, service) == ("ProcessTaskFunction", "process-task")
        if self.containers is not None and self.busy >= self.containers:
            await asyncio.sleep(wait_s)
            raise FunctionThrottled("busy")
        yield self.invoke

    async def invoke(self, event: bytes, *, timeout_s: float) -> Any:
        assert timeout_s == 1
        self.busy += 1
        self.most_busy = max(self.busy, self.most_busy)
        try:
            decoded = json.loads(event)
            self.records += decoded["Records"]
            answer = self.answer(decoded)
            return await answer if isinstance(answer, Awaitable) else answer
        finally:
            self.busy -= 1


@pytest.fixture
async def client(redis_url: str) -> AsyncIterator[Redis]:
    async with Redis.from_url(redis_url, decode_responses=True) as made:
        await made.flushdb()
        yield made


@pytest.fixture(autouse=True)
def no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "POLL_S", 0.02)
    monkeypatch.setattr(runner, "LONGEST_RETRY_S", 0)
    monkeypatch.setattr(runner, "AWAY_PAUSE_S", 0.02)


@asynccontextmanager
async def running(url: str, function: Function, trigger: QueueTrigger = TRIGGER) -> AsyncIterator[Runner]:
    queue = connect(url, visibility_timeout_s=trigger.visibility_timeout_s, dead_letter_queue="DeadQueue")
    made = Runner(trigger, "process-task", queue, function)
    task = asyncio.create_task(made.run())
    try:
        yield made
    finally:
        made.stop()
        await asyncio.wait_for(task, 10)


async def push(url: str, count: int = 1) -> list[str]:
    queue: Any = queues.connect(url)
    ids = [str(uuid4()) for _ in range(count)]
    for task_id in ids:
        await queue.push(TaskMessage(task_id=UUID(task_id)))
    await queue._redis.aclose()
    return ids


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(10):
        while not await condition():
            await asyncio.sleep(0.01)


def task_ids(records: list[dict[str, Any]]) -> list[str]:
    return [json.loads(record["body"])["task_id"] for record in records]


async def is_empty(client: Redis, key: str = QUEUE) -> bool:
    return not await client.xlen(key)


async def test_a_message_that_was_pushed_before_the_first_runner_came_is_delivered(
    client: Redis, redis_url: str
) -> None:
    ids = await push(redis_url)
    function = Function()
    async with running(redis_url, function):
        await until(lambda: is_empty(client))
    assert task_ids(function.records) == ids


async def test_a_record_is_what_sqs_sends(client: Redis, redis_url: str) -> None:
    function = Function()
    await push(redis_url)
    async with running(redis_url, function):
        await until(lambda: is_empty(client))
    record = function.records[0]
    UUID(record["messageId"])
    assert record["eventSource"] == "aws:sqs"
    assert record["eventSourceARN"] == TRIGGER.arn
    assert record["awsRegion"] == "eu-north-1"
    assert record["messageAttributes"] == {}
    assert record["md5OfBody"] == hashlib.md5(record["body"].encode(), usedforsecurity=False).hexdigest()
    assert record["attributes"]["ApproximateReceiveCount"] == "1"
    assert abs(int(record["attributes"]["SentTimestamp"]) - int(await client_time(client)) * 1000) < 10_000
    assert set(record["attributes"]) >= {"SenderId", "ApproximateFirstReceiveTimestamp"}


async def client_time(client: Redis) -> str:
    seconds, _ = await client.time()
    return str(seconds)


async def test_a_redelivered_message_keeps_its_id_and_gets_a_new_receipt(client: Redis, redis_url: str) -> None:
    function = Function(lambda event: fail_all(event) if receive_count(event) < 3 else None)
    await push(redis_url)
    async with running(redis_url, function):
        await until(lambda: is_empty(client))
    assert [record["attributes"]["ApproximateReceiveCount"] for record in function.records] == ["1", "2", "3"]
    assert len({record["messageId"] for record in function.records}) == 1
    assert len({record["receiptHandle"] for record in function.records}) == 3


def receive_count(event: dict[str, Any]) -> int:
    return int(event["Records"][0]["attributes"]["ApproximateReceiveCount"])


def fail_all(event: dict[str, Any]) -> Any:
    return {"batchItemFailures": [{"itemIdentifier": record["messageId"]} for record in event["Records"]]}


def raising(error: Exception) -> Answer:
    def answer(_: dict[str, Any]) -> Any:
        raise error

    return answer


SUCCESSES: dict[str, Any] = {
    "null": None,
    "an empty object": {},
    "an empty list": {"batchItemFailures": []},
    "a null list": {"batchItemFailures": None},
}
FAILURES: dict[str, Answer] = {
    "the message's id": fail_all,
    "an unknown id": lambda _: {"batchItemFailures": [{"itemIdentifier": "x"}]},
    "an empty id": lambda _: {"batchItemFailures": [{"itemIdentifier": ""}]},
    "a null id": lambda _: {"batchItemFailures": [{"itemIdentifier": None}]},
    "a wrong key": lambda _: {"batchItemFailures": [{"id": "x"}]},
    "a wrong list key": lambda _: {"failures": []},
    "no object": lambda _: "done",
    "a list": lambda _: [1],
    "an error": raising(FunctionFailed("ValueError", "no")),
    "a throttle": raising(FunctionThrottled("busy")),
    "nobody there": raising(FunctionUnreachable("refused")),
    "a timeout": raising(TimeoutError()),
}


@pytest.mark.parametrize("answer", SUCCESSES.values(), ids=SUCCESSES)
async def test_this_answer_deletes_the_message(client: Redis, redis_url: str, answer: Any) -> None:
    function = Function(lambda _: answer)
    await push(redis_url)
    async with running(redis_url, function):
        await until(lambda: is_empty(client))
    assert len(function.records) == 1
    assert await is_empty(client, DEAD)


@pytest.mark.parametrize("answer", FAILURES.values(), ids=FAILURES)
async def test_this_answer_brings_the_message_back_until_it_is_a_dead_letter(
    client: Redis, redis_url: str, answer: Answer
) -> None:
    function = Function(answer)
    ids = await push(redis_url)
    async with running(redis_url, function):
        await until(lambda: is_empty(client))
    assert task_ids(function.records) == ids * TRIGGER.max_receive_count
    entries: Any = await client.xrange(DEAD)
    [[_, dead]] = entries
    assert json.loads(dead["body"])["task_id"] == ids[0]


async def test_a_dead_letter_keeps_the_id_and_the_time_of_its_message(client: Redis, redis_url: str) -> None:
    """As it is on SQS; it is a message like any other to the function of the dead-letter queue."""
    function, undertaker = Function(raising(FunctionFailed("ValueError", "no"))), Function()
    await push(redis_url)
    async with running(redis_url, function):
        await until(lambda: is_empty(client))
    async with running(f"{redis_url}#DeadQueue", undertaker):
        await until(lambda: is_empty(client, DEAD))
    [alive, dead] = [function.records[0], undertaker.records[0]]
    assert (dead["messageId"], dead["body"]) == (alive["messageId"], alive["body"])
    assert dead["attributes"]["SentTimestamp"] == alive["attributes"]["SentTimestamp"]
    assert dead["attributes"]["ApproximateReceiveCount"] == "1"


async def test_an_entry_that_is_no_message_of_ours_hurts_nobody(client: Redis, redis_url: str) -> None:
    function = Function(lambda event: fail_all(event) if not event["Records"][0]["body"] else None)
    await client.xadd(QUEUE, {"strange": "entry"})
    ids = await push(redis_url)
    async with running(redis_url, function):
        await until(lambda: is_empty(client))
    assert [record["body"] for record in function.records].count("") == TRIGGER.max_receive_count
    assert task_ids([record for record in function.records if record["body"]]) == ids
    assert await client.xlen(DEAD) == 1


async def test_of_a_batch_only_the_failed_message_comes_again(client: Redis, redis_url: str) -> None:
    failed_once: list[str] = []

    def fail_the_second_once(event: dict[str, Any]) -> Any:
        if len(event["Records"]) == 3 and not failed_once:
            failed_once.append(event["Records"][1]["messageId"])
            return {"batchItemFailures": [{"itemIdentifier": failed_once[0]}]}
        return None

    ids = await push(redis_url, 3)
    function = Function(fail_the_second_once)
    async with running(redis_url, function, replace(TRIGGER, batch_size=3, maximum_concurrency=1)):
        await until(lambda: is_empty(client))
    assert task_ids(function.records) == [*ids, ids[1]]


async def test_a_slot_takes_no_message_while_it_is_busy(client: Redis, redis_url: str) -> None:
    gate = asyncio.Event()
    function = Function(lambda _: passing(gate))
    await push(redis_url, 5)
    async with running(redis_url, function):
        await until(lambda: busy(function, 2))
        await asyncio.sleep(0.1)
        pending = await client.xpending(QUEUE, GROUP)
        assert pending["pending"] == 2
        gate.set()
        await until(lambda: is_empty(client))
    assert function.most_busy == 2


async def test_every_container_works_at_the_same_time_and_those_that_come_later_too(
    client: Redis, redis_url: str
) -> None:
    gate = asyncio.Event()
    function = Function(lambda _: passing(gate), containers=3)
    await push(redis_url, 8)
    async with running(redis_url, function):
        await until(lambda: busy(function, 3))
        function.containers = 5
        await until(lambda: busy(function, 5))
        gate.set()
        await until(lambda: is_empty(client))
    assert function.most_busy == 5


async def test_without_a_container_no_message_is_taken(client: Redis, redis_url: str) -> None:
    function = Function(containers=0)
    ids = await push(redis_url)
    async with running(redis_url, function):
        await asyncio.sleep(0.1)
        assert await client.xinfo_groups(QUEUE) == []
        function.containers = 1
        await until(lambda: is_empty(client))
    assert task_ids(function.records) == ids


async def test_a_slot_whose_container_is_gone_leaves(client: Redis, redis_url: str) -> None:
    function = Function(containers=2)
    async with running(redis_url, function):
        await until(lambda: consumers(client, 2))
        function.containers = 1
        await until(lambda: consumers(client, 1))


async def consumers(client: Redis, count: int) -> bool:
    return await client.exists(QUEUE) == 1 and len(await client.xinfo_consumers(QUEUE, GROUP)) == count


async def passing(gate: asyncio.Event) -> None:
    await gate.wait()


async def busy(function: Function, count: int) -> bool:
    return function.busy == count


async def test_stopping_finishes_what_is_in_hand_and_takes_nothing_more(client: Redis, redis_url: str) -> None:
    gate = asyncio.Event()
    function = Function(lambda _: passing(gate))
    await push(redis_url, 4)
    async with running(redis_url, function) as made:
        await until(lambda: busy(function, 2))
        made.stop()
        gate.set()
    assert len(function.records) == 2
    assert await client.xlen(QUEUE) == 2
    assert (await client.xpending(QUEUE, GROUP))["pending"] == 0
    assert await client.xinfo_consumers(QUEUE, GROUP) == []


async def test_a_message_that_arrives_while_the_runner_stops_is_given_back(
    client: Redis, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "POLL_S", 2)
    function = Function()
    async with running(redis_url, function) as made:
        await until(lambda: reading(client))
        made.stop()
        ids = await push(redis_url, 2)
    assert function.records == []
    queue = connect(redis_url, visibility_timeout_s=TRIGGER.visibility_timeout_s, dead_letter_queue="DeadQueue")
    given_back = await queue.receive("another", 2, wait_s=0.01)
    assert {json.loads(message.body)["task_id"] for message in given_back} == set(ids)
    await queue.close()


async def reading(client: Redis) -> bool:
    """True if both slots wait for messages."""
    return bool((await client.info("clients"))["blocked_clients"] == 2)


async def test_a_message_that_a_killed_consumer_had_comes_back(client: Redis, redis_url: str) -> None:
    ids = await push(redis_url)
    await client.xgroup_create(QUEUE, GROUP, id="0")
    await client.xreadgroup(GROUP, "killed", {QUEUE: ">"})
    function = Function()
    async with running(redis_url, function):
        await until(lambda: is_empty(client))
    assert task_ids(function.records) == ids
    assert function.records[0]["attributes"]["ApproximateReceiveCount"] == "2"


async def test_a_heartbeat_keeps_a_message_in_hand_beyond_the_visibility_timeout(
    client: Redis, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "INVISIBLE_S", 0.3)
    monkeypatch.setattr(runner, "HEARTBEAT_S", 0.05)
    function = Function(lambda _: asyncio.sleep(1.3))
    await push(redis_url)
    async with running(redis_url, function):
        await until(lambda: is_empty(client))
    assert len(function.records) == 1


async def test_fifty_messages_go_through_two_slots_each_once(client: Redis, redis_url: str) -> None:
    ids = await push(redis_url, 50)
    function = Function(lambda _: asyncio.sleep(0.001))
    async with running(redis_url, function):
        await until(lambda: is_empty(client))
    times: dict[str, int] = defaultdict(int)
    for task_id in task_ids(function.records):
        times[task_id] += 1
    assert times == dict.fromkeys(ids, 1)


async def test_an_absent_redis_is_waited_for(caplog: pytest.LogCaptureFixture) -> None:
    async with running("redis://127.0.0.1:1/0", Function()):
        await asyncio.sleep(0.2)
    assert sum("the queue does not answer" in line for line in caplog.messages) == TRIGGER.maximum_concurrency


async def test_a_stream_that_vanishes_is_made_again(client: Redis, redis_url: str) -> None:
    function = Function()
    async with running(redis_url, function):
        await push(redis_url)
        await until(lambda: is_empty(client))
        await client.flushdb()
        ids = await push(redis_url)
        await until(lambda: is_empty(client))
    assert task_ids(function.records)[-1] == ids[0]


async def test_no_heartbeat_outlives_its_delivery(
    client: Redis, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The client of Redis may swallow a cancellation, when its connection breaks at that moment."""
    monkeypatch.setattr(runner, "HEARTBEAT_S", 0.01)
    monkeypatch.setattr(runner, "LONGEST_RETRY_S", 0.2)
    change, swallowed = RedisQueueConsumer.change_visibility, asyncio.Event()

    async def stubborn(self: RedisQueueConsumer, message: Message, timeout_s: float) -> bool:
        try:
            await asyncio.sleep(0.01)
        except asyncio.CancelledError:
            if swallowed.is_set():
                raise
            swallowed.set()
        return await change(self, message, timeout_s)

    monkeypatch.setattr(RedisQueueConsumer, "change_visibility", stubborn)

    async def fail_once(event: dict[str, Any]) -> Any:
        await asyncio.sleep(0.05)
        return fail_all(event) if receive_count(event) < 2 else None

    function = Function(fail_once)
    await push(redis_url)
    async with running(redis_url, function):
        await until(lambda: is_empty(client))
    assert len(function.records) == 2
