"""Measures how the cost of a request grows with the tasks that wait, and with those that have ended.

The functions run in this process, on an embedded Postgres with a database for each number of rows, in turns.
"""

import asyncio
import os
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import click
import psutil
from PIL import Image

from imagescaler.adapters.repositories.migrations.migrate import migrate
from imagescaler.runtime import loop
from local.servers.folders import temporary_data_folder
from local.servers.postgresql import postgres
from local.servers.valkey import redis
from tests.functions.conftest import SIGNING_KEY, Functions, multipart

ROUNDS, CALLS = 8, 100
NOISE = 1.25  # of a cost in two runs, beside other work
TICK_MS = 10  # in which the kernel counts the CPU time of other processes
FEWEST = "10 queued"
SIZES = {FEWEST: (10, 0), "1,000 queued": (1_000, 0), "20,000 queued": (20_000, 0), "1,000,000 ended": (10, 1_000_000)}
# Copies of a row: accepted just now, or ended in the last ten days.
QUEUED = {"id": "gen_random_uuid()"}
ENDED = {
    "id": "gen_random_uuid()",
    "status": "(array['completed', 'expired', 'failed', 'completed'])[1 + n % 4]",
    "attempt": "1",
    "created_at": "now() - n * interval '0.8 s'",
    "started_at": "now() - n * interval '0.8 s'",
    "completed_at": "now() - n * interval '0.8 s' + interval '0.1 s'",
    "expires_at": "now() + interval '1 day'",
    "result": "case when n % 4 <> 2 then source end",
    "failure": "case when n % 4 = 2 then source end",
}
COLUMNS = "select column_name from information_schema.columns where table_name = 'tasks' and table_schema = 'public'"
DELETE = "delete from tasks where status = 'pending' and created_at > $1"


class Service:
    """The functions over a database of their own."""

    def __init__(self, dsn: str, variables: Mapping[str, str]) -> None:
        os.environ.update(variables)
        self.functions, self._dsn = Functions(), dsn
        for name in ("create_task", "get_task", "sweep_tasks"):
            self.functions[name]
        picture = BytesIO()
        Image.new("RGB", (60, 40), "red").save(picture, "JPEG")
        self._headers, self._form = multipart(picture.getvalue(), width=8)
        self.task_id = self.post()
        self._tasks: Any = self.functions["create_task"].tasks

    def post(self) -> str:
        answer = self.functions.http("create_task", "POST", "/api/v1/tasks", headers=self._headers, body=self._form)
        assert answer.status == 202, answer.body
        return str(answer.json["id"])

    def get(self) -> None:
        assert self.functions.http("get_task", "GET", f"/api/v1/tasks/{self.task_id}").json["status"] == "pending"

    def claim(self) -> None:
        task = loop.run(self._tasks.claim(UUID(self.task_id), lease_s=60, max_attempts=10**6))
        loop.run(self._tasks.release(task))

    def sweep(self) -> None:
        assert self.functions.invoke("sweep_tasks", b"{}")["checked"] == 0

    def fill(self, queued: int, ended: int) -> None:
        """Add rows, and bring the statistics of the table up to date."""
        self._execute(lambda connection: self._copy(connection, QUEUED, queued - 1))
        self._execute(lambda connection: self._copy(connection, ENDED, ended))
        self._execute(lambda connection: connection.execute("vacuum (analyze) tasks", timeout=600))
        self._begun_at = datetime.now(UTC)

    def tidy(self) -> None:
        """Delete what was posted, so that as many tasks are queued as before."""
        self._execute(lambda connection: connection.execute(DELETE, self._begun_at))

    async def _copy(self, connection: asyncpg.Connection, changes: Mapping[str, str], count: int) -> None:
        names = [row[0] for row in await connection.fetch(COLUMNS)]
        values = ", ".join(changes.get(name, name) for name in names)
        statement = f"insert into tasks ({', '.join(names)}) select {values} from tasks, generate_series(1, $1) as n"
        await connection.execute(f"{statement} where id = $2", count, UUID(self.task_id), timeout=600)

    def _execute(self, use: Callable[[asyncpg.Connection], Awaitable[Any]]) -> None:
        async def run() -> None:
            connection = await asyncpg.connect(self._dsn)
            await use(connection)
            await connection.close()

        loop.run(run())


def cpu_s() -> float:
    """Return the CPU time of this process and its servers."""
    me = psutil.Process()
    spent = time.process_time()
    for each in me.children(recursive=True):
        times = each.cpu_times()
        spent += times.user + times.system + times.children_user + times.children_system
    return spent


@contextmanager
def services() -> Iterator[Mapping[str, Service]]:
    """Yield a service for each number of rows."""
    with temporary_data_folder() as folder, postgres(folder) as dsn, redis(folder) as url:
        os.environ.update(
            POWERTOOLS_LOG_LEVEL="CRITICAL",
            POWERTOOLS_METRICS_NAMESPACE="ImageScaler",
            POWERTOOLS_SERVICE_NAME=str(uuid4()),
            SWEEP_AFTER_S="3600",
            URL_SIGNING_KEY=SIGNING_KEY,
        )
        made = {}
        for number, (name, (queued, ended)) in enumerate(SIZES.items()):
            click.echo(f"{name} …", err=True)
            own = f"{dsn.rpartition('/')[0]}/growth_{number}"
            asyncio.run(_create(dsn, f"growth_{number}"))
            asyncio.run(migrate(own))
            variables = {"POSTGRES_DSN": own, "REDIS_URL": f"{url.rpartition('/')[0]}/{number}"}
            made[name] = Service(own, variables)
            made[name].fill(queued, ended)
        yield made
        for service in made.values():
            service.functions.close()


async def _create(dsn: str, name: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute(f"create database {name}")
    await connection.close()


@click.command()
@click.option("--rounds", default=ROUNDS, show_default=True)
def main(rounds: int) -> None:
    """Print the CPU time of each call in milliseconds, and exit with 1 if one grows beyond the noise."""
    taken: dict[tuple[str, str], list[float]] = defaultdict(list)
    with services() as made:
        for _ in range(rounds):
            for name, service in made.items():
                for call in (service.post, service.get, service.claim, service.sweep):
                    start_s = cpu_s()
                    for _ in range(CALLS):
                        call()
                    taken[call.__name__, name].append((cpu_s() - start_s) / CALLS * 1000)
                service.tidy()
    click.echo("| CPU ms | " + " | ".join(SIZES) + " |\n|---|" + "---|" * len(SIZES))
    grown = False
    for call_name in ("post", "get", "claim", "sweep"):
        medians = [statistics.median(taken[call_name, name]) for name in SIZES]
        grown |= max(medians) > medians[0] * NOISE + 2 * TICK_MS / CALLS
        click.echo(f"| {call_name} | " + " | ".join(f"{median:.2f}" for median in medians) + " |")
    sys.exit(grown)


if __name__ == "__main__":
    main()
