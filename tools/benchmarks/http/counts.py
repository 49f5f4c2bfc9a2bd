"""Counts the transactions of Postgres and the round trips to Redis that an image takes."""

import asyncio
import time
from collections.abc import Mapping
from typing import Any

import asyncpg

from imagescaler.adapters.clients.redis import open_client
from tools.benchmarks.http.sampling import Sampling

SETTLED_S = 11  # an idle backend of Postgres reports its transactions after ten seconds
TRANSACTIONS = "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()"
# A command or a pipeline is one read of the server if it has less than 16 KiB: count with a tiny image. Writes would
# count two for a wait, whose replies come before and after the command that blocks.
ROUND_TRIPS = "total_reads_processed"
Counts = tuple[float, float]


class Counters:
    """The counters of the servers that a service has announced."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables
        self._idle: Counts | None = None

    async def per_image(self, sampling: Sampling, clients: int, count: int) -> Counts:
        """Return the transactions and the round trips of one image, without those of the idle service."""
        if self._idle is None:
            await sampling(clients, clients)
            self._idle = await self._per_second()
        start_s = time.perf_counter()
        before = await self._read()
        await sampling(clients, count)
        await asyncio.sleep(SETTLED_S)
        after = await self._read()
        took_s = time.perf_counter() - start_s
        transactions, trips = (
            (last - first - rate * took_s) / count for first, last, rate in zip(before, after, self._idle, strict=True)
        )
        return transactions, trips

    async def _per_second(self) -> Counts:
        """Return both counts per second of the idle service."""
        await asyncio.sleep(SETTLED_S)
        before = await self._read()
        await asyncio.sleep(SETTLED_S)
        after = await self._read()
        transactions, trips = ((last - first) / SETTLED_S for first, last in zip(before, after, strict=True))
        return transactions, trips

    async def _read(self) -> Counts:
        connection = await asyncpg.connect(self._variables["POSTGRES_DSN"])
        redis = open_client(self._variables["REDIS_URL"])
        try:
            statistics: Any = await redis.info("stats")
            return await connection.fetchval(TRANSACTIONS), statistics[ROUND_TRIPS]
        finally:
            await connection.close()
            await redis.aclose()
