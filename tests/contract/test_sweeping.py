"""The sweeper on real servers that have lost data, and two sweepers at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from redis.asyncio import Redis

from imagescaler.adapters import queues, repositories, stores, task_ends
from imagescaler.adapters.queues.redis import stream_key
from imagescaler.domain.formats import Format
from imagescaler.domain.options import Options
from imagescaler.domain.retention import Retention
from imagescaler.domain.sweep import Sweep, SweepSettings
from imagescaler.domain.task.message import TaskMessage
from imagescaler.domain.task.source import Source
from imagescaler.domain.task.task import NewTask, Task
from imagescaler.usecases.sweep_tasks import sweep_tasks

AT_ONCE = SweepSettings(sweep_after_s=0)
SPACED = SweepSettings(sweep_after_s=1)


class Service:
    """A repository, a queue and a store, each with its own server."""

    def __init__(self, postgres_dsn: str, redis_url: str) -> None:
        self.redis: Redis = Redis.from_url(redis_url)
        self.tasks: Any = repositories.connect(postgres_dsn)
        self.queue: Any = queues.connect(redis_url, max_length=100)
        self.source_queue: Any = queues.connect(f"{redis_url}#SourceQueue", max_length=100)
        self.store: Any = stores.connect(redis_url)
        self.webhooks: Any = repositories.connect_webhooks(postgres_dsn)
        self.webhook_queue: Any = queues.connect(f"{redis_url}#WebhookQueue", max_length=100)
        self.ends: Any = task_ends.connect(redis_url, waits=self.tasks)

    async def accept(self) -> Task:
        new = NewTask(uuid4(), Options(8), Source(Format.PNG, 60, 40, 4))
        await self.store.put(new.source_key, b"data", ttl_s=60)
        task, _ = await self.tasks.add(new)
        await self.tasks.note_message(task.id, await self.queue.push(TaskMessage(task_id=task.id)))
        return await self.tasks.get(task.id)  # type: ignore[no-any-return]

    async def sweep(self, settings: SweepSettings = AT_ONCE, *, time_s: float = 30) -> Sweep:
        return await sweep_tasks(
            message=lambda task_id: TaskMessage(task_id=task_id),
            settings=settings,
            max_attempts=3,
            retention=Retention(),
            tasks=self.tasks,
            queue=self.queue,
            source_queue=self.source_queue,
            store=self.store,
            ends=self.ends,
            webhooks=self.webhooks,
            webhook_queue=self.webhook_queue,
            time_s=time_s,
        )

    async def waiting(self) -> list[str]:
        entries: Any = await self.redis.xrange(stream_key(""))
        return sorted(TaskMessage.from_json(fields[b"body"]).task_id.hex for _, fields in entries)


@pytest.fixture
async def service(postgres_dsn: str, redis_url: str) -> AsyncIterator[Service]:
    async with Redis.from_url(redis_url) as client:
        await client.flushdb()
    connection = await asyncpg.connect(postgres_dsn)
    await connection.execute("truncate tasks")
    await connection.close()
    made = Service(postgres_dsn, redis_url)
    yield made
    await made.tasks._database.close()
    await made.webhooks._database.close()
    await made.queue._redis.aclose()
    await made.source_queue._redis.aclose()
    await made.webhook_queue._redis.aclose()
    await made.store._redis.aclose()
    await made.ends._redis.aclose()
    await made.redis.aclose()


async def test_a_stream_that_was_lost_is_filled_again_each_task_once(service: Service) -> None:
    tasks = [await service.accept() for _ in range(20)]
    await service.redis.delete(stream_key(""))
    await asyncio.sleep(1)
    sweeps = await asyncio.gather(*(service.sweep(SPACED) for _ in range(3)))
    assert sum(sweep.reenqueued for sweep in sweeps) == 20
    assert await service.waiting() == sorted(task.id.hex for task in tasks)
    assert (await service.sweep()).reenqueued == 0


async def test_a_message_in_hand_is_held(service: Service) -> None:
    await service.accept()
    await service.redis.xgroup_create(stream_key(""), "group", id="0")
    await service.redis.xreadgroup("group", "consumer", {stream_key(""): ">"})
    assert (await service.sweep()).reenqueued == 0


async def test_after_the_loss_of_all_of_redis_every_task_ends(service: Service) -> None:
    tasks = [await service.accept() for _ in range(5)]
    await service.redis.flushdb()
    sweep = await service.sweep()
    assert {task.id for task in sweep.ended} == {task.id for task in tasks}
    assert {task.failure.type for task in sweep.ended if task.failure} == {"source-lost"}
    assert await service.waiting() == []


@asynccontextmanager
async def slow_deletes(postgres_dsn: str, seconds_each: float) -> AsyncIterator[asyncpg.Connection]:
    """Make Postgres take so long for each row that it deletes."""
    connection = await asyncpg.connect(postgres_dsn)
    await connection.execute(f"""
        create function slowly() returns trigger language plpgsql as $$
        begin perform pg_sleep({seconds_each}); return old; end $$;
        create trigger slowly before delete on tasks for each row execute function slowly()
    """)
    yield connection
    await connection.execute("drop function slowly cascade")
    await connection.close()


async def add_ended(connection: asyncpg.Connection, count: int, status: str, columns: str, values: str) -> None:
    await connection.execute(f"""
        insert into tasks (id, status, options, source, completed_at, {columns})
        select gen_random_uuid(), '{status}', '{{}}', '{{}}', now() - interval '60 days', {values}
        from generate_series(1, {count})
    """)


async def test_everything_that_is_due_expires_in_one_run(service: Service, postgres_dsn: str) -> None:
    """At 200 tasks per second, 12,000 expire a minute."""
    connection = await asyncpg.connect(postgres_dsn)
    await add_ended(connection, 12_500, "completed", "expires_at, result", "now(), '{}'")
    await add_ended(connection, 2_500, "failed", "failure", "'{}'")
    sweep = await service.sweep()
    assert (sweep.expired, sweep.failures) == (12_500, ())
    assert sweep.deleted >= 2_500
    await connection.execute("truncate tasks")
    await connection.close()


async def test_slow_deletes_do_not_stop_the_sweeper_and_make_progress(
    service: Service, postgres_dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("imagescaler.adapters.clients.postgres.COMMAND_TIMEOUT_S", 0.5)
    await service.accept()
    await service.redis.delete(stream_key(""))
    async with slow_deletes(postgres_dsn, 0.01) as connection:
        await add_ended(connection, 1_100, "failed", "failure", "'{}'")
        sweep = await service.sweep(time_s=4)
        assert (sweep.reenqueued, sweep.failures) == (1, ())
        assert sweep.deleted >= 10
        await connection.execute("alter table tasks disable trigger slowly; truncate tasks")


async def test_a_task_that_this_release_cannot_read_does_not_stop_the_others(
    service: Service, postgres_dsn: str
) -> None:
    """While a deployment rolls, an older sweeper sees the tasks of a newer release."""
    newer, task = await service.accept(), await service.accept()
    connection = await asyncpg.connect(postgres_dsn)
    await connection.execute('update tasks set source = source || \'{"format": "novel"}\' where id = $1', newer.id)
    await connection.close()
    await service.redis.delete(stream_key(""))
    assert (await service.sweep()).reenqueued == 1
    assert await service.waiting() == [task.id.hex]
