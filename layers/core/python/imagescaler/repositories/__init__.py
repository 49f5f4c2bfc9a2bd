"""Where tasks are written down; the URL's scheme chooses the implementation."""

from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

from imagescaler import settings
from imagescaler.ports import TaskRepository

DEFAULT_STATEMENT_CACHE_SIZE = 100


@dataclass(frozen=True, slots=True)
class RepositorySettings:
    """`POSTGRES_STATEMENT_CACHE_SIZE` must be 0 behind a transaction pooler such as pgbouncer or RDS Proxy."""

    postgres_dsn: str
    postgres_statement_cache_size: int = DEFAULT_STATEMENT_CACHE_SIZE


@cache
def from_env() -> TaskRepository:
    """Give this environment's repository, always the same one."""
    chosen = settings.read(RepositorySettings)
    return connect(chosen.postgres_dsn, statement_cache_size=chosen.postgres_statement_cache_size)


def connect(dsn: str, *, statement_cache_size: int = DEFAULT_STATEMENT_CACHE_SIZE) -> TaskRepository:
    """Make a repository; nothing is connected before its first use. Raises SettingsError for an unknown scheme."""
    match urlsplit(dsn).scheme:
        case "postgresql" | "postgres":
            from imagescaler.postgres_connection import Database  # noqa: PLC0415 - its driver is slow to import
            from imagescaler.repositories.postgres import PostgresTaskRepository  # noqa: PLC0415

            return PostgresTaskRepository(Database(dsn, statement_cache_size=statement_cache_size))
        case "memory":
            from imagescaler.repositories.memory import MemoryTaskRepository  # noqa: PLC0415

            return MemoryTaskRepository()
        case scheme:
            message = f"POSTGRES_DSN: the scheme is {scheme or 'empty'}; give postgresql://user:password@host/database"
            raise settings.SettingsError(message)
