"""A client of Postgres: one connection, opened on first use, with timeouts and one retry."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import asyncpg
from asyncpg.connect_utils import SessionAttribute

from imagescaler.adapters.clients.secret_login import SecretLogin
from imagescaler.domain.errors import RepositoryUnavailable

CONNECT_TIMEOUT_S, COMMAND_TIMEOUT_S, CLOSE_TIMEOUT_S = 3, 3, 1
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
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement with `$1`, `$2` …, and the names of these parameters."""

    sql: str
    parameters: Sequence[str]

    async def row(self, connection: asyncpg.Connection, **arguments: Any) -> Any:
        """Return the first row, or None, on a connection that is in use."""
        return await connection.fetchrow(self.sql, *(arguments[name] for name in self.parameters))


class Database:
    """A connection that is opened on first use, to a writable server. Statements that are issued at once take turns.

    After an error of the connection or the server it is replaced, and the statement repeated once: all must be
    idempotent. Every method raises RepositoryUnavailable.
    """

    def __init__(self, dsn: str, *, statement_cache_size: int, login: SecretLogin | None = None) -> None:
        self._connect = partial(open_connection, dsn, login)
        self._statement_cache_size = statement_cache_size
        self._connection: asyncpg.Connection | None = None
        self._turn = asyncio.Lock()

    async def row(self, statement: Statement, **arguments: Any) -> Row:
        """Return the first row, or None."""
        return await self.run(lambda connection: statement.row(connection, **arguments))

    async def rows(self, statement: Statement, **arguments: Any) -> list[Row]:
        """Return all rows."""
        values = [arguments[name] for name in statement.parameters]
        return await self.run(lambda connection: connection.fetch(statement.sql, *values))

    async def value(self, statement: Statement, **arguments: Any) -> Any:
        """Return the first column of the first row, or None."""
        values = [arguments[name] for name in statement.parameters]
        return await self.run(lambda connection: connection.fetchval(statement.sql, *values))

    async def run(self, use: Callable[[asyncpg.Connection], Awaitable[Result]]) -> Result:
        """Use the connection and return the result."""
        async with self._turn:
            try:
                try:
                    return await self._try_to_run(use)
                except BROKEN:
                    return await self._try_to_run(use)
            except BROKEN as error:
                logger.warning("the database is unavailable", extra={"reason": f"{type(error).__name__}: {error}"})
                raise RepositoryUnavailable("The database does not answer. Try again.") from error

    async def close(self) -> None:
        """Close the connection; in a bounded time, also if a statement has not been answered."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(*BROKEN):  # it is aborted
                await connection.close(timeout=CLOSE_TIMEOUT_S)

    async def _try_to_run(self, use: Callable[[asyncpg.Connection], Awaitable[Result]]) -> Result:
        if self._connection is None or self._connection.is_closed():
            self._connection = await self._connect(
                timeout=CONNECT_TIMEOUT_S,
                command_timeout=COMMAND_TIMEOUT_S,
                statement_cache_size=self._statement_cache_size,
                target_session_attrs=WRITABLE,
            )
        try:
            return await use(self._connection)
        except BaseException:
            # The server may have become a standby: the next statement connects to whichever is writable. After a
            # timeout, closing waits until the statement is cancelled.
            await self.close()
            raise


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
