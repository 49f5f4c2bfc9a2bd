"""Webhooks, in every repository: each event of a task is one, and one delivery at a time ends it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from imagescaler.adapters import repositories
from imagescaler.adapters.repositories.statements import load
from imagescaler.domain.errors import WebhookNotFound
from imagescaler.domain.options import Options
from imagescaler.domain.task.task import NewTask, Task
from imagescaler.domain.webhook import DeliveryAttempt, DeliveryLimits, EventType, Webhook, WebhookStatus
from imagescaler.usecases.ports import TaskRepository, WebhookRepository
from tests.contract.test_task_repository import FAILURE, ORIENTED, RESULT, SOURCE

URL, OTHER_URL = "https://hooks.example.org/scaled?token=1", "https://other.example.org/"
LIMITS = DeliveryLimits(8)  # two to a host, four of an owner
OK = DeliveryAttempt(datetime.now(UTC), 0.1, 204)
REFUSED = DeliveryAttempt(datetime.now(UTC), 0.1, 500)
Ending = Callable[[TaskRepository], Awaitable[Task]]


async def claimed(tasks: TaskRepository, url: str | None = URL, owner: str = "") -> Task:
    task, _ = await tasks.add(NewTask(uuid4(), Options(8), SOURCE, owner, webhook_url=url))
    return await tasks.claim(task.id, lease_s=60, max_attempts=3)


async def completed(tasks: TaskRepository, url: str | None = URL, owner: str = "") -> Task:
    return await tasks.complete(await claimed(tasks, url, owner), RESULT, ORIENTED, ttl_s=60)


async def failed(tasks: TaskRepository) -> Task:
    return await tasks.fail(await claimed(tasks), FAILURE)


async def exhausted(tasks: TaskRepository) -> Task:
    task, _ = await tasks.add(NewTask(uuid4(), Options(8), SOURCE, webhook_url=URL))
    await tasks.claim(task.id, lease_s=0, max_attempts=1)
    return await tasks.claim(task.id, lease_s=60, max_attempts=1)


async def abandoned(tasks: TaskRepository) -> Task:
    task, _ = await tasks.add(NewTask(uuid4(), Options(8), SOURCE, webhook_url=URL))
    return await tasks.abandon(task.id, FAILURE)


async def lost(tasks: TaskRepository) -> Task:
    task = await completed(tasks)
    await tasks.expire(task.id)
    return task


async def expired(tasks: TaskRepository) -> Task:
    task = await tasks.complete(await claimed(tasks), RESULT, ORIENTED, ttl_s=0)
    assert await tasks.expire_due(limit=9) == 1
    return task


async def deleted(tasks: TaskRepository) -> Task:
    return await tasks.delete((await completed(tasks)).id)


ENDS: dict[str, tuple[Ending, list[EventType]]] = {
    "completed": (completed, [EventType.COMPLETED]),
    "failed": (failed, [EventType.FAILED]),
    "attempts exhausted": (exhausted, [EventType.FAILED]),
    "abandoned": (abandoned, [EventType.FAILED]),
    "result lost": (lost, [EventType.COMPLETED, EventType.EXPIRED]),
    "result expired": (expired, [EventType.COMPLETED, EventType.EXPIRED]),
    "deleted": (deleted, [EventType.COMPLETED]),
}


async def claim(webhooks: WebhookRepository, task_id: UUID, lease_s: float = 60) -> Webhook:
    webhook = await webhooks.claim(task_id, lease_s=lease_s, limits=LIMITS)
    assert webhook is not None
    return webhook


async def record(
    webhooks: WebhookRepository,
    webhook: Webhook,
    status: WebhookStatus = WebhookStatus.DELIVERED,
    attempt: DeliveryAttempt = OK,
    delay_s: float | None = None,
    message_id: str | None = None,
) -> UUID | None:
    return await webhooks.record(webhook, attempt, status, delay_s=delay_s, message_id=message_id, limits=LIMITS)


@pytest.mark.parametrize("end", ENDS)
async def test_each_end_of_a_task_is_a_webhook(tasks: TaskRepository, webhooks: WebhookRepository, end: str) -> None:
    ending, types = ENDS[end]
    task = await ending(tasks)
    found = await webhooks.of_task(task.id)
    assert [each.type for each in found] == types
    assert {(each.task_id, each.owner, each.url, each.status, each.attempt) for each in found} == {
        (task.id, "", URL, WebhookStatus.PENDING, 0)
    }
    assert len({each.id for each in found}) == len(types)


async def test_a_task_without_a_url_has_no_webhook(tasks: TaskRepository, webhooks: WebhookRepository) -> None:
    task = await completed(tasks, None)
    await tasks.expire(task.id)
    assert await webhooks.of_task(task.id) == []


async def test_an_attempt_that_is_released_or_repeated_is_no_event(
    tasks: TaskRepository, webhooks: WebhookRepository
) -> None:
    task = await claimed(tasks)
    await tasks.release(task)
    again = await tasks.claim(task.id, lease_s=60, max_attempts=3)
    assert await webhooks.of_task(task.id) == []
    await tasks.complete(again, RESULT, ORIENTED, ttl_s=60)
    await tasks.complete(again, RESULT, ORIENTED, ttl_s=60)
    assert len(await webhooks.of_task(task.id)) == 1


async def test_a_webhook_is_claimed_by_one(tasks: TaskRepository, webhooks: WebhookRepository) -> None:
    task = await completed(tasks)
    claims = await asyncio.gather(*(webhooks.claim(task.id, lease_s=60, limits=LIMITS) for _ in range(5)))
    [webhook] = [each for each in claims if each]
    assert (webhook.attempt, webhook.tries, webhook.waits, webhook.url_disabled) == (1, 1, False, False)
    assert webhook.attempted_at is not None


async def test_a_delivered_webhook_is_not_due_again(tasks: TaskRepository, webhooks: WebhookRepository) -> None:
    task = await completed(tasks)
    await record(webhooks, await claim(webhooks, task.id))
    [webhook] = await webhooks.of_task(task.id)
    assert (webhook.status, webhook.attempts, webhook.next_attempt_at) == (WebhookStatus.DELIVERED, (OK,), None)
    assert webhook.ended_at is not None
    assert await webhooks.claim(task.id, lease_s=60, limits=LIMITS) is None


async def test_a_failed_delivery_is_due_after_its_delay_under_the_same_id(
    tasks: TaskRepository, webhooks: WebhookRepository
) -> None:
    task = await completed(tasks)
    first = await claim(webhooks, task.id)
    await record(webhooks, first, WebhookStatus.PENDING, REFUSED, delay_s=0.2, message_id="1-1")
    assert await webhooks.claim(task.id, lease_s=60, limits=LIMITS) is None
    await asyncio.sleep(0.25)
    again = await claim(webhooks, task.id)
    assert (again.id, again.attempt, again.attempts) == (first.id, 2, (REFUSED,))


async def test_after_its_lease_a_delivery_can_be_claimed_and_the_late_one_changes_nothing(
    tasks: TaskRepository, webhooks: WebhookRepository
) -> None:
    task = await completed(tasks)
    late = await claim(webhooks, task.id, lease_s=0)
    again = await claim(webhooks, task.id)
    assert again.attempt == 2
    await record(webhooks, late, WebhookStatus.FAILED, REFUSED)
    assert (await webhooks.of_task(task.id))[0].status is WebhookStatus.PENDING
    await record(webhooks, again)
    assert (await webhooks.of_task(task.id))[0].attempts == (OK,)


async def test_both_events_of_a_task_are_delivered_the_older_one_first(
    tasks: TaskRepository, webhooks: WebhookRepository
) -> None:
    task = await lost(tasks)
    for event in (EventType.COMPLETED, EventType.EXPIRED):
        webhook = await claim(webhooks, task.id)
        assert webhook.type is event
        await record(webhooks, webhook)
    assert await webhooks.claim(task.id, lease_s=60, limits=LIMITS) is None


# One receiver delays nobody else's


async def test_a_host_has_its_share_and_a_waiting_webhook_takes_the_place_of_one_that_ends(
    tasks: TaskRepository, webhooks: WebhookRepository
) -> None:
    first, second, third, other = [await completed(tasks, url) for url in (URL, URL, URL, OTHER_URL)]
    in_flight = [await claim(webhooks, task.id) for task in (first, second)]
    assert (await claim(webhooks, third.id)).waits
    assert not (await claim(webhooks, other.id)).waits
    assert await record(webhooks, in_flight[0]) == third.id
    assert await record(webhooks, in_flight[1]) is None
    taken = await claim(webhooks, third.id)
    assert (taken.waits, taken.attempt) == (False, 1)


async def test_an_owner_has_a_share_and_the_others_have_the_rest(
    tasks: TaskRepository, webhooks: WebhookRepository
) -> None:
    urls = [f"https://{number}.example.org/" for number in range(5)]
    of_ada = [await completed(tasks, url, "ada") for url in urls]
    made = [await claim(webhooks, task.id) for task in of_ada]
    assert [each.waits for each in made] == [False] * 4 + [True]
    of_bob = await completed(tasks, urls[0], "bob")
    assert not (await claim(webhooks, of_bob.id)).waits
    assert await record(webhooks, made[0]) == of_ada[4].id


async def test_without_keys_all_hosts_together_have_no_limit(
    tasks: TaskRepository, webhooks: WebhookRepository
) -> None:
    for number in range(6):
        task = await completed(tasks, f"https://{number}.example.org/")
        assert not (await claim(webhooks, task.id)).waits


async def test_the_limit_holds_for_many_at_once(tasks: TaskRepository, webhooks: WebhookRepository) -> None:
    made = [await completed(tasks) for _ in range(8)]
    claims = await asyncio.gather(*(claim(webhooks, task.id) for task in made))
    assert sum(not each.waits for each in claims) == 2


async def test_without_keys_a_webhook_waits_for_its_own_host_alone(
    tasks: TaskRepository, webhooks: WebhookRepository
) -> None:
    first, second, third, other = [await completed(tasks, url) for url in (URL, URL, URL, OTHER_URL)]
    in_flight = [await claim(webhooks, task.id) for task in (first, second)]
    elsewhere = await claim(webhooks, other.id)
    assert (await claim(webhooks, third.id)).waits
    assert await record(webhooks, elsewhere) is None
    assert await record(webhooks, in_flight[0]) == third.id


async def test_without_keys_a_waiting_webhook_is_swept_if_nothing_of_its_host_is_in_flight(
    tasks: TaskRepository, webhooks: WebhookRepository
) -> None:
    first, second, third, other = [await completed(tasks, url) for url in (URL, URL, URL, OTHER_URL)]
    for task in (first, second):
        await claim(webhooks, task.id, lease_s=3)
    await claim(webhooks, other.id)
    assert (await claim(webhooks, third.id)).waits
    await asyncio.sleep(3.05)  # those of the host were killed
    due = await webhooks.take_due(older_than_s=0, limit=9)
    assert {each.task_id for each in due} == {first.id, second.id, third.id}


@pytest.mark.parametrize(("owner", "url"), [("", OTHER_URL), ("bob", URL), ("bob", OTHER_URL)])
async def test_webhooks_that_share_no_limit_do_not_wait_for_one_another(
    postgres_dsn: str, owner: str, url: str
) -> None:
    """Neither while the transaction of a claim is open."""
    tasks: Any = repositories.connect(postgres_dsn)
    webhooks: Any = repositories.connect_webhooks(postgres_dsn)
    held, free = await completed(tasks), await completed(tasks, url, owner)
    lock = load("webhook_queries.sql").lock
    connection = await asyncpg.connect(postgres_dsn)
    async with connection.transaction():
        await lock.row(connection, task_id=held.id)
        async with asyncio.timeout(2):
            webhook = await claim(webhooks, free.id)
            await record(webhooks, webhook)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(claim(webhooks, held.id), 0.2)
    await connection.close()
    await tasks._database.close()
    await webhooks._database.close()


# What the sweeper sees


async def test_a_webhook_without_a_message_is_taken_once(tasks: TaskRepository, webhooks: WebhookRepository) -> None:
    task = await completed(tasks)
    assert await webhooks.take_due(older_than_s=60, limit=9) == []  # its message is on the way
    [due] = await webhooks.take_due(older_than_s=0, limit=9)
    assert (due.task_id, due.message_id) == (task.id, None)
    assert await webhooks.take_due(older_than_s=60, limit=9) == []


async def test_a_webhook_is_not_due_while_it_is_in_flight_delayed_or_ended(
    tasks: TaskRepository, webhooks: WebhookRepository
) -> None:
    flying, delayed, over = [await completed(tasks) for _ in range(3)]
    await record(webhooks, await claim(webhooks, over.id))
    await record(webhooks, await claim(webhooks, delayed.id), WebhookStatus.PENDING, REFUSED, delay_s=60)
    await claim(webhooks, flying.id)
    assert await webhooks.take_due(older_than_s=0, limit=9) == []


async def test_a_message_that_is_overdue_is_looked_for(tasks: TaskRepository, webhooks: WebhookRepository) -> None:
    task = await completed(tasks)
    await record(webhooks, await claim(webhooks, task.id), WebhookStatus.PENDING, REFUSED, delay_s=0, message_id="1-1")
    [due] = await webhooks.take_due(older_than_s=0, limit=9)
    assert due.message_id == "1-1"
    await webhooks.note_message(due.id, "2-1")
    assert (await webhooks.of_task(task.id))[0].message_id == "2-1"


async def test_a_waiting_webhook_is_left_to_those_in_flight(tasks: TaskRepository, webhooks: WebhookRepository) -> None:
    first, second, third = [await completed(tasks) for _ in range(3)]
    in_flight = [await claim(webhooks, task.id, lease_s=3) for task in (first, second)]
    await claim(webhooks, third.id)
    assert await webhooks.take_due(older_than_s=0, limit=9) == []
    await asyncio.sleep(3.05)  # all of them were killed
    due = await webhooks.take_due(older_than_s=0, limit=9)
    assert {each.task_id for each in due} == {first.id, second.id, third.id}
    assert not any(each.waits for each in due)
    assert {each.id for each in in_flight} < {each.id for each in due}


async def test_ended_webhooks_are_deleted_after_a_time(tasks: TaskRepository, webhooks: WebhookRepository) -> None:
    over, unfinished = await completed(tasks), await completed(tasks)
    await record(webhooks, await claim(webhooks, over.id))
    assert await webhooks.delete_ended(older_than_s=60, limit=9) == 0
    assert await webhooks.delete_ended(older_than_s=0, limit=9) == 1
    assert await webhooks.of_task(over.id) == []
    assert len(await webhooks.of_task(unfinished.id)) == 1


# 410, and sending again


async def test_a_url_that_is_gone_is_disabled_for_its_owner_until_a_webhook_is_redelivered(
    tasks: TaskRepository, webhooks: WebhookRepository
) -> None:
    gone, later, of_bob = await completed(tasks), await completed(tasks), await completed(tasks, owner="bob")
    await record(webhooks, await claim(webhooks, gone.id), WebhookStatus.DISABLED, REFUSED)
    disabled = await claim(webhooks, later.id)
    assert disabled.url_disabled
    assert not (await claim(webhooks, of_bob.id)).url_disabled
    await record(webhooks, disabled, WebhookStatus.FAILED, REFUSED)
    again = await webhooks.redeliver(later.id, disabled.id)
    assert (again.status, again.tries, again.attempt, again.ended_at) == (WebhookStatus.PENDING, 0, 1, None)
    claimed = await claim(webhooks, later.id)
    assert (claimed.url_disabled, claimed.attempt, claimed.tries) == (False, 2, 1)
    assert (await webhooks.of_task(gone.id))[0].status is WebhookStatus.FAILED


async def test_a_webhook_in_flight_is_not_sent_twice_by_a_redelivery(
    tasks: TaskRepository, webhooks: WebhookRepository
) -> None:
    task = await completed(tasks)
    webhook = await claim(webhooks, task.id)
    await webhooks.redeliver(task.id, webhook.id)
    assert await webhooks.claim(task.id, lease_s=60, limits=LIMITS) is None
    await record(webhooks, webhook)
    assert (await webhooks.of_task(task.id))[0].status is WebhookStatus.DELIVERED


async def test_a_webhook_of_another_task_cannot_be_redelivered(
    tasks: TaskRepository, webhooks: WebhookRepository
) -> None:
    task, other = await completed(tasks), await completed(tasks)
    [webhook] = await webhooks.of_task(other.id)
    for webhook_id in (webhook.id, uuid4()):
        with pytest.raises(WebhookNotFound, match=str(webhook_id)):
            await webhooks.redeliver(task.id, webhook_id)


async def test_the_latest_twenty_attempts_are_kept(tasks: TaskRepository, webhooks: WebhookRepository) -> None:
    task = await completed(tasks)
    for number in range(22):
        attempt = replace(REFUSED, seconds=float(number))
        await record(webhooks, await claim(webhooks, task.id), WebhookStatus.PENDING, attempt, delay_s=0)
    [webhook] = await webhooks.of_task(task.id)
    assert [each.seconds for each in webhook.attempts] == [float(number) for number in range(2, 22)]


# Secrets


async def test_the_first_secret_of_an_owner_stays(webhooks: WebhookRepository) -> None:
    for secret in ("whsec_1", "whsec_2"):
        await webhooks.add_secret("ada", secret)
    await webhooks.add_secret("", "whsec_3")
    assert [(each.owner, each.secret) for each in await webhooks.secrets("ada")] == [("ada", "whsec_1")]
    assert [each.secret for each in await webhooks.all_secrets()] == ["whsec_3", "whsec_1"]


async def test_a_replaced_secret_is_valid_for_a_time(webhooks: WebhookRepository) -> None:
    await webhooks.add_secret("ada", "whsec_1")
    for _ in range(2):  # repeated after a lost answer
        await webhooks.replace_secret("ada", "whsec_2", overlap_s=0.3)
    found: Any = await webhooks.secrets("ada")
    assert [(each.secret, each.expires_at is None) for each in found] == [("whsec_2", True), ("whsec_1", False)]
    await asyncio.sleep(0.35)
    assert [each.secret for each in await webhooks.secrets("ada")] == ["whsec_2"]
    await webhooks.replace_secret("ada", "whsec_3", overlap_s=0)
    assert [each.secret for each in await webhooks.all_secrets()] == ["whsec_3"]
