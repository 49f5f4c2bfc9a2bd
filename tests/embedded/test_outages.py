"""Servers that go away under the running service: clear refusals meanwhile, and nothing to restart afterwards."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from redis.asyncio import Redis

from tests.pictures import plain
from tests.proxy import Proxy, proxied
from tests.service import Service, Start

pytestmark = pytest.mark.slow
NOWHERE = ("127.0.0.1", 1)


@dataclass(frozen=True)
class Deployment:
    """A running service, a client of its API, and the proxies before its servers."""

    service: Service
    client: httpx.AsyncClient
    proxies: dict[str, Proxy]

    async def post(self, **headers: str) -> httpx.Response:
        return await self.client.post("/tasks", files={"file": plain()}, data={"width": "8"}, headers=headers)

    async def completes(self) -> bool:
        return bool((await self.post(prefer="wait=20")).json().get("status") == "completed")

    def environments(self) -> set[int]:
        return {process.pid for process in self.service.children()}


@asynccontextmanager
async def away(proxy: Proxy) -> AsyncIterator[None]:
    target, proxy.target = proxy.target, NOWHERE
    proxy.reset()
    yield
    proxy.target = target


@pytest.fixture
async def deployment(start: Start, own_folder: Path, postgres_dsn: str, redis_url: str) -> AsyncIterator[Deployment]:
    async with (
        Redis.from_url(redis_url) as redis,
        proxied(postgres_dsn) as (before_postgres, dsn),
        proxied(redis_url) as (before_redis, url),
    ):
        await redis.flushdb()
        service = start(data=own_folder, POSTGRES_DSN=dsn, REDIS_URL=url)
        base_url = await asyncio.to_thread(lambda: service.url)  # the proxies live on this loop
        async with httpx.AsyncClient(base_url=f"{base_url}/api/v1", timeout=60) as client:
            made = Deployment(service, client, {"postgres": before_postgres, "redis": before_redis})
            assert await made.completes()
            yield made
        await asyncio.to_thread(service.stop)


def problem(answer: httpx.Response) -> tuple[int, str]:
    assert int(answer.headers["retry-after"]) >= 1
    return answer.status_code, answer.json()["type"]


@pytest.mark.parametrize(
    ("server", "refusal", "unhealthy"),
    [
        ("postgres", "/problems/repository-unavailable", {"postgres"}),
        ("redis", "/problems/store-unavailable", {"queue", "store"}),
    ],
)
async def test_while_a_server_is_away_requests_are_refused_and_afterwards_all_goes_on(
    deployment: Deployment, server: str, refusal: str, unhealthy: set[str]
) -> None:
    known = (await deployment.post(prefer="wait=20")).json()["id"]
    before = deployment.environments()
    async with away(deployment.proxies[server]):
        assert problem(await deployment.post()) == (503, refusal)
        health: Any = (await deployment.client.get("/health")).json()
        checks = {name: check for name, check in health.items() if isinstance(check, dict)}
        assert {name for name, check in checks.items() if check["status"] != "ok"} == unhealthy
    async with asyncio.timeout(30):
        while not await deployment.completes():
            await asyncio.sleep(0.2)
    assert (await deployment.client.get(f"/tasks/{known}")).json()["status"] == "completed"
    assert before <= deployment.environments()


async def test_while_redis_is_full_new_tasks_are_refused_and_nothing_else(
    deployment: Deployment, redis_url: str
) -> None:
    known = (await deployment.post(prefer="wait=20")).json()
    async with Redis.from_url(redis_url) as redis:
        before: Any = await redis.config_get("maxmemory")
        await redis.config_set("maxmemory", 1)
        try:
            assert problem(await deployment.post()) == (503, "/problems/store-full")
            result = await deployment.client.get(f"/results/{known['id']}", headers={"accept": "image/*"})
            assert len(result.content) == known["result"]["bytes"]
        finally:
            await redis.config_set("maxmemory", before["maxmemory"])
    assert await deployment.completes()
