"""A scene on real servers, with nothing in it."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from redis.asyncio import Redis

from local.emulation.event_source_mapping import runner
from local.emulation.sam_template.template import load
from tests import audit
from tests.crash import victims
from tests.crash.scene import Scene
from tests.functions.conftest import Functions

TEMPLATE = Path(__file__).parent.parent.parent / "template.yaml"


@pytest.fixture
def scene(postgres_dsn: str, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    environment = {
        "OUTBOUND_ALLOWED": "127.0.0.1",  # where the tests serve images
        "POSTGRES_DSN": postgres_dsn,
        "REDIS_URL": redis_url,
        "SWEEP_AFTER_S": "0",
        "POWERTOOLS_SERVICE_NAME": str(uuid4()),
        "POWERTOOLS_METRICS_NAMESPACE": "ImageScaler",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    for name, seconds in victims.HURRY.items():
        monkeypatch.setattr(runner, name, seconds)
    asyncio.run(_empty(postgres_dsn, redis_url, audit.INSTALL + "truncate tasks, webhooks, audit"))
    trigger = next(each for each in load(TEMPLATE, {}).triggers if each.function == "ProcessTaskFunction")
    functions = Functions()
    yield Scene(environment, trigger, functions)
    functions.close()
    asyncio.run(_empty(postgres_dsn, redis_url, audit.UNINSTALL))


async def _empty(dsn: str, url: str, statements: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute(statements)
    await connection.close()
    async with Redis.from_url(url) as client:
        await client.flushdb()
