"""A client of Postgres: one connection, opened on first use, with timeouts and one retry."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import asyncpg
from tenacity import retry, retry_if_exception_type, stop_after_attempt

from imagescaler.domain.errors import RepositoryUnavailable

CONNECT_TIMEOUT_S, COMMAND_TIMEOUT_S = 3, 3
MAX_CONNECTIONS = 1  # an environment has one invocation at a time
BROKEN = (
    OSError,  # refused, reset, and TimeoutError
    asyncpg.InterfaceError,  # the connection was lost during a statement
    asyncpg.PostgresConnectionError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.InsufficientResourcesError,  # too many connections, disk full
    asyncpg.OperatorInterventionError,  # shutting down, starting up
)
Row = Any


class Database:
    """A pool that connects on first use. If a connection breaks, it is replaced and the statement repeated once."""

    def __init__(self, dsn: str, *, statement_cache_size: int) -> None:
        self._dsn = dsn
        self._statement_cache_size = statement_cache_size
        self._pool: asyncpg.Pool | None = None

    async def run(self, query: Callable[..., Awaitable[Row]], **arguments: Any) -> Row:
        """Run an aiosql query and return its result; raises RepositoryUnavailable. The query must be idempotent."""
        try:
            return await self._attempt(query, arguments)
        except BROKEN as error:
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
                self._dsn,
                min_size=0,
                max_size=MAX_CONNECTIONS,
                timeout=CONNECT_TIMEOUT_S,
                command_timeout=COMMAND_TIMEOUT_S,
                statement_cache_size=self._statement_cache_size,
                reset=_keep_session,
            )
        async with self._pool.acquire(timeout=CONNECT_TIMEOUT_S) as connection:
            return await query(connection, **arguments)


async def _keep_session(_: Any) -> None:
    """Skip asyncpg's reset between statements: ours leave no session state, and a reset is a round trip."""
