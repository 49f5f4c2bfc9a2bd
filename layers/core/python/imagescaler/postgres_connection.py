"""How Postgres is reached: one connection per adapter, made on first use, with time limits and one retry."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Any

import asyncpg

from imagescaler.errors import RepositoryUnavailable

CONNECT_TIMEOUT_S, COMMAND_TIMEOUT_S = 3, 3
BROKEN = (
    OSError,  # refused, reset, and TimeoutError
    asyncpg.InterfaceError,  # the connection went away under a statement
    asyncpg.PostgresConnectionError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.InsufficientResourcesError,  # too many connections, disk full
    asyncpg.OperatorInterventionError,  # shutting down, starting up
)
Row = Any


class Database:
    """One connection, which is made on first use; a broken one is replaced, and its statement tried once more.

    An environment has one invocation at a time: a pool would share out nothing, and costs more than a statement does.
    """

    def __init__(self, dsn: str, *, statement_cache_size: int) -> None:
        self._dsn = dsn
        self._statement_cache_size = statement_cache_size
        self._connection: asyncpg.Connection[Any] | None = None
        self._turn = asyncio.Lock()

    async def run(self, query: Callable[..., Awaitable[Row]], **arguments: Any) -> Row:
        """Run a query of aiosql's, which must be one that may be repeated; raises RepositoryUnavailable."""
        try:
            with suppress(*BROKEN):  # most often a connection that its server has left meanwhile
                return await self._attempt(query, arguments)
            return await self._attempt(query, arguments)
        except BROKEN as error:
            raise RepositoryUnavailable("The database does not answer. Try again.") from error

    async def rows(self, query: Callable[..., AsyncIterator[Row]], **arguments: Any) -> list[Row]:
        """Run a query of aiosql's that gives many rows; otherwise as `run`."""

        async def collect(connection: Any, **arguments: Any) -> list[Row]:
            return [row async for row in query(connection, **arguments)]

        rows: list[Row] = await self.run(collect, **arguments)
        return rows

    async def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            await self._connection.close()

    async def _attempt(self, query: Callable[..., Awaitable[Row]], arguments: dict[str, Any]) -> Row:
        async with self._turn:
            try:
                return await query(await self._connected(), **arguments)
            except BROKEN:
                if self._connection is not None:
                    self._connection.terminate()
                raise

    async def _connected(self) -> "asyncpg.Connection[Any]":
        if self._connection is None or self._connection.is_closed():
            self._connection = await asyncpg.connect(
                self._dsn,
                timeout=CONNECT_TIMEOUT_S,
                command_timeout=COMMAND_TIMEOUT_S,
                statement_cache_size=self._statement_cache_size,
            )
        return self._connection
