"""What every consumer's side of a queue does, on a real server."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
from redis.asyncio import Redis

from imagescaler.adapters.queues.redis import stream_key
from imagescaler.domain.errors import QueueUnavailable
from imagescaler.runtime.settings import SettingsError
from local.emulation.event_source_mapping import turns
from local.emulation.event_source_mapping.consumers import connect
from local.emulation.event_source_mapping.consumers import redis as consumers_redis
from local.emulation.event_source_mapping.consumers.redis import GROUP
from local.emulation.event_source_mapping.queue_consumer import Message, QueueConsumer

QUEUE = stream_key("#TaskQueue")
Connect = Callable[..., QueueConsumer]


@pytest.fixture
async def client(redis_url: str) -> AsyncIterator[Redis]:
    async with Redis.from_url(redis_url, decode_responses=True) as made:
        await made.flushdb()
        yield made


@pytest.fixture
async def consumer(client: Redis, redis_url: str) -> AsyncIterator[Connect]:
    made: list[QueueConsumer] = []

    def connected(visibility_timeout_s: float = 60, queue: str = "TaskQueue") -> QueueConsumer:
        url = f"{redis_url}#{queue}"
        made.append(connect(url, visibility_timeout_s=visibility_timeout_s, dead_letter_queue="DeadQueue"))
        return made[-1]

    yield connected
    for each in made:
        await each.close()


async def send(client: Redis, count: int = 1) -> list[str]:
    bodies = [f"body {number}" for number in range(count)]
    for body in bodies:
        await client.xadd(QUEUE, {"body": body})
    return bodies


async def first(queue: QueueConsumer, consumer: str) -> Message:
    while not (messages := await queue.receive(consumer, 1, wait_s=0.01)):
        pass
    return messages[0]


async def test_a_message_is_received_once_with_its_body_and_deleted(client: Redis, consumer: Connect) -> None:
    [body] = await send(client)
    queue = consumer()
    message = await first(queue, "me")
    assert (message.body, message.receive_count) == (body, 1)
    assert await queue.receive("other", 1, wait_s=0.01) == []
    assert await queue.delete(message) is True
    assert await queue.delete(message) is False
    assert await client.xlen(QUEUE) == 0


async def test_no_more_than_the_asked_number_is_received(client: Redis, consumer: Connect) -> None:
    bodies = await send(client, 5)
    queue = consumer()
    await queue.receive("me", 3, wait_s=0.01)  # makes the group
    assert [message.body for message in await queue.receive("me", 3, wait_s=0.01)] == bodies[:3]


async def test_a_message_received_again_has_the_same_id_and_another_receipt(client: Redis, consumer: Connect) -> None:
    await send(client)
    queue = consumer()
    message = await first(queue, "me")
    assert await queue.change_visibility(message, 0) is True
    again = await first(queue, "me")
    assert (again.message_id, again.sent_at_ms, again.receive_count) == (message.message_id, message.sent_at_ms, 2)
    assert again.receipt_handle != message.receipt_handle


async def test_a_dead_letter_keeps_body_id_and_time(client: Redis, consumer: Connect) -> None:
    await send(client)
    queue = consumer()
    message = await first(queue, "me")
    assert await queue.dead_letter(message) is True
    assert await client.xlen(QUEUE) == 0
    dead = await first(consumer(queue="DeadQueue"), "other")
    assert (dead.message_id, dead.sent_at_ms, dead.body) == (message.message_id, message.sent_at_ms, message.body)
    assert dead.receive_count == 1


async def test_a_changed_visibility_ends_sooner_than_the_queues(
    client: Redis, consumer: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next check for such messages finds it."""
    monkeypatch.setattr(consumers_redis, "LONGEST_CHECK_S", 0.05)
    await send(client)
    queue = consumer(3600)
    message = await first(queue, "killed")
    await queue.change_visibility(message, 0.2)
    assert await queue.receive("other", 1, wait_s=0.01) == []
    await asyncio.sleep(0.25)
    [again] = await queue.receive("other", 1, wait_s=0.01)
    assert (again.message_id, again.receive_count) == (message.message_id, 2)


async def test_a_zombie_can_settle_nothing(client: Redis, consumer: Connect) -> None:
    await send(client)
    queue = consumer(0)
    zombie = await first(queue, "zombie")
    current = await first(queue, "current")
    settled = [
        await queue.delete(zombie),
        await queue.dead_letter(zombie),
        await queue.change_visibility(zombie, 0),
    ]
    assert not any(settled)
    assert await client.xlen(QUEUE) == 1
    assert await queue.delete(current) is True
    assert await queue.delete(current) is False


async def test_a_consumer_with_messages_in_flight_is_not_removed(client: Redis, consumer: Connect) -> None:
    await send(client)
    queue = consumer(3600)
    message = await first(queue, "me")
    await queue.leave("me")
    assert await queue.delete(message)
    await queue.leave("me")
    assert await client.xinfo_consumers(QUEUE, GROUP) == []


async def test_many_consumers_at_once_receive_a_message_once(client: Redis, consumer: Connect) -> None:
    await send(client)
    queues = [consumer() for _ in range(10)]
    rounds = [await asyncio.gather(*(queue.receive("me", 1, wait_s=0.01) for queue in queues)) for _ in range(2)]
    assert sum(len(messages) for each in rounds for messages in each) == 1


async def test_a_message_is_received_again_however_many_before_it_are_invisible(
    client: Redis, consumer: Connect
) -> None:
    """XAUTOCLAIM would look at ten entries for each that it may claim."""
    queue = consumer()
    await send(client, 30)
    received: list[Message] = []
    while len(received) < 30:
        received += await queue.receive("gone", 1, wait_s=0.01)
    await queue.change_visibility(received[-1], 0)
    [message] = await queue.receive("other", 1, wait_s=0.01)
    assert (message.message_id, message.receive_count) == (received[-1].message_id, 2)


async def test_an_error_of_the_server_is_not_hidden(client: Redis, consumer: Connect) -> None:
    await client.set(QUEUE, "no stream")
    with pytest.raises(QueueUnavailable, match="WRONGTYPE"):
        await consumer().receive("me", 1, wait_s=0.01)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("https://sqs.eu-central-1.amazonaws.com/000000000000/TaskQueue", "Lambda itself takes the messages of SQS"),
        ("amqp://127.0.0.1", "not from amqp://"),
        ("", "QUEUE_URL"),
    ],
)
def test_an_unknown_scheme_is_refused(url: str, reason: str) -> None:
    with pytest.raises(SettingsError, match=reason):
        connect(url, visibility_timeout_s=60)


async def test_without_a_renewal_a_message_is_received_again_after_a_minute_at_most(
    client: Redis, consumer: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The runner was killed before its first heartbeat."""
    monkeypatch.setattr(consumers_redis, "LONGEST_VISIBILITY_S", 0.2)
    monkeypatch.setattr(consumers_redis, "LONGEST_CHECK_S", 0.05)
    await send(client)
    queue = consumer(3600)
    await first(queue, "killed")
    assert await queue.receive("other", 1, wait_s=0.01) == []
    await asyncio.sleep(0.3)
    assert await queue.receive("other", 1, wait_s=0.01)


async def test_messages_that_come_back_are_looked_for_once_a_second(client: Redis, consumer: Connect) -> None:
    async def lookups() -> int:
        return int((await client.info("commandstats"))["cmdstat_xpending"]["calls"])

    queue = consumer(3600)
    await send(client, 5)
    await first(queue, "one")
    before = await lookups()
    for _ in range(4):
        await first(queue, "one")
    assert await lookups() == before


# Groups


async def send_as(client: Redis, *groups: str) -> None:
    for number, group in enumerate(groups):
        await client.xadd(QUEUE, {"body": f"{group}{number}", "group": group})


async def received(queue: QueueConsumer, count: int, *, consumers: int = 1, deletes: bool = True) -> str:
    """Receive messages by consumers in turn, and return their groups; a consumer deletes its one before the next."""
    groups, held = "", dict[str, Message]()
    for number in range(count):
        name = f"slot {number % consumers}"
        if deletes and name in held:
            await queue.delete(held[name])
        held[name] = await first(queue, name)
        groups += held[name].group
    return groups


async def test_groups_take_turns_however_many_messages_one_of_them_has(client: Redis, consumer: Connect) -> None:
    await send_as(client, *"aaaaaaaaaabcb")
    assert await received(consumer(), 13) == "abcabaaaaaaaa"


async def test_a_message_that_comes_late_has_its_turn_before_those_that_wait(client: Redis, consumer: Connect) -> None:
    queue = consumer()
    await send_as(client, *"a" * 500)
    assert await received(queue, 3) == "aaa"
    await send_as(client, "b")
    assert "b" in await received(queue, 2)
    assert await received(queue, 496) == "a" * 496


async def test_messages_of_a_group_keep_their_order(client: Redis, consumer: Connect) -> None:
    queue, pipeline = consumer(), client.pipeline()
    for number in range(50):  # several in a millisecond
        pipeline.xadd(QUEUE, {"body": str(number), "group": "a"})
    await pipeline.execute()
    assert [(await first(queue, "me")).body for _ in range(50)] == [str(number) for number in range(50)]


async def test_the_group_with_the_fewest_messages_in_flight_is_next(client: Redis, consumer: Connect) -> None:
    queue = consumer()
    await send_as(client, *"aaaaaaaabbbbbbbb")
    assert sorted(await received(queue, 4, consumers=4, deletes=False)) == ["a", "a", "b", "b"]


async def test_one_consumer_is_kept_free_of_each_group_while_there_are_others(
    client: Redis, consumer: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = consumer()
    await send_as(client, *"baaaa")
    one, other = await first(queue, "one"), await first(queue, "other")
    assert {one.group, other.group} == {"a", "b"}
    mine = one if one.group == "b" else other
    name = "one" if mine is one else "other"
    await queue.delete(mine)
    assert await queue.receive(name, 1, wait_s=0.01) == []
    await send_as(client, "b")
    assert (await first(queue, name)).group == "b"
    monkeypatch.setattr(turns, "SEEN_S", -1)
    assert (await first(queue, name)).group == "a"


async def test_alone_a_group_has_all_consumers(client: Redis, consumer: Connect) -> None:
    queue = consumer()
    await send_as(client, *"aaaa")
    assert await received(queue, 4, consumers=4, deletes=False) == "aaaa"


async def test_no_message_is_lost_when_the_group_of_consumers_is(client: Redis, consumer: Connect) -> None:
    queue = consumer()
    await send_as(client, *"aabbb")
    await first(queue, "me")  # the others wait in the sorted set
    await client.xgroup_destroy(QUEUE, GROUP)
    again = [await first(queue, f"slot {number}") for number in range(5)]
    assert sorted(message.body for message in again) == ["a0", "a1", "b2", "b3", "b4"]


async def test_a_dead_letter_keeps_its_group(client: Redis, consumer: Connect) -> None:
    await send_as(client, "a")
    queue = consumer()
    await queue.dead_letter(await first(queue, "me"))
    assert (await first(consumer(queue="DeadQueue"), "other")).group == "a"


async def test_messages_that_were_sent_without_a_group_are_received_too(client: Redis, consumer: Connect) -> None:
    bodies = await send(client, 3)
    await send_as(client, "a")
    queue = consumer()
    assert sorted([(await first(queue, "me")).body for _ in range(4)]) == sorted([*bodies, "a0"])
