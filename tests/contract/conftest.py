"""Fixtures: every implementation of every port, empty for each test."""

from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from imagescaler.adapters import queues, repositories, stores
from imagescaler.adapters.repositories.memory_webhooks import MemoryWebhookRepository
from imagescaler.usecases.ports import ApiKeyRepository, ImageStore, TaskQueue, TaskRepository, WebhookRepository
from tests.cloud import Cloud, cloud
from tests.database_roles import AsRoles, uses

# Rejects every transition that is not in the domain's table, in case a statement's guard is missing.
TRIGGER = """
create or replace function guard() returns trigger language plpgsql as $$
begin
    if (old.status, new.status) not in (
        ('pending', 'pending'), ('pending', 'processing'), ('pending', 'failed'),
        ('processing', 'processing'), ('processing', 'pending'), ('processing', 'completed'), ('processing', 'failed'),
        ('completed', 'completed'), ('completed', 'expired'), ('failed', 'failed'), ('expired', 'expired'),
        ('pending', 'deleted'), ('processing', 'deleted'), ('completed', 'deleted'), ('failed', 'deleted'),
        ('expired', 'deleted'), ('deleted', 'deleted')
    ) then raise exception 'a task that is % became %', old.status, new.status; end if;
    if new.attempt not in (old.attempt, old.attempt + 1) then raise exception 'attempts jumped'; end if;
    return new;
end $$;
create or replace trigger guard before update on tasks for each row execute function guard();
"""


@pytest.fixture
async def empty_database(request: pytest.FixtureRequest, postgres_dsn: str) -> AsyncIterator[str]:
    """Create an empty database; the parameter is appended to `create database`."""
    name = f"empty_{uuid4().hex}"
    connection = await asyncpg.connect(postgres_dsn)
    await connection.execute(f"create database {name} {getattr(request, 'param', '')}")
    yield f"{postgres_dsn.rpartition('/')[0]}/{name}"
    await connection.execute(f"drop database {name} with (force)")
    await connection.close()


@pytest.fixture(params=["memory", "postgres", "roles"])
async def keys(
    request: pytest.FixtureRequest, postgres_dsn: str, role_dsns: dict[str, str]
) -> AsyncIterator[ApiKeyRepository]:
    """The API keys; as "roles", each method is executed by a role that uses it."""
    if request.param == "memory":
        yield repositories.connect_api_keys("memory://")
        return
    connection = await asyncpg.connect(postgres_dsn)
    await connection.execute("truncate api_keys")
    await connection.close()
    made: Any
    if request.param == "roles":
        made = AsRoles({role: repositories.connect_api_keys(dsn) for role, dsn in role_dsns.items()}, uses("keys"))
    else:
        made = repositories.connect_api_keys(postgres_dsn)
    yield made
    await made._database.close()


@pytest.fixture(params=["memory", "postgres", "roles"])
async def tasks(
    request: pytest.FixtureRequest, postgres_dsn: str, role_dsns: dict[str, str]
) -> AsyncIterator[TaskRepository]:
    """The tasks; as "roles", each method is executed by the roles that use it, in turn."""
    if request.param == "memory":
        yield repositories.connect("memory://")
        return
    connection = await asyncpg.connect(postgres_dsn)
    await connection.execute(TRIGGER + "truncate tasks, webhooks, webhook_secrets")
    await connection.close()
    made: Any
    if request.param == "roles":
        made = AsRoles({role: repositories.connect(dsn) for role, dsn in role_dsns.items()}, uses("tasks"))
    else:
        made = repositories.connect(postgres_dsn)
    yield made
    await made._database.close()


@pytest.fixture
async def webhooks(
    request: pytest.FixtureRequest, tasks: TaskRepository, postgres_dsn: str, role_dsns: dict[str, str]
) -> AsyncIterator[WebhookRepository]:
    """The webhooks that `tasks` adds."""
    made: Any
    match request.node.callspec.params["tasks"]:
        case "memory":
            stored: Any = tasks
            yield MemoryWebhookRepository(stored)
            return
        case "roles":
            of_roles = {role: repositories.connect_webhooks(dsn) for role, dsn in role_dsns.items()}
            made = AsRoles(of_roles, uses("webhooks"))
        case _:
            made = repositories.connect_webhooks(postgres_dsn)
    yield made
    await made._database.close()


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    """An AWS account emulated by moto."""
    with cloud(monkeypatch) as made:
        yield made


@pytest.fixture(params=["memory", "redis", "sqs"])
async def queue(request: pytest.FixtureRequest, redis_url: str) -> AsyncIterator[TaskQueue]:
    match request.param:
        case "memory":
            yield queues.connect("memory://", max_length=3)
        case "sqs":
            yield queues.connect(request.getfixturevalue("aws").queue_url, max_length=3)
        case _:
            made: Any = queues.connect(redis_url, max_length=3)
            await made._redis.run(("FLUSHDB",))
            yield made
            await made._redis.aclose()


@pytest.fixture(params=["memory", "redis", "s3"])
async def store(request: pytest.FixtureRequest, redis_url: str) -> AsyncIterator[ImageStore]:
    async for made in _store(request, redis_url):
        yield made


@pytest.fixture(params=["memory", "redis"])
async def bounded_store(request: pytest.FixtureRequest, redis_url: str) -> AsyncIterator[ImageStore]:
    """A store with a quota; S3 has none."""
    async for made in _store(request, redis_url):
        yield made


async def _store(request: pytest.FixtureRequest, redis_url: str) -> AsyncIterator[ImageStore]:
    match request.param:
        case "memory":
            yield stores.connect("memory://", quota_bytes=1000)
        case "s3":
            yield stores.connect(request.getfixturevalue("aws").store_url)
        case _:
            made: Any = stores.connect(redis_url, quota_bytes=1000)
            await made._redis.run(("FLUSHDB",))
            yield made
            await made._redis.aclose()
