"""Repositories of tasks and API keys. The scheme of POSTGRES_DSN chooses the implementation."""

import re
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

from imagescaler.adapters.clients.secret_login import SecretLogin
from imagescaler.runtime import settings
from imagescaler.usecases.ports import ApiKeyRepository, TaskRepository

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
    return new_from_env()


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
    return connect_api_keys(chosen.postgres_dsn, statement_cache_size=cache_size, login=chosen.login)


_login = cache(SecretLogin)


def connect(
    dsn: str, *, statement_cache_size: int = DEFAULT_STATEMENT_CACHE_SIZE, login: SecretLogin | None = None
) -> TaskRepository:
    """Create a task repository, which connects on first use. Raises SettingsError for an unknown scheme."""
    match urlsplit(dsn).scheme:
        case "postgresql" | "postgres":
            from imagescaler.adapters.clients.postgres import Database  # noqa: PLC0415 - its driver is slow to import
            from imagescaler.adapters.repositories.postgres_tasks import PostgresTaskRepository  # noqa: PLC0415

            return PostgresTaskRepository(Database(dsn, statement_cache_size=statement_cache_size, login=login))
        case "memory":
            from imagescaler.adapters.repositories.memory_tasks import MemoryTaskRepository  # noqa: PLC0415

            return MemoryTaskRepository()
        case scheme:
            raise settings.SettingsError(NO_SUCH_SCHEME.format(scheme or "empty"))


def connect_api_keys(
    dsn: str, *, statement_cache_size: int = DEFAULT_STATEMENT_CACHE_SIZE, login: SecretLogin | None = None
) -> ApiKeyRepository:
    """Create an API key repository, which connects on first use. Raises SettingsError for an unknown scheme."""
    match urlsplit(dsn).scheme:
        case "postgresql" | "postgres":
            from imagescaler.adapters.clients.postgres import Database  # noqa: PLC0415 - its driver is slow to import
            from imagescaler.adapters.repositories.postgres_api_keys import PostgresApiKeyRepository  # noqa: PLC0415

            return PostgresApiKeyRepository(Database(dsn, statement_cache_size=statement_cache_size, login=login))
        case "memory":
            from imagescaler.adapters.repositories.memory_api_keys import MemoryApiKeyRepository  # noqa: PLC0415

            return MemoryApiKeyRepository()
        case scheme:
            raise settings.SettingsError(NO_SUCH_SCHEME.format(scheme or "empty"))
