"""How often an image makes the service ask its servers: transactions of Postgres, round trips to Redis."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import httpx
import pytest
from PIL import Image
from redis.asyncio import Redis

from local.servers.announcement import read_announcement
from tests.pictures import encoded
from tests.service import Service, Start

pytestmark = pytest.mark.slow
IMAGES = 200
IMAGE = encoded(Image.new("RGB", (64, 48), "red"), "JPEG")
MOST_TRANSACTIONS, MOST_ROUND_TRIPS = 4, 10
NOISE = 0.5  # a sweep in one of the measured times, and questions for messages that come back
REPORTED_S = 11  # an idle backend of Postgres reports its transactions after ten seconds
WAIT = {"Prefer": "wait=20", "Accept": "image/*"}
TRANSACTIONS = "select xact_commit + xact_rollback from pg_stat_database where datname = current_database()"
Scale = Callable[[httpx.AsyncClient], Awaitable[None]]


async def read(postgres_dsn: str, redis_url: str) -> tuple[float, float]:
    """Return both counters; a command or a pipeline of a small image is one read of Redis."""
    connection = await asyncpg.connect(postgres_dsn)
    async with Redis.from_url(redis_url) as redis:
        counted: Any = await redis.info("stats")
        transactions = await connection.fetchval(TRANSACTIONS)
    await connection.close()
    return transactions, counted["total_reads_processed"]


async def per_image(service: Service, variables: dict[str, str], scale: Scale) -> list[float]:
    servers = variables["POSTGRES_DSN"], variables["REDIS_URL"]
    async with httpx.AsyncClient(base_url=service.url, timeout=30, trust_env=False) as client:
        await scale(client)  # connections are opened
        await asyncio.sleep(REPORTED_S)
        start = await read(*servers)
        await asyncio.sleep(REPORTED_S)
        idle = await read(*servers)
        clock = asyncio.get_running_loop().time
        begun_s = clock()
        for _ in range(IMAGES):
            await scale(client)
        await asyncio.sleep(REPORTED_S)
        share, end = (clock() - begun_s) / REPORTED_S, await read(*servers)
    counted = zip(start, idle, end, strict=True)
    return [(last - middle - (middle - first) * share) / IMAGES for first, middle, last in counted]


async def form(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/v1/tasks", files={"file": IMAGE}, data={"width": "32"}, headers=WAIT)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg"), answer.text


async def test_an_image_takes_four_transactions_and_ten_round_trips(start: Start, own_folder: Any) -> None:
    service = start(data=own_folder)
    assert service.url
    variables = dict(read_announcement(own_folder) or {})

    async def uploaded(client: httpx.AsyncClient) -> None:
        body = {"upload_id": upload_id, "width": 32}
        answer = await client.post("/api/v1/tasks", json=body, headers=WAIT)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg"), answer.text

    async with httpx.AsyncClient(base_url=service.url, timeout=30, trust_env=False) as client:
        announced = {"bytes": len(IMAGE), "media_type": "image/jpeg"}
        created = (await client.post("/api/v1/uploads", json=announced)).json()
        upload_id = created["id"]
        sent = await client.put(created["url"], content=IMAGE, headers=created["headers"])
        assert sent.is_success, sent.text
    for scale in (form, uploaded):
        transactions, round_trips = await per_image(service, variables, scale)
        print(f"{scale.__name__}: {transactions:.2f} transactions, {round_trips:.2f} round trips")  # noqa: T201
        assert transactions <= MOST_TRANSACTIONS + NOISE, scale.__name__
        assert round_trips <= MOST_ROUND_TRIPS + NOISE, scale.__name__
