"""The dead-letter queue on a real Redis: listing leaves it as it is, redriving loses nothing."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from click.testing import CliRunner
from redis.asyncio import Redis

from imagescaler.adapters.queues.redis import stream_key
from local.__main__ import main
from local.cli.dead_letters import ends
from local.emulation.event_source_mapping.consumers import connect
from local.emulation.event_source_mapping.dead_letters import DeadLetters
from local.emulation.sam_template.declarations import QueueTrigger

QUEUE, DEAD = stream_key("#TaskQueue"), stream_key("#TaskDeadLetterQueue")


def trigger(queue: str, dead_letter_queue: str) -> QueueTrigger:
    return QueueTrigger("F", queue, f"arn:aws:sqs:us-east-1:0:{queue}", 1, 2, 30, 3, dead_letter_queue)


@pytest.fixture
async def client(redis_url: str) -> AsyncIterator[Redis]:
    async with Redis.from_url(redis_url, decode_responses=True) as made:
        await made.flushdb()
        yield made


@pytest.fixture
async def letters(client: Redis, redis_url: str) -> AsyncIterator[DeadLetters]:
    made = DeadLetters(f"{redis_url}#TaskDeadLetterQueue", f"{redis_url}#TaskQueue")
    yield made
    await made.close()


async def dead_letter(client: Redis, redis_url: str, count: int) -> list[str]:
    """Have messages come too often, as the runner does it."""
    bodies = [json.dumps({"task_id": str(uuid4())}) for _ in range(count)]
    for body in bodies:
        await client.xadd(QUEUE, {"body": body})
    queue = connect(f"{redis_url}#TaskQueue", visibility_timeout_s=60, dead_letter_queue="TaskDeadLetterQueue")
    received: list[Any] = []
    while len(received) < count:
        received += await queue.receive("me", count, wait_s=0.01)
    for message in received:
        assert await queue.dead_letter(message)
    await queue.close()
    return bodies


async def test_a_letter_tells_what_was_sent_and_when(client: Redis, redis_url: str, letters: DeadLetters) -> None:
    [body] = await dead_letter(client, redis_url, 1)
    for _ in range(2):
        [letter] = await letters.list(10)
        assert letter.body == body
        assert abs((datetime.now(UTC) - letter.sent_at).total_seconds()) < 10


async def test_the_oldest_come_first(client: Redis, redis_url: str, letters: DeadLetters) -> None:
    bodies = await dead_letter(client, redis_url, 5)
    assert [letter.body for letter in await letters.list(3)] == bodies[:3]


async def test_redriven_letters_are_in_the_queue_again_and_nowhere_else(
    client: Redis, redis_url: str, letters: DeadLetters
) -> None:
    bodies = await dead_letter(client, redis_url, 250)
    assert [await letters.redrive(120), await letters.redrive(1000), await letters.redrive(1000)] == [120, 130, 0]
    entries: Any = await client.xrange(QUEUE)
    assert [fields["body"] for _, fields in entries] == bodies
    assert await client.xlen(DEAD) == 0


async def test_two_that_redrive_at_once_send_each_letter_once(
    client: Redis, redis_url: str, letters: DeadLetters
) -> None:
    bodies = await dead_letter(client, redis_url, 50)
    assert sum(await asyncio.gather(letters.redrive(1000), letters.redrive(1000))) == 50
    entries: Any = await client.xrange(QUEUE)
    assert sorted(fields["body"] for _, fields in entries) == sorted(bodies)


async def test_an_entry_of_somebody_elses_is_listed_and_redriven_too(client: Redis, letters: DeadLetters) -> None:
    await client.xadd(DEAD, {"strange": "entry"})
    [letter] = await letters.list(10)
    assert letter.body == ""
    assert await letters.redrive(10) == 1


def test_letters_stay_at_the_end_of_the_chain_and_go_back_to_its_beginning() -> None:
    chain = [trigger("TaskQueue", "TaskUndeliverableQueue"), trigger("TaskUndeliverableQueue", "TaskDeadLetterQueue")]
    assert list(ends([trigger("A", "B"), *chain])) == [("B", "A"), ("TaskDeadLetterQueue", "TaskQueue")]


async def test_there_is_a_command_for_each(client: Redis, redis_url: str, tmp_path: Path) -> None:
    bodies = await dead_letter(client, redis_url, 2)
    environment = {"REDIS_URL": redis_url}

    def run(command: str) -> Any:
        arguments = ["dead-letters", command, "--data", str(tmp_path / "nobody/has/made/this")]
        return CliRunner().invoke(main, arguments, env=environment, catch_exceptions=False)

    listed = await asyncio.to_thread(run, "list")
    assert [line.partition("  ")[2] for line in listed.output.splitlines()] == bodies
    assert (await asyncio.to_thread(run, "redrive")).output == "2 sent again\n"
    assert await client.xlen(QUEUE) == 2
    assert list(tmp_path.iterdir()) == []  # no server was started, whose data would lie there


def test_a_redis_that_is_away_is_told_in_one_sentence(tmp_path: Path) -> None:
    environment = {"REDIS_URL": "redis://127.0.0.1:1/0"}
    done = CliRunner().invoke(main, ["dead-letters", "list", "--data", str(tmp_path)], env=environment)
    assert done.exit_code == 1
    assert done.output.startswith("Error: Redis does not answer")
    assert done.output.count("\n") == 1
