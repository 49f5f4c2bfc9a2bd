"""Migrates the database schema with Alembic, for the function `migrate_database` alone."""

from pathlib import Path

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from imagescaler.adapters.clients.postgres import WRITABLE

FOLDER = Path(__file__).parent
NEWEST = max(path.name for path in (FOLDER / "versions").glob("[0-9]*.py"))[:4]
# Key of the advisory lock; any number that nothing else locks in this database.
LOCK = 0x1AA6E5CA1E


async def migrate(dsn: str) -> str:
    """Upgrade the database to the newest revision and return its name.

    All migrations run in one transaction under an advisory lock, so it is safe to run this concurrently or to kill it.
    """
    engine = create_async_engine("postgresql+asyncpg://", async_creator=lambda: _connect(dsn), poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            await connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            return await connection.run_sync(_upgrade)
    finally:
        await engine.dispose()


async def _connect(dsn: str) -> asyncpg.Connection:
    return await asyncpg.connect(dsn, timeout=10, target_session_attrs=WRITABLE)


def _upgrade(connection: Connection) -> str:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    return MigrationContext.configure(connection).get_current_revision() or ""
