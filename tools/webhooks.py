"""Has the running service deliver the webhooks of many tasks to a receiver that fails half of the time.

`python -m tools.webhooks` starts the service with embedded servers. Tasks are ended by a statement, and the delays
between attempts are not waited for; queue, function and network are the real ones.
"""

import asyncio
import random
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import click
from aiohttp import web
from standardwebhooks import Webhook, WebhookVerificationError

from imagescaler.adapters import queues
from imagescaler.domain.task.message import TaskMessage
from imagescaler.domain.webhook import MAX_TRIES
from local.cli.key_function import manage
from local.servers.announcement import read_announcement
from local.servers.folders import temporary_data_folder
from tests.service import starting

HOSTS = [f"127.0.0.{number}" for number in range(1, 21)]
SHARE = 0.5  # of the attempts fail
PATIENCE_S = 1_200
PAUSE_S = 0.5
ADD = """
    insert into tasks (id, status, options, source, attempt, lease_until, webhook_url)
    select gen_random_uuid(), 'processing', '{"width": 8}',
           '{"format": "png", "width": 60, "height": 40, "bytes": 4}', 1, now() + interval '1 hour',
           ($2::text[])[1 + number % array_length($2, 1)]
    from generate_series(1, $1::integer) as number
    returning id
"""
END = """
    update tasks set status = 'failed', lease_until = null, completed_at = now(),
                     failure = '{"type": "corrupt-image", "title": "t", "detail": "d"}'
    where status = 'processing'
"""
SKIP_DELAYS = """
    update webhooks set next_attempt_at = now()
    where status = 'pending' and lease_until is null and next_attempt_at > now()
    returning task_id
"""
UNFINISHED = "select count(*) from webhooks where status = 'pending'"
DELIVERED = "select count(*) from webhooks where status = 'delivered'"


class Receiver:
    """Fails half of the attempts at random, with a status or without a response, but never all of one webhook."""

    def __init__(self, secret: str, seed: int) -> None:
        self._webhook, self._random = Webhook(secret), random.Random(seed)
        self.tasks: dict[str, set[UUID]] = defaultdict(set)
        self.failures, self.successes = Counter[str](), Counter[str]()
        self.unverified = 0

    async def receive(self, request: web.Request) -> web.Response:
        """Respond to an attempt."""
        try:
            event: Any = self._webhook.verify(await request.read(), dict(request.headers))
        except WebhookVerificationError:
            self.unverified += 1
            return web.Response(status=401)
        webhook_id = request.headers["webhook-id"]
        self.tasks[webhook_id].add(UUID(event["data"]["id"]))
        if self.failures[webhook_id] < MAX_TRIES - 1 and self._random.random() < SHARE:
            self.failures[webhook_id] += 1
            return self._fail(request)
        self.successes[webhook_id] += 1
        return web.Response(status=204)

    def _fail(self, request: web.Request) -> web.Response:
        match self._random.randrange(3):
            case 0 if request.transport:
                request.transport.abort()
                return web.Response()
            case 1:
                return web.Response(status=302, headers={"location": "http://127.0.0.1:1/"})
        return web.Response(status=503)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[list[str]]:
        """Yield URLs at as many hosts, so that the limit for one host is not that of all."""
        app = web.Application()
        app.router.add_post("/", self.receive)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        first = web.TCPSite(runner, HOSTS[0], 0)
        await first.start()
        port = runner.addresses[0][1]
        for host in HOSTS[1:]:
            await web.TCPSite(runner, host, port).start()
        try:
            yield [f"http://{host}:{port}/" for host in HOSTS]
        finally:
            await runner.cleanup()


async def deliver(variables: Mapping[str, str], count: int, receiver: Receiver) -> tuple[set[UUID], int, float]:
    """End `count` tasks and wait for their webhooks; return the tasks, the number delivered, and the seconds."""
    queue: Any = queues.connect(f"{variables['REDIS_URL']}#WebhookQueue", max_length=10 * count)
    connection = await asyncpg.connect(variables["POSTGRES_DSN"])
    async with receiver.serving() as urls:
        tasks = {row["id"] for row in await connection.fetch(ADD, count, urls)}
        await connection.execute(END)
        start_s = time.monotonic()
        due = tasks
        while await connection.fetchval(UNFINISHED) and time.monotonic() < start_s + PATIENCE_S:
            for task_id in due:  # as those who end tasks do
                await queue.push(TaskMessage(task_id))
            await asyncio.sleep(PAUSE_S)
            due = {row["task_id"] for row in await connection.fetch(SKIP_DELAYS)}
        seconds = time.monotonic() - start_s
        delivered = await connection.fetchval(DELIVERED)
    await connection.close()
    await queue._redis.aclose()
    return tasks, delivered, seconds


@click.command()
@click.option("--count", default=10_000, show_default=True)
@click.option("--concurrency", default=10, show_default=True, help="WEBHOOK_CONCURRENCY of the service.")
@click.option("--seed", default=lambda: uuid4().int % 10**6)
def main(count: int, concurrency: int, seed: int) -> None:
    """Deliver COUNT webhooks, print what has become of them, and fail unless each was delivered under one id."""
    with (
        temporary_data_folder() as folder,
        tempfile.TemporaryDirectory() as output,
        starting(Path(output)) as start,
    ):
        service = start(data=folder, OUTBOUND_ALLOWED="127.0.0.0/8", WEBHOOK_CONCURRENCY=str(concurrency))
        assert service.url
        [secret] = manage(folder, {"action": "create_secret"})["secrets"]
        receiver = Receiver(secret["secret"], seed)
        tasks, delivered, seconds = asyncio.run(deliver(read_announcement(folder), count, receiver))
    reported = [task_id for tasks_of_id in receiver.tasks.values() for task_id in tasks_of_id]
    failures, successes = receiver.failures.total(), receiver.successes.total()
    click.echo(
        f"seed {seed}: {count:,} tasks, {failures + successes:,} attempts in {seconds:.0f} s "
        f"({(failures + successes) / seconds:.0f} per second), of which {failures:,} failed; {delivered:,} delivered, "
        f"{len(tasks) - len(set(reported))} lost, {len(reported) - len(set(reported))} under a second id, "
        f"{successes - len(receiver.successes)} delivered twice, {receiver.unverified} not verified, "
        f"most attempts of one webhook {max(receiver.failures.values()) + 1}"
    )
    sys.exit(delivered != count or set(reported) != tasks or len(reported) != count or bool(receiver.unverified))


if __name__ == "__main__":
    main()
