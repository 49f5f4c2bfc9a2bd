"""A client of Postgres: one connection, opened on first use, with timeouts and one retry."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from typing import Any

import asyncpg
from asyncpg.connect_utils import SessionAttribute
from tenacity import retry, retry_if_exception_type, stop_after_attempt

from imagescaler.adapters.clients import secret_login
from imagescaler.adapters.clients.secret_login import SecretLogin
from imagescaler.domain.errors import RepositoryUnavailable

CONNECT_TIMEOUT_S, COMMAND_TIMEOUT_S = 3, 3
MAX_CONNECTIONS = 1  # an environment has one invocation at a time
WRITABLE = SessionAttribute.read_write  # not a standby, not read-only
# Errors of the connection, the server or its state (PostgreSQL, appendix A): the same statement may succeed elsewhere
# or later. All others (data, constraints, syntax, limits of a statement) are errors of this code or of its arguments.
BROKEN = (
    OSError,  # refused, reset, and TimeoutError
    asyncpg.InterfaceError,  # the connection was lost during a statement
    asyncpg.InternalClientError,  # no server is writable, or what it sent is not the protocol
    asyncpg.PostgresConnectionError,  # 08
    asyncpg.InvalidTransactionStateError,  # 25: read-only after a failover, transaction timeouts
    asyncpg.InvalidSQLStatementNameError,  # 26: a pooler has changed the server behind the connection
    asyncpg.InvalidAuthorizationSpecificationError,  # 28
    asyncpg.InvalidCatalogNameError,  # 3D
    asyncpg.TransactionRollbackError,  # 40: serialization failure, deadlock
    asyncpg.InsufficientResourcesError,  # 53: too many connections, disk full, out of memory
    asyncpg.ObjectNotInPrerequisiteStateError,  # 55: lock not available, no connections accepted
    asyncpg.OperatorInterventionError,  # 57: shutting down, crashed, starting up, statement timeout
    asyncpg.PostgresSystemError,  # 58: I/O error
    asyncpg.ConfigFileError,  # F0
    asyncpg.InternalServerError,  # XX: damaged table or index
    asyncpg.UndefinedTableError,  # 42P01 and 42703: the database is not migrated yet
    asyncpg.UndefinedColumnError,
    asyncpg.InsufficientPrivilegeError,  # 42501: permissions are not granted yet
)
logger = logging.getLogger(__name__)
Row = Any


class Database:
    """A pool that connects on first use, to a writable server.

    After an error of the connection or the server, the connection is replaced and the statement repeated once.
    """

    def __init__(self, dsn: str, *, statement_cache_size: int, login: SecretLogin | None = None) -> None:
        self._connect = partial(open_connection, dsn, login)
        self._acquire_timeout_s = CONNECT_TIMEOUT_S + (secret_login.TIMEOUT_S if login else 0)
        self._statement_cache_size = statement_cache_size
        self._pool: asyncpg.Pool | None = None

    async def run(self, query: Callable[..., Awaitable[Row]], **arguments: Any) -> Row:
        """Run an aiosql query and return its result; raises RepositoryUnavailable. The query must be idempotent."""
        try:
            return await self._attempt(query, arguments)
        except BROKEN as error:
            logger.warning("the database is unavailable", extra={"reason": f"{type(error).__name__}: {error}"})
            raise RepositoryUnavailable("The database does not answer. Try again.") from error

    async def rows(self, query: Callable[..., AsyncIterator[Row]], **arguments: Any) -> list[Row]:
        """Run an aiosql query as `run` does, and return all of its rows."""

        async def collect(connection: Any, **arguments: Any) -> list[Row]:
            return [row async for row in query(connection, **arguments)]

        rows: list[Row] = await self.run(collect, **arguments)
        return rows

    async def close(self) -> None:
        """Close the connections."""
        if self._pool is not None:
            await self._pool.close()

    @retry(retry=retry_if_exception_type(BROKEN), stop=stop_after_attempt(2), reraise=True)
    async def _attempt(self, query: Callable[..., Awaitable[Row]], arguments: dict[str, Any]) -> Row:
        if self._pool is None:
            self._pool = await asyncpg.create_pool(
                connect=self._connect,
                min_size=0,
                max_size=MAX_CONNECTIONS,
                timeout=CONNECT_TIMEOUT_S,
                command_timeout=COMMAND_TIMEOUT_S,
                statement_cache_size=self._statement_cache_size,
                target_session_attrs=WRITABLE,
                reset=_keep_session,
            )
        async with self._pool.acquire(timeout=self._acquire_timeout_s) as connection:
            try:
                return await query(connection, **arguments)
            except asyncpg.PostgresError:
                # The server may have become a standby: the next statement connects to whichever is writable. After a
                # timeout, asyncpg keeps the connection until it has cancelled the statement.
                connection.terminate()
                raise


async def _keep_session(_: Any) -> None:
    """Skip asyncpg's reset between statements: ours leave no session state, and a reset is a round trip."""


async def open_connection(dsn: str, login: SecretLogin | None, *_: Any, **options: Any) -> asyncpg.Connection:
    """Connect to the server of the DSN, with the login in place of the DSN's, if there is one.

    If Postgres refuses the login, the secret is read again: it may have been rotated.
    """
    if login is None:
        return await asyncpg.connect(dsn, **options)
    known = await login.read()
    try:
        return await asyncpg.connect(dsn, **options, **known)
    except asyncpg.InvalidAuthorizationSpecificationError:
        login.forget()
        if (rotated := await login.read()) == known:
            raise
        return await asyncpg.connect(dsn, **options, **rotated)
