"""Delivers the webhooks of many ended tasks to a receiver that fails half of the time: `python -m tools.webhooks`.

Postgres and the use case are the real ones; the queue is in memory and the delays between attempts are none.
"""

import asyncio
import random
import sys
import time
from collections import Counter
from collections.abc import Sequence
from uuid import UUID, uuid4

import asyncpg
import click

from imagescaler.adapters import repositories
from imagescaler.adapters.queues.memory import MemoryTaskQueue
from imagescaler.adapters.repositories.migrations.migrate import migrate
from imagescaler.domain.errors import WebhookNotSent
from imagescaler.domain.webhook import DeliveryLimits, Webhook
from imagescaler.usecases.deliver_webhook import deliver_webhook
from imagescaler.web.views.webhook import event_body
from local.servers.folders import temporary_data_folder
from local.servers.postgresql import postgres

ENVIRONMENTS = 10
ADD = """
    insert into tasks (id, status, options, source, attempt, lease_until, webhook_url)
    select gen_random_uuid(), 'processing', '{"width": 8}',
           '{"format": "png", "width": 60, "height": 40, "bytes": 4}', 1, now() + interval '1 hour',
           'https://' || number % 20 || '.example.org/'
    from generate_series(1, $1::integer) as number
"""
END = """
    update tasks set status = 'failed', lease_until = null, completed_at = now(),
                     failure = '{"type": "corrupt-image", "title": "t", "detail": "d"}'
    where status = 'processing'
"""


DUE_NOW = "update webhooks set next_attempt_at = now() where status = 'pending'"


class Receiver:
    """Fails half of the time: with a status, or without a response."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self.bodies: dict[UUID, set[str]] = {}
        self.delivered: Counter[UUID] = Counter()
        self.attempts = 0

    async def send(self, webhook: Webhook, body: str, secrets: Sequence[str], *, timeout_s: float) -> int:
        self.attempts += 1
        self.bodies.setdefault(webhook.id, set()).add(body)
        await asyncio.sleep(0)
        match self._random.randrange(4):
            case 0:
                raise WebhookNotSent("The host does not accept connections.")
            case 1:
                return 503
        self.delivered[webhook.id] += 1
        return 204


async def deliver_all(dsn: str, count: int, receiver: Receiver) -> tuple[int, int]:
    """Deliver the webhooks of `count` tasks; return how many are delivered and how many are not, by their rows."""
    await migrate(dsn)
    connection = await asyncpg.connect(dsn)
    await connection.execute(ADD, count)
    await connection.execute(END)
    limits = DeliveryLimits(ENVIRONMENTS * 4)

    async def environment() -> None:
        tasks, webhooks = repositories.connect(dsn), repositories.connect_webhooks(dsn)
        while due := await webhooks.take_due(older_than_s=0, limit=20):
            for webhook in due:
                await deliver_webhook(
                    webhook.task_id,
                    lease_s=30,
                    limits=limits,
                    show=event_body,
                    tasks=tasks,
                    webhooks=webhooks,
                    queue=MemoryTaskQueue(),
                    sender=receiver,
                )

    for _ in range(40):
        await asyncio.gather(*(environment() for _ in range(ENVIRONMENTS)))
        # The clock is not waited for: what is to be repeated later is due now.
        if (
            await connection.execute("update webhooks set next_attempt_at = now() where status = 'pending'")
            == "UPDATE 0"
        ):
            break
    delivered = await connection.fetchval("select count(*) from webhooks where status = 'delivered'")
    await connection.close()
    return delivered, await _failed(dsn)


async def _failed(dsn: str) -> int:
    connection = await asyncpg.connect(dsn)
    failed: int = await connection.fetchval("select count(*) from webhooks where status <> 'delivered'")
    await connection.close()
    return failed


@click.command()
@click.option("--count", default=10_000, show_default=True)
@click.option("--seed", default=lambda: uuid4().int % 10**6)
def main(count: int, seed: int) -> None:
    """Deliver COUNT webhooks and print what has become of them."""
    receiver, start_s = Receiver(seed), time.monotonic()
    with temporary_data_folder() as folder, postgres(folder) as dsn:
        delivered, failed = asyncio.run(deliver_all(dsn, count, receiver))
    changed = sum(len(bodies) > 1 for bodies in receiver.bodies.values())
    click.echo(
        f"seed {seed}: {count:,} tasks, {receiver.attempts:,} attempts, {delivered:,} delivered, {failed} failed after "
        f"ten tries, {count - len(receiver.bodies)} never sent, {changed} with another body, "
        f"in {time.monotonic() - start_s:.0f} s"
    )
    sys.exit(delivered + failed != count)


if __name__ == "__main__":
    main()
