"""The login of Postgres in a secret: AWS by moto, Postgres for real."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import boto3
import pytest

from imagescaler.adapters import repositories
from imagescaler.adapters.clients.postgres import Database
from imagescaler.adapters.clients.secret_login import MAX_AGE_S, LoginUnavailable, SecretLogin
from imagescaler.adapters.repositories import RepositorySettings
from imagescaler.adapters.repositories.migrations.migrate import NEWEST, migrate
from imagescaler.domain.errors import RepositoryUnavailable
from imagescaler.runtime import settings
from imagescaler.runtime.settings import SettingsError
from tests.cloud import REGION, Cloud

pytestmark = pytest.mark.usefixtures("aws")
MISSING = f"arn:aws:secretsmanager:{REGION}:123456789012:secret:missing-AbCdEf"


class Account:
    """A role of the database, whose name and password are in a secret."""

    def __init__(self, admin: asyncpg.Connection, dsn: str) -> None:
        self._admin = admin
        self.roles: list[str] = []
        self.dsn = "postgresql://" + dsn.partition("@")[2]
        self.secrets: Any = boto3.client("secretsmanager", REGION)
        self.arn = self.secrets.create_secret(Name="postgres", SecretString="{}")["ARN"]

    async def create(self) -> str:
        """Create a role that the secret names."""
        self.roles.append(f"role_{uuid4().hex}")
        await self._admin.execute(f"create role {self.roles[-1]} login superuser")
        await self.rotate()
        return self.roles[-1]

    async def rotate(self) -> None:
        """Change the password in the database and in the secret, as AWS's rotation functions do."""
        password = uuid4().hex
        await self._admin.execute(f"alter role {self.roles[-1]} password '{password}'")
        self.put({"username": self.roles[-1], "password": password, "engine": "postgres"})

    async def disconnect(self) -> None:
        await self._admin.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where usename = any($1)", self.roles
        )

    def put(self, secret: Any) -> None:
        text = secret if isinstance(secret, str) else json.dumps(secret)
        self.secrets.put_secret_value(SecretId=self.arn, SecretString=text)


@pytest.fixture
async def account(aws: Cloud, postgres_dsn: str) -> AsyncIterator[Account]:
    admin = await asyncpg.connect(postgres_dsn)
    made = Account(admin, postgres_dsn)
    await made.create()
    yield made
    await made.disconnect()
    for role in made.roles:
        await admin.execute(f"drop role {role}")
    await admin.close()


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


async def user(connection: Any) -> Any:
    return await connection.fetchval("select current_user")


async def connected(database: Database) -> str:
    return str(await database.run(user))


@pytest.fixture
async def database(account: Account) -> AsyncIterator[Database]:
    made = Database(account.dsn, statement_cache_size=100, login=SecretLogin(account.arn))
    yield made
    await made.close()


async def test_a_connection_has_the_login_of_the_secret(account: Account, database: Database) -> None:
    assert await connected(database) == account.roles[0]


async def test_the_login_of_the_secret_replaces_that_of_the_dsn(account: Account) -> None:
    dsn = account.dsn.replace("//", "//nobody:nothing@")
    database = Database(dsn, statement_cache_size=100, login=SecretLogin(account.arn))
    assert await connected(database) == account.roles[0]
    await database.close()


async def test_a_password_that_was_rotated_is_used_when_postgres_refuses_the_old_one(
    account: Account, database: Database
) -> None:
    """In the same statement: the cached login is not yet `MAX_AGE_S` old."""
    await connected(database)
    await account.rotate()
    await account.disconnect()
    assert await connected(database) == account.roles[0]


async def test_a_user_that_alternates_is_used_within_minutes(account: Account) -> None:
    """The previous user is still valid, so Postgres does not refuse it."""
    clock = Clock()
    login = SecretLogin(account.arn, clock_s=clock)
    first, second = (await login.read())["user"], await account.create()
    clock.now_s += MAX_AGE_S - 1
    assert (await login.read())["user"] == first
    clock.now_s += 1
    assert (await login.read())["user"] == second
    assert timedelta(seconds=MAX_AGE_S) <= timedelta(minutes=5)


async def test_the_secret_is_read_once_for_many_connections(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    login, reads = SecretLogin(account.arn), 0
    fetch = login._fetch

    def counted() -> Any:
        nonlocal reads
        reads += 1
        return fetch()

    monkeypatch.setattr(login, "_fetch", counted)
    for _ in range(3):
        await login.read()
    assert reads == 1


async def test_an_outage_of_the_secret_leaves_the_known_login_in_use(account: Account) -> None:
    clock = Clock()
    login = SecretLogin(account.arn, clock_s=clock)
    known = await login.read()
    account.secrets.delete_secret(SecretId=account.arn, ForceDeleteWithoutRecovery=True)
    clock.now_s += MAX_AGE_S
    assert await login.read() == known


async def test_a_password_that_stays_refused_makes_the_database_unavailable(account: Account) -> None:
    account.put({"username": account.roles[0], "password": "another"})
    database = Database(account.dsn, statement_cache_size=100, login=SecretLogin(account.arn))
    with pytest.raises(RepositoryUnavailable):
        await connected(database)
    await account.rotate()
    assert await connected(database) == account.roles[0]
    await database.close()


@pytest.mark.parametrize(
    "secret",
    [
        "postgresql://user:hidden@host/database",
        "[]",
        '"hidden"',
        '{"password": "hidden"}',
        '{"dsn": "hidden"}',
        "{hidden",
    ],
)
async def test_a_secret_of_another_kind_is_refused_by_what_it_must_be_and_is_not_quoted(
    account: Account, secret: str
) -> None:
    account.put(secret)
    with pytest.raises(LoginUnavailable, match="must be a JSON object with username and password") as refused:
        await SecretLogin(account.arn).read()
    assert "hidden" not in str(refused.value)


async def test_a_secret_that_is_missing_makes_the_database_unavailable_and_is_named_in_the_log(
    account: Account, caplog: pytest.LogCaptureFixture
) -> None:
    database = Database(account.dsn, statement_cache_size=100, login=SecretLogin(MISSING))
    with pytest.raises(RepositoryUnavailable):
        await connected(database)
    [record] = [each for each in caplog.records if each.message == "the database is unavailable"]
    assert MISSING in record.__dict__["reason"]
    assert "ResourceNotFoundException" in record.__dict__["reason"]


async def test_the_migration_has_the_login_of_the_secret(account: Account) -> None:
    assert await migrate(account.dsn, SecretLogin(account.arn)) == NEWEST


async def test_both_repositories_of_an_environment_share_the_secret(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    repositories._login.cache_clear()
    monkeypatch.setenv("POSTGRES_DSN", account.dsn)
    monkeypatch.setenv("POSTGRES_SECRET_ARN", account.arn)
    first, second = settings.read(RepositorySettings), settings.read(RepositorySettings)
    assert first.login is second.login is not None
    made: Any = repositories.new_from_env()
    await made.ping()
    await made._database.close()


def test_what_is_not_the_arn_of_a_secret_stops_the_start() -> None:
    variables = {"POSTGRES_DSN": "postgresql://host/database", "POSTGRES_SECRET_ARN": "imagescaler/read"}
    with pytest.raises(SettingsError, match="POSTGRES_SECRET_ARN: give the ARN of a secret"):
        settings.read(RepositorySettings, variables)
