"""Repositories of tasks, API keys and webhooks. The scheme of POSTGRES_DSN chooses the implementation."""

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from imagescaler.adapters.clients.secret_login import SecretLogin
from imagescaler.runtime import settings
from imagescaler.usecases.ports import ApiKeyRepository, TaskRepository, WebhookRepository

if TYPE_CHECKING:
    from imagescaler.adapters.clients.postgres import Database

DEFAULT_STATEMENT_CACHE_SIZE = 100
SECRET_ARN = re.compile(r"arn:[^:]+:secretsmanager:[^:]+:[0-9]+:secret:.+")
NOT_AN_ARN = "POSTGRES_SECRET_ARN: give the ARN of a secret, arn:aws:secretsmanager:region:account:secret:name"
NO_SUCH_SCHEME = "POSTGRES_DSN: the scheme is {}; give postgresql://user:password@host/database"


@dataclass(frozen=True, slots=True)
class RepositorySettings:
    """`POSTGRES_STATEMENT_CACHE_SIZE` must be 0 behind a transaction pooler such as pgbouncer or RDS Proxy.

    With `POSTGRES_SECRET_ARN`, user and password are those of the secret.
    """

    postgres_dsn: str
    postgres_secret_arn: str = ""
    postgres_statement_cache_size: int = DEFAULT_STATEMENT_CACHE_SIZE

    def __post_init__(self) -> None:
        """Raise ValueError if the ARN is not that of a secret."""
        if self.postgres_secret_arn and not SECRET_ARN.fullmatch(self.postgres_secret_arn):
            raise ValueError(NOT_AN_ARN)

    @property
    def login(self) -> SecretLogin | None:
        """The secret, one for all connections of this process; None if the DSN has user and password."""
        return _login(self.postgres_secret_arn) if self.postgres_secret_arn else None


@cache
def from_env() -> TaskRepository:
    """Return this environment's task repository, always the same one."""
    chosen = settings.read(RepositorySettings)
    cache_size = chosen.postgres_statement_cache_size
    return connect(chosen.postgres_dsn, statement_cache_size=cache_size, login=chosen.login, shared=True)


def new_from_env() -> TaskRepository:
    """Create a task repository with a connection of its own, for another event loop."""
    chosen = settings.read(RepositorySettings)
    cache_size = chosen.postgres_statement_cache_size
    return connect(chosen.postgres_dsn, statement_cache_size=cache_size, login=chosen.login)


@cache
def api_keys_from_env() -> ApiKeyRepository:
    """Return this environment's API key repository, always the same one."""
    chosen = settings.read(RepositorySettings)
    cache_size = chosen.postgres_statement_cache_size
    return connect_api_keys(chosen.postgres_dsn, statement_cache_size=cache_size, login=chosen.login, shared=True)


@cache
def webhooks_from_env() -> WebhookRepository:
    """Return this environment's webhook repository, always the same one."""
    chosen = settings.read(RepositorySettings)
    cache_size = chosen.postgres_statement_cache_size
    return connect_webhooks(chosen.postgres_dsn, statement_cache_size=cache_size, login=chosen.login, shared=True)


_login = cache(SecretLogin)


def connect(
    dsn: str,
    *,
    statement_cache_size: int = DEFAULT_STATEMENT_CACHE_SIZE,
    login: SecretLogin | None = None,
    shared: bool = False,
) -> TaskRepository:
    """Create a task repository, which connects on first use, or uses the connection that this environment shares.

    Raises SettingsError for an unknown scheme.
    """
    match urlsplit(dsn).scheme:
        case "postgresql" | "postgres":
            from imagescaler.adapters.repositories.postgres_tasks import PostgresTaskRepository  # noqa: PLC0415

            return PostgresTaskRepository(_database(dsn, statement_cache_size, login, shared=shared))
        case "memory":
            from imagescaler.adapters.repositories.memory_tasks import MemoryTaskRepository  # noqa: PLC0415

            return MemoryTaskRepository()
        case scheme:
            raise settings.SettingsError(NO_SUCH_SCHEME.format(scheme or "empty"))


def connect_api_keys(
    dsn: str,
    *,
    statement_cache_size: int = DEFAULT_STATEMENT_CACHE_SIZE,
    login: SecretLogin | None = None,
    shared: bool = False,
) -> ApiKeyRepository:
    """Create an API key repository, which connects as `connect` says. Raises SettingsError for an unknown scheme."""
    match urlsplit(dsn).scheme:
        case "postgresql" | "postgres":
            from imagescaler.adapters.repositories.postgres_api_keys import PostgresApiKeyRepository  # noqa: PLC0415

            return PostgresApiKeyRepository(_database(dsn, statement_cache_size, login, shared=shared))
        case "memory":
            from imagescaler.adapters.repositories.memory_api_keys import MemoryApiKeyRepository  # noqa: PLC0415

            return MemoryApiKeyRepository()
        case scheme:
            raise settings.SettingsError(NO_SUCH_SCHEME.format(scheme or "empty"))


def connect_webhooks(
    dsn: str,
    *,
    statement_cache_size: int = DEFAULT_STATEMENT_CACHE_SIZE,
    login: SecretLogin | None = None,
    shared: bool = False,
) -> WebhookRepository:
    """Create a webhook repository, which connects as `connect` says. Raises SettingsError for an unknown scheme."""
    match urlsplit(dsn).scheme:
        case "postgresql" | "postgres":
            from imagescaler.adapters.repositories.postgres_webhooks import PostgresWebhookRepository  # noqa: PLC0415

            return PostgresWebhookRepository(_database(dsn, statement_cache_size, login, shared=shared))
        case "memory":
            from imagescaler.adapters.repositories.memory_tasks import MemoryTaskRepository  # noqa: PLC0415
            from imagescaler.adapters.repositories.memory_webhooks import MemoryWebhookRepository  # noqa: PLC0415

            return MemoryWebhookRepository(MemoryTaskRepository())
        case scheme:
            raise settings.SettingsError(NO_SUCH_SCHEME.format(scheme or "empty"))


def _database(dsn: str, statement_cache_size: int, login: SecretLogin | None, *, shared: bool) -> "Database":
    from imagescaler.adapters.clients.postgres import Database  # noqa: PLC0415 - its driver is slow to import

    make = _shared if shared else Database
    return make(dsn, statement_cache_size=statement_cache_size, login=login)


@cache
def _shared(dsn: str, *, statement_cache_size: int, login: SecretLogin | None) -> "Database":
    """Create the connection of this environment: its adapters issue statements in turns."""
    from imagescaler.adapters.clients.postgres import Database  # noqa: PLC0415

    return Database(dsn, statement_cache_size=statement_cache_size, login=login)
