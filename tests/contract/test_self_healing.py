"""Adapters whose servers restart, hang or are unavailable: clear errors in bounded time, and no restart needed."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from imagescaler.adapters import queues, repositories, stores
from imagescaler.domain.errors import (
    QueueFull,
    QueueUnavailable,
    RepositoryUnavailable,
    StoreFull,
    StoreUnavailable,
    Unavailable,
)
from imagescaler.domain.task.message import TaskMessage
from tools.chaos.ledger import differences

NOWHERE = "127.0.0.1:1"
Use = Callable[[Any], Awaitable[Any]]


@dataclass
class Proxy:
    """A TCP proxy that can reset its connections and swallow data."""

    target: tuple[str, int]
    swallows: bool = False
    writers: list[asyncio.StreamWriter] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_connection(*self.target)
        self.writers += [writer, there_writer]
        await asyncio.gather(self.pump(reader, there_writer), self.pump(there_reader, writer))

    async def pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(65536):
                if not self.swallows:
                    writer.write(data)
        writer.close()

    def reset(self) -> None:
        for writer in self.writers:
            writer.transport.abort()
        self.writers.clear()


@asynccontextmanager
async def proxied(url: str) -> AsyncIterator[tuple[Proxy, str]]:
    parts = urlsplit(url)
    assert parts.hostname
    assert parts.port
    proxy = Proxy((parts.hostname, parts.port))
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield proxy, url.replace(f":{parts.port}/", f":{port}/")
    finally:
        proxy.reset()
        server.close()


@dataclass(frozen=True)
class Adapter:
    """How to create, use and close an adapter, and its error if the server is unavailable."""

    fixture: str
    connect: Callable[[str], Any]
    use: Use
    close: Use
    problem: type[Unavailable]


async def close_database(repository: Any) -> None:
    await repository._database.close()


async def close_redis(adapter: Any) -> None:
    await adapter._redis.aclose()


ADAPTERS = {
    "repository": Adapter(
        "postgres_dsn", repositories.connect, lambda tasks: tasks.ping(), close_database, RepositoryUnavailable
    ),
    "queue": Adapter(
        "redis_url",
        queues.connect,
        lambda queue: queue.push(TaskMessage(task_id=uuid4())),
        close_redis,
        QueueUnavailable,
    ),
    "store": Adapter(
        "redis_url",
        stores.connect,
        lambda store: store.put("sources/1", b"data", ttl_s=9),
        close_redis,
        StoreUnavailable,
    ),
}


@pytest.fixture(params=ADAPTERS)
def adapter(request: pytest.FixtureRequest) -> Adapter:
    return ADAPTERS[request.param]


@pytest.fixture
def url(adapter: Adapter, postgres_dsn: str, redis_url: str) -> str:
    return {"postgres_dsn": postgres_dsn, "redis_url": redis_url}[adapter.fixture]


async def test_a_connection_that_was_reset_is_replaced_unnoticed(adapter: Adapter, url: str) -> None:
    async with proxied(url) as (proxy, through):
        made = adapter.connect(through)
        for _ in range(3):
            await adapter.use(made)
            proxy.reset()
            await asyncio.sleep(0.01)
        await adapter.use(made)
        await adapter.close(made)


async def test_a_server_that_hangs_is_given_up_in_bounded_time_and_used_again_when_it_is_back(
    adapter: Adapter, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("imagescaler.adapters.clients.postgres.COMMAND_TIMEOUT_S", 0.2)
    monkeypatch.setattr("imagescaler.adapters.clients.postgres.CONNECT_TIMEOUT_S", 0.2)
    monkeypatch.setattr("imagescaler.adapters.clients.redis.ANSWER_TIMEOUT_S", 0.2)
    async with proxied(url) as (proxy, through):
        made = adapter.connect(through)
        await adapter.use(made)
        proxy.swallows = True
        async with asyncio.timeout(10):
            with pytest.raises(adapter.problem, match="does not answer"):
                await adapter.use(made)
        proxy.swallows = False
        proxy.reset()
        await adapter.use(made)
        await adapter.close(made)


async def test_a_server_that_is_away_is_a_problem_and_no_wait(adapter: Adapter, url: str) -> None:
    parts = urlsplit(url)
    made = adapter.connect(url.replace(f"{parts.hostname}:{parts.port}", NOWHERE))
    async with asyncio.timeout(10):
        with pytest.raises(adapter.problem, match="Try again"):
            await adapter.use(made)
    await adapter.close(made)


@pytest.fixture
async def full_redis(redis_url: str) -> AsyncIterator[str]:
    async with Redis.from_url(redis_url) as client:
        before: Any = await client.config_get("maxmemory")
        await client.config_set("maxmemory", 1)
        yield redis_url
        await client.config_set("maxmemory", before["maxmemory"])


@pytest.mark.parametrize(("name", "problem"), [("queue", QueueFull), ("store", StoreFull)])
async def test_a_redis_without_memory_is_full_and_not_away(
    full_redis: str, name: str, problem: type[Unavailable]
) -> None:
    made = ADAPTERS[name].connect(full_redis)
    with pytest.raises(problem, match="memory is used up"):
        await ADAPTERS[name].use(made)
    await ADAPTERS[name].close(made)


async def test_a_blob_for_which_redis_has_no_memory_leaves_no_reservation(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reservation fits, the bytes do not."""
    store: Any = stores.connect(redis_url, quota_bytes=1 << 30)
    async with Redis.from_url(redis_url) as client:
        await client.flushdb()
        used = (await client.info("memory"))["used_memory"]
        before: Any = await client.config_get("maxmemory")
        await client.config_set("maxmemory", used + 3_000_000)
        puts = [store.put(f"sources/{number}", bytes(1_000_000), ttl_s=60) for number in range(10)]
        outcomes = await asyncio.gather(*puts, return_exceptions=True)
        assert any(isinstance(outcome, StoreFull) for outcome in outcomes)
        await client.config_set("maxmemory", before["maxmemory"])
        blobs = [key async for key in client.scan_iter("imagescaler:sources/*")]
        assert int(await client.get("imagescaler:blob-bytes") or 0) == len(blobs) * 1_000_000
        assert await differences(client) == []
    await store._redis.aclose()
