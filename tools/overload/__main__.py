"""`make overload`: five times the service's capacity for a minute; accepted tasks complete, others get 429 or 503."""

import asyncio
import json
import logging
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import aiohttp
import asyncpg
import click
import psutil
import uvloop
from redis.asyncio import Redis

from imagescaler.adapters.queues.redis import stream_key
from local.servers.folders import temporary_data_folder
from local.servers.postgresql import postgres
from local.servers.valkey import redis
from tests.pictures import photograph
from tests.service import Service, starting

TIMES, MEASURED_S, CLIENTS, WARM_UP = 5, 8, 8, 20
QUEUE_MAX_LENGTH = 200
# Requests for tasks that get beyond the gateway: more than can be done, so that the queue fills, and its limit is seen.
ADMITTED = 1.3
SAMPLE_S, SETTLE_S = 1, 120
MAX_ACCEPT_P99_MS, MAX_PUSHES, MAX_GROWTH = 300, 1.05, 1.25
MAX_RESETS = 0.001  # a server may close a connection while a request is on its way (RFC 9112, section 9.3.1)
MIB = 1 << 20


@dataclass(slots=True)
class Run:
    """What was seen: how long each answer took by its status, refusals without Retry-After, memory by second.

    `resets` counts the requests whose connection broke before the answer.
    """

    ms: dict[int, list[float]] = field(default_factory=dict)
    ids: list[str] = field(default_factory=list)
    untold: int = 0
    resets: int = 0
    retry_after: Counter[int] = field(default_factory=Counter)
    rss_mib: list[float] = field(default_factory=list)
    redis_mib: list[float] = field(default_factory=list)


@click.command()
@click.option("--seconds", default=60, show_default=True)
def main(seconds: int) -> None:
    """Measure the capacity, then send five times as much; exit with 1 when a promise was broken."""
    logging.basicConfig(format="%(asctime)s %(message)s", level=logging.INFO)
    with temporary_data_folder() as folder, postgres(folder) as dsn, redis(folder) as url, starting(folder) as start:
        servers = {"POSTGRES_DSN": dsn, "REDIS_URL": url, "QUEUE_MAX_LENGTH": str(QUEUE_MAX_LENGTH)}
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            service = start(data=folder, **servers)
            capacity = runner.run(measure(service))
            service.stop()
            admitted = str(max(int(capacity * ADMITTED), 1))
            service = start(data=folder, **servers, TASKS_PER_SECOND=admitted)
            promises = runner.run(overload(service, dsn, url, capacity, seconds))
    for kept, text in promises:
        click.echo(f"{'kept  ' if kept else 'BROKEN'}  {text}")
    sys.exit(not all(kept for kept, _ in promises))


async def measure(service: Service) -> float:
    """Return the tasks per second of a few clients, each of which sends one task after another."""
    async with aiohttp.ClientSession(service.url) as session:
        await asyncio.gather(*(_post(session, Run(), prefer="wait=20") for _ in range(CLIENTS)))
        run, end = Run(), time.monotonic() + MEASURED_S

        async def client() -> None:
            while time.monotonic() < end:
                await _post(session, run, prefer="wait=20")

        await asyncio.gather(*(client() for _ in range(CLIENTS)))
    return len(run.ids) / MEASURED_S


async def overload(service: Service, dsn: str, url: str, capacity: float, seconds: int) -> list[tuple[bool, str]]:
    """Send requests at a steady rate, whatever comes back, and look at what became of them."""
    run, rate = Run(), capacity * TIMES
    async with (
        aiohttp.ClientSession(
            service.url, connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=60)
        ) as session,
        Redis.from_url(url) as client,
    ):
        await asyncio.gather(*(_post(session, Run(), prefer="wait=20") for _ in range(WARM_UP)))
        before = await _pushes(client)
        watch = asyncio.create_task(_watch(service, client, run))
        await _send(session, run, rate, seconds)
        done = await _all_done(dsn)
        watch.cancel()
        pushes = await _pushes(client) - before
        statuses = await _statuses(dsn, run.ids)
    click.echo(f"capacity         {capacity:.1f} tasks a second; sent {rate:.0f} a second for {seconds} s")
    for status, times in sorted(run.ms.items()):
        click.echo(f"answered {status}     {len(times)}: {_percentiles(times)}")
    click.echo(f"Retry-After      {dict(sorted(run.retry_after.items()))}")
    for name, mib in (("processes", run.rss_mib), ("Redis", run.redis_mib)):
        click.echo(f"memory           {mib[0]:.0f} MiB at first, {max(mib):.0f} at most: {name}")
    return list(_promises(run, done=done, statuses=statuses, pushes=pushes))


def _promises(run: Run, *, done: bool, statuses: Counter[str], pushes: int) -> Iterator[tuple[bool, str]]:
    accepted, refused = len(run.ids), len(run.ms.get(429, [])) + len(run.ms.get(503, []))
    yield done and statuses == {"completed": accepted}, f"{accepted} tasks were accepted: {dict(statuses)}"
    others = {status: len(times) for status, times in run.ms.items() if status not in {202, 429, 503}}
    yield not others, f"everybody else, {refused}, was told 429 or 503, and nobody anything else: {others or 'none'}"
    most = (accepted + refused) * MAX_RESETS
    yield run.resets <= most, f"{run.resets} connections broke before the answer, at most {most:.0f}"
    yield refused > 0 and run.untold == 0, f"refusals without Retry-After: {run.untold}"
    yield pushes <= accepted * MAX_PUSHES, f"{pushes} messages were pushed for {accepted} tasks, at most 1.05 each"
    p99 = statistics.quantiles(run.ms.get(202, [0, 0]), n=100)[98]
    yield p99 <= MAX_ACCEPT_P99_MS, f"p99 of what was accepted: {p99:.0f} ms, at most {MAX_ACCEPT_P99_MS}"
    half = len(run.rss_mib) // 2
    early, late = statistics.median(run.rss_mib[half // 2 : half]), statistics.median(run.rss_mib[half:])
    yield late <= early * MAX_GROWTH, f"memory is flat: {early:.0f} MiB in the second quarter, {late:.0f} MiB later"


async def _send(session: aiohttp.ClientSession, run: Run, rate: float, seconds: int) -> None:
    """Begin a request each 1/rate seconds: a client that is refused does not slow the others down."""
    start, under_way = time.monotonic(), set()
    for number in range(int(rate * seconds)):
        await asyncio.sleep(max(start + number / rate - time.monotonic(), 0))
        task = asyncio.create_task(_post(session, run))
        under_way.add(task)
        task.add_done_callback(under_way.discard)
    await asyncio.gather(*under_way)


async def _post(session: aiohttp.ClientSession, run: Run, **headers: str) -> None:
    form = aiohttp.FormData({"width": "160"})
    form.add_field("file", photograph(), filename="photo.jpg", content_type="image/jpeg")
    start = time.perf_counter()
    try:
        async with session.post("/api/v1/tasks", data=form, headers=headers) as answer:
            body = await answer.read()
    except aiohttp.ClientConnectionError:
        run.resets += 1
        return
    run.ms.setdefault(answer.status, []).append((time.perf_counter() - start) * 1000)
    if answer.status in {200, 202}:
        run.ids.append(json.loads(body)["id"])
    elif retry_after := answer.headers.get("Retry-After"):
        run.retry_after[int(retry_after)] += 1
    else:
        run.untold += 1


async def _watch(service: Service, client: Redis, run: Run) -> None:
    """Sample the resident memory of gateway, host, runner and functions, and what Redis uses: it keeps results."""
    while True:
        sizes = []
        for process in [psutil.Process(service.process.pid), *service.children()]:
            try:
                sizes.append(process.memory_info().rss)
            except psutil.NoSuchProcess:
                continue
        run.rss_mib.append(sum(sizes) / MIB)
        run.redis_mib.append((await client.info("memory"))["used_memory"] / MIB)
        await asyncio.sleep(SAMPLE_S)


async def _pushes(client: Redis) -> int:
    """Count the messages that were ever pushed: XINFO STREAM's entries-added."""
    return int((await client.xinfo_stream(stream_key("#TaskQueue")))["entries-added"])


async def _all_done(dsn: str) -> bool:
    connection = await asyncpg.connect(dsn)
    try:
        for _ in range(SETTLE_S):
            if not await connection.fetchval("select count(*) from tasks where status in ('pending', 'processing')"):
                return True
            await asyncio.sleep(1)
        return False
    finally:
        await connection.close()


async def _statuses(dsn: str, ids: list[str]) -> Counter[str]:
    connection = await asyncpg.connect(dsn)
    rows = await connection.fetch("select status from tasks where id = any($1::uuid[])", ids)
    await connection.close()
    return Counter(row["status"] for row in rows)


def _percentiles(values_ms: list[float]) -> str:
    if len(values_ms) < 2:
        return f"{values_ms[0]:.0f} ms"
    cuts = statistics.quantiles(values_ms, n=100)
    return f"p50 {cuts[49]:.0f} ms, p99 {cuts[98]:.0f} ms"


if __name__ == "__main__":
    main()
