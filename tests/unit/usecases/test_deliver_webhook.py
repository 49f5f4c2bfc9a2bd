"""Deliveries with repositories in memory and a receiver that answers as it is told."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from imagescaler.adapters.queues.memory import MemoryTaskQueue
from imagescaler.adapters.repositories.memory_tasks import MemoryTaskRepository
from imagescaler.adapters.repositories.memory_webhooks import MemoryWebhookRepository
from imagescaler.domain.errors import QueueUnavailable, WebhookNotSent
from imagescaler.domain.options import Options
from imagescaler.domain.sweep import SweepSettings
from imagescaler.domain.task.message import TaskMessage
from imagescaler.domain.task.task import NewTask, Task
from imagescaler.domain.webhook import DELAYS_S, TASK_DELETED, URL_DISABLED, DeliveryLimits, Webhook, WebhookStatus
from imagescaler.usecases.deliver_webhook import deliver_webhook
from imagescaler.usecases.rotate_secret import rotate_secret
from imagescaler.usecases.sweep_webhooks import WebhookRecovery
from tests.contract.test_task_repository import FAILURE, SOURCE

URL = "https://hooks.example.org/"


@dataclass
class Receiver:
    """Answers with the next status, or does not answer with the next reason; with 204 when there is none left."""

    answers: list[int | str] = field(default_factory=list)
    sent: list[tuple[UUID, str, Sequence[str]]] = field(default_factory=list)

    async def send(self, webhook: Webhook, body: str, secrets: Sequence[str], *, timeout_s: float) -> int:
        self.sent.append((webhook.id, body, secrets))
        answer = self.answers.pop(0) if self.answers else 204
        if isinstance(answer, str):
            raise WebhookNotSent(answer)
        return answer


class World:
    """Ports in memory, and a clock that is set."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)
        self.tasks = MemoryTaskRepository(clock=lambda: self.now)
        self.webhooks = MemoryWebhookRepository(self.tasks)
        self.queue: Any = MemoryTaskQueue()
        self.receiver = Receiver()

    async def ended(self, url: str = URL, owner: str = "") -> Task:
        task, _ = await self.tasks.add(NewTask(uuid4(), Options(8), SOURCE, owner, webhook_url=url))
        return await self.tasks.abandon(task.id, FAILURE)

    async def deliver(self, task: Task) -> Any:
        return await deliver_webhook(
            task.id,
            lease_s=30,
            limits=DeliveryLimits(),
            show=lambda task, webhook: f"{webhook.type} of {task.id}",
            tasks=self.tasks,
            webhooks=self.webhooks,
            queue=self.queue,
            sender=self.receiver,
            share=lambda: 0,
        )

    async def webhook(self, task: Task) -> Webhook:
        [found] = await self.webhooks.of_task(task.id)
        return found

    async def sweep(self) -> int:
        settings = SweepSettings()
        recovery = WebhookRecovery(TaskMessage, settings, self.webhooks, self.queue, lambda: 0, 1)
        await recovery.run(9)
        assert recovery.failures == []
        return recovery.enqueued


@pytest.fixture
def world() -> World:
    return World()


async def test_any_2xx_is_success(world: World) -> None:
    for status in (200, 202, 204, 299):
        world.receiver.answers = [status]
        task = await world.ended()
        assert (await world.deliver(task)).status == status
        assert (await world.webhook(task)).status is WebhookStatus.DELIVERED
        assert await world.deliver(task) is None
    assert world.queue.messages == {}


@pytest.mark.parametrize("answer", [500, 503, 429, 404, 400, 301, 307, 100, "The host does not accept connections."])
async def test_anything_else_is_tried_again_under_the_same_id_and_body(world: World, answer: int | str) -> None:
    world.receiver.answers = [answer]
    task = await world.ended()
    attempt = await world.deliver(task)
    assert answer in {attempt.status, attempt.error}
    assert (await world.webhook(task)).status is WebhookStatus.PENDING
    assert list(world.queue.delays_s.values()) == [5]
    world.now += timedelta(seconds=5)
    assert (await world.deliver(task)).status == 204
    first, again = world.receiver.sent
    assert first[:2] == again[:2]


async def test_the_delays_are_those_that_are_promised_and_then_it_fails(world: World) -> None:
    """5 s and 5 min by the queue, and the others by the sweeper."""
    world.receiver.answers = [500] * 10
    task = await world.ended()
    waited = []
    for delay_s in DELAYS_S:
        await world.deliver(task)
        webhook = await world.webhook(task)
        assert webhook.next_attempt_at is not None
        waited.append((webhook.next_attempt_at - world.now).total_seconds())
        assert await world.sweep() == 0
        world.now += timedelta(seconds=delay_s - 1)
        assert await world.deliver(task) is None
        world.now += timedelta(seconds=1)
        assert await world.sweep() == (1 if delay_s > 900 else 0)
    assert waited == [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400]
    await world.deliver(task)
    webhook = await world.webhook(task)
    assert (webhook.status, webhook.tries, len(webhook.attempts)) == (WebhookStatus.FAILED, 10, 10)
    world.now += timedelta(days=9)
    assert await world.sweep() == 0


async def test_410_disables_the_url_and_nothing_more_is_sent_to_it(world: World) -> None:
    world.receiver.answers = [410]
    gone, later, elsewhere = await world.ended(), await world.ended(), await world.ended("https://other.example.org/")
    await world.deliver(gone)
    assert (await world.webhook(gone)).status is WebhookStatus.DISABLED
    assert (await world.deliver(later)).error == URL_DISABLED
    assert (await world.webhook(later)).status is WebhookStatus.FAILED
    assert (await world.deliver(elsewhere)).status == 204
    assert len(world.receiver.sent) == 2


async def test_a_deleted_task_is_not_reported(world: World) -> None:
    task = await world.ended()
    await world.tasks.delete(task.id)
    assert (await world.deliver(task)).error == TASK_DELETED
    assert (await world.webhook(task)).status is WebhookStatus.FAILED
    assert world.receiver.sent == []


async def test_an_attempt_that_was_killed_is_due_after_its_lease_and_counts(world: World) -> None:
    task = await world.ended()
    limits = DeliveryLimits()
    for _ in DELAYS_S:
        await world.webhooks.claim(task.id, lease_s=30, limits=limits)
        assert await world.deliver(task) is None
        world.queue.messages.clear()
        world.now += timedelta(seconds=100)
        assert await world.sweep() == 1
    await world.webhooks.claim(task.id, lease_s=30, limits=limits)
    world.now += timedelta(seconds=30)
    assert (await world.deliver(task)).error == "Each attempt to send it was interrupted."
    assert (await world.webhook(task)).status is WebhookStatus.FAILED


async def test_if_the_queue_is_away_the_sweeper_enqueues_the_next_attempt(world: World) -> None:
    world.receiver.answers = [500]
    task = await world.ended()
    queue = world.queue

    class Away:
        async def push(self, _: TaskMessage, *, delay_s: float = 0) -> str:
            raise QueueUnavailable("It does not answer.")

    world.queue = Away()
    await world.deliver(task)
    world.queue = queue
    world.now += timedelta(seconds=60)
    assert await world.sweep() == 1
    assert (await world.deliver(task)).status == 204


async def test_a_lost_message_is_enqueued_again_and_one_that_is_held_is_not(world: World) -> None:
    world.receiver.answers = [500]
    task = await world.ended()
    await world.deliver(task)
    world.now += timedelta(seconds=65)
    assert await world.sweep() == 0
    world.queue.messages.clear()
    world.now += timedelta(seconds=60)
    assert await world.sweep() == 1


async def test_where_the_queue_cannot_tell_a_message_is_enqueued_again_after_an_hour(world: World) -> None:
    world.receiver.answers = [500]
    task = await world.ended()
    await world.deliver(task)

    async def nobody_knows(_: str) -> None:
        return None

    world.queue.holds = nobody_knows
    world.now += timedelta(seconds=120)
    assert await world.sweep() == 0
    world.now += timedelta(seconds=3600)
    assert await world.sweep() == 1


async def test_a_waiting_webhook_is_enqueued_when_one_of_its_host_has_ended(world: World) -> None:
    first, second, third = [await world.ended() for _ in range(3)]
    limits = DeliveryLimits()
    for task in (first, second):
        await world.webhooks.claim(task.id, lease_s=30, limits=limits)
    assert await world.deliver(third) is None
    assert world.receiver.sent == []
    world.now += timedelta(seconds=31)
    await world.deliver(first)
    assert [message.task_id for message in world.queue.messages.values()] == [third.id]


async def test_an_owners_first_secret_is_made_when_it_is_needed_and_two_sign_while_it_is_changed(world: World) -> None:
    await world.deliver(await world.ended())
    await world.deliver(await world.ended())
    [(_, _, first), (_, _, second)] = world.receiver.sent
    assert first == second
    assert first[0].startswith("whsec_")
    new, _ = await rotate_secret("", overlap_s=60, webhooks=world.webhooks)
    await world.deliver(await world.ended())
    assert world.receiver.sent[-1][2] == [new.secret, first[0]]
    world.now += timedelta(seconds=61)
    await world.deliver(await world.ended())
    assert world.receiver.sent[-1][2] == [new.secret]
    await world.deliver(await world.ended(owner="ada"))
    assert world.receiver.sent[-1][2] not in ([new.secret], first)


async def test_the_jitter_only_lengthens_a_delay() -> None:
    webhook = Webhook(uuid4(), uuid4(), "", "task.failed", URL, datetime.now(UTC), tries=1)  # type: ignore[arg-type]
    assert [webhook.retry_delay_s(share) for share in (0, 0.5, 1)] == [5, 5.5, 6]
    assert replace(webhook, tries=10).retry_delay_s(0) is None
