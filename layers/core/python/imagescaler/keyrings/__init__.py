"""Where API keys are kept; the URL's scheme chooses the implementation."""

from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

from imagescaler import settings
from imagescaler.ports import Keyring

DEFAULT_STATEMENT_CACHE_SIZE = 100


@dataclass(frozen=True, slots=True)
class KeyringSettings:
    """Keys are kept where the tasks are."""

    postgres_dsn: str
    postgres_statement_cache_size: int = DEFAULT_STATEMENT_CACHE_SIZE


@cache
def from_env() -> Keyring:
    """Give this environment's keyring, always the same one."""
    chosen = settings.read(KeyringSettings)
    return connect(chosen.postgres_dsn, statement_cache_size=chosen.postgres_statement_cache_size)


def connect(dsn: str, *, statement_cache_size: int = DEFAULT_STATEMENT_CACHE_SIZE) -> Keyring:
    """Make a keyring; nothing is connected before its first use. Raises SettingsError for an unknown scheme."""
    match urlsplit(dsn).scheme:
        case "postgresql" | "postgres":
            from imagescaler.keyrings.postgres import PostgresKeyring  # noqa: PLC0415 - its driver is slow to import
            from imagescaler.postgres_connection import Database  # noqa: PLC0415

            return PostgresKeyring(Database(dsn, statement_cache_size=statement_cache_size))
        case "memory":
            from imagescaler.keyrings.memory import MemoryKeyring  # noqa: PLC0415

            return MemoryKeyring()
        case scheme:
            message = f"POSTGRES_DSN: the scheme is {scheme or 'empty'}; give postgresql://user:password@host/database"
            raise settings.SettingsError(message)
