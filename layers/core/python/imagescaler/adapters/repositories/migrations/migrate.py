"""Migrates the database schema with Alembic, for the function `migrate_database` alone."""

import asyncio
from functools import partial
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool
from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt, wait_fixed

from imagescaler.adapters.clients.postgres import WRITABLE, open_connection
from imagescaler.adapters.clients.secret_login import SecretLogin

FOLDER = Path(__file__).parent
NEWEST = max(path.name for path in (FOLDER / "versions").glob("[0-9]*.py"))[:4]
# Key of the advisory lock; any number that nothing else locks in this database.
LOCK = 0x1AA6E5CA1E
LOCK_POLL_S = 0.1
CONNECT_TIMEOUT_S = 10
LOCK_TIMEOUT_S, LOCK_PAUSE_S, LOCK_ATTEMPTS = 2, 5, 20


async def migrate(dsn: str, login: SecretLogin | None = None) -> str:
    """Upgrade the database to the newest revision, grant the functions' roles what they need, and return its name.

    Each migration is a transaction, and an advisory lock of the session permits one `migrate` at a time, so it is safe
    to run this concurrently or to kill it. A pooler between must keep the session, as RDS Proxy does.
    While a migration waits for the lock of a table, all later statements on the table wait for the migration. So it
    waits `LOCK_TIMEOUT_S` and starts again later; in the end it raises asyncpg's LockNotAvailableError in SQLAlchemy's
    DBAPIError. A schema that is newer than this code stays as it is, as when a deployment is rolled back.
    """
    async for attempt in AsyncRetrying(
        retry=retry_if_exception(_is_lock_timeout),
        stop=stop_after_attempt(LOCK_ATTEMPTS),
        wait=wait_fixed(LOCK_PAUSE_S),
        reraise=True,
    ):
        with attempt:
            revision = await _migrate(dsn, login)
    return revision


async def _migrate(dsn: str, login: SecretLogin | None) -> str:
    connect = partial(open_connection, dsn, login, timeout=CONNECT_TIMEOUT_S, target_session_attrs=WRITABLE)
    engine = create_async_engine("postgresql+asyncpg://", async_creator=connect, poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            await _lock(connection)
            await connection.execute(text(f"set lock_timeout = '{LOCK_TIMEOUT_S}s'"))
            await connection.commit()
            return await connection.run_sync(_upgrade)
    finally:
        await engine.dispose()


async def _lock(connection: AsyncConnection) -> None:
    """Wait for another migration, however long it takes, until the lock is free.

    A statement that waited for the lock would have a snapshot, and indexes are created after all older snapshots.
    """
    while not await connection.scalar(text("select pg_try_advisory_lock(:lock)"), {"lock": LOCK}):
        await connection.commit()
        await asyncio.sleep(LOCK_POLL_S)


def _is_lock_timeout(error: BaseException) -> bool:
    """True if a statement did not get a lock in time (55P03), in which case its migration has changed nothing."""
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", "") == "55P03"


def _upgrade(connection: Connection) -> str:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    current = MigrationContext.configure(connection).get_current_revision() or ""
    connection.commit()  # Alembic begins a transaction for each migration only outside of one
    if current > NEWEST:
        return current
    command.upgrade(config, "head")
    connection.exec_driver_sql((FOLDER / "grants.sql").read_text(encoding="utf-8"))
    connection.commit()
    return NEWEST
