"""Faults: kills, stops, restarts, bad connections, a lost queue, zombies."""

import asyncio
import logging
import random
import signal
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

import asyncpg
import psutil
from redis.asyncio import Redis
from redis.exceptions import RedisError

from imagescaler.adapters.queues.redis import DELAYED_SUFFIX
from tools.chaos.deployment import CLOCKS, set_clock
from tools.chaos.parts import Part
from tools.chaos.system import HOSTS, System

# How often an environment of each function is killed or stopped, in relation to the others.
ENVIRONMENTS = {"create_task": 2, "process_task": 2, "fetch_source": 1, "deliver_webhook": 1}
MEAN_PAUSE_S = 2.2
ZOMBIE_PAUSE_S = 8
ZOMBIE_S = 23  # longer than a lease, and than the runner's silence, so that somebody else has done the work
SURELY_S, BUSY_S, PATIENCE = 0.8, 0.04, 400
CLOCK_JUMP_S = 600
READ_ONLY, RELOAD = "alter system set default_transaction_read_only = {}", "select pg_reload_conf()"
OLD_ATTEMPTS = (
    "select count(*) from tasks where status = 'processing' and started_at < now() - make_interval(secs => $1)"
)
HEAD_START_S = 1  # a host would kill its zombies before they can write
logger = logging.getLogger(__name__)


class Faults:
    """Does one fault after the other, only those in `only` if there are any; `counts` says how often each was done.

    With `empties_redis` images are lost, too; `emptied_at_s` says when at last, in seconds since the epoch.
    """

    def __init__(
        self, system: System, dice: random.Random, *, empties_redis: bool = False, only: Collection[str] = ()
    ) -> None:
        self.counts: Counter[str] = Counter()
        self.emptied_at_s = 0.0
        self._system, self._dice = system, dice
        self._kinds: dict[str, tuple[float, Callable[[], Awaitable[None]]]] = {
            "gateway killed": (2, self._kill_gateway),
            "function host killed": (2, self._kill_host),
            "environment killed": (4, self._kill_environment),
            "environment stopped for a while": (2, self._stop_environment),
            "runner killed": (3, self._kill_runner),
            "Postgres killed and restarted": (1.5, self._kill_postgres),
            "Redis killed and restarted": (1.5, self._kill_redis),
            "connections reset": (3, self._reset),
            "black hole": (1.5, self._black_hole),
            "200 ms of delay": (1.5, self._delay),
            "queue lost": (0.6, self._lose_queue),
            "receiver of webhooks killed": (1, self._kill_receiver),
            "receiver of webhooks stopped for a while": (1, self._stop_receiver),
        }
        self._kinds |= {
            "Postgres read-only": (1.5, self._make_read_only),
            "Postgres slow": (1.5, self._make_slow),
            "disk of Postgres full": (1, self._fill_disk),
            "memory of Redis full": (1, self._fill_redis),
            "result overwritten": (1, self._overwrite_result),
        }
        self._kinds |= {f"clock of {kind} set": (0.2, partial(self._set_clock, kind)) for kind in CLOCKS}
        self.corrupted: set[str] = set()
        if empties_redis:
            self._kinds["Redis emptied"] = (1, self._empty_redis)
        if only:
            self._kinds = {name: self._kinds[name] for name in only}

    async def run(self, goes_on: Callable[[], bool]) -> None:
        """Do faults until `goes_on` says no, and heal what is not healed yet."""
        zombies = asyncio.create_task(self._raise_zombies(goes_on))
        under_way: set[asyncio.Task[None]] = set()
        while goes_on():
            weights = [weight for weight, _ in self._kinds.values()]
            [name] = self._dice.choices(list(self._kinds), weights)
            logger.info("%s", name)
            self.counts[name] += 1
            task = asyncio.create_task(self._do(name))
            under_way.add(task)
            task.add_done_callback(under_way.discard)
            await asyncio.sleep(self._dice.uniform(0.5, 1.5) * MEAN_PAUSE_S)
        await asyncio.gather(zombies, *under_way)

    async def _do(self, name: str) -> None:
        with suppress(psutil.NoSuchProcess):
            await self._kinds[name][1]()

    async def _kill_gateway(self) -> None:
        self._system.parts["gateway"].kill()

    async def _kill_host(self) -> None:
        self._system.parts[f"functions-{self._dice.choice(HOSTS)}"].kill()

    async def _kill_runner(self) -> None:
        self._system.parts[f"runner-{self._dice.choice(HOSTS)}"].kill()

    async def _kill_environment(self) -> None:
        if process := self._environment():
            process.kill()

    async def _stop_environment(self) -> None:
        if process := self._environment():
            process.suspend()
            await asyncio.sleep(self._dice.uniform(0.5, 3))
            process.resume()

    def _environment(self) -> psutil.Process | None:
        """Choose an environment of one of the functions."""
        [function] = self._dice.choices(list(ENVIRONMENTS), list(ENVIRONMENTS.values()))
        found = [child for name in HOSTS for child in self._system.parts[f"functions-{name}"].children(function)]
        return self._dice.choice(found) if found else None

    async def _kill_receiver(self) -> None:
        self._system.parts["receiver"].kill()

    async def _stop_receiver(self) -> None:
        if process := self._system.parts["receiver"].process:
            process.suspend()
            await asyncio.sleep(self._dice.uniform(2, 8))
            process.resume()

    async def _kill_postgres(self) -> None:
        self._kill_server("postgres", "postgres")

    async def _kill_redis(self) -> None:
        self._kill_server("redis", "valkey-server")

    def _kill_server(self, part: str, name: str) -> None:
        """Kill the server before its parent, which would have it shut down in good order."""
        for process in self._system.parts[part].children(name):
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self._system.parts[part].kill()

    async def _reset(self) -> None:
        self._dice.choice(list(self._system.proxies.values())).reset()

    async def _black_hole(self) -> None:
        proxy = self._dice.choice(list(self._system.proxies.values()))
        proxy.swallows = True
        await asyncio.sleep(self._dice.uniform(1, 4))
        proxy.swallows = False
        proxy.reset()  # what was swallowed never comes: a connection that has missed something is of no use

    async def _delay(self) -> None:
        proxy = self._dice.choice(list(self._system.proxies.values()))
        proxy.delay_s = 0.2
        await asyncio.sleep(self._dice.uniform(2, 4))
        proxy.delay_s = 0

    async def _lose_queue(self) -> None:
        with suppress(Exception):  # Redis may be down just now, and has lost it in its own way
            async with self._system.redis() as client:
                stream = self._dice.choice(self._system.streams)
                await client.delete(stream, stream + DELAYED_SUFFIX)

    async def _empty_redis(self) -> None:
        with suppress(OSError, RedisError):  # it may be down just now
            async with self._system.redis() as client:
                await client.flushall()
            self.emptied_at_s = time.time()

    async def _make_read_only(self) -> None:
        """As a failover leaves its old primary; here the same server becomes the primary again."""
        await self._execute(READ_ONLY.format("on"), RELOAD)
        await asyncio.sleep(self._dice.uniform(2, 5))
        await self._heal(READ_ONLY.format("off"), RELOAD)

    async def _make_slow(self) -> None:
        """Hold a lock for longer than a statement may take."""
        with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            async with self._system.postgres() as connection, connection.transaction():
                await connection.execute("lock table tasks in exclusive mode")
                await asyncio.sleep(self._dice.uniform(2, 6))

    async def _fill_disk(self) -> None:
        """Fail all writes to tasks with the error of a full disk."""
        await self._execute("insert into disk_full values (1)")
        await asyncio.sleep(self._dice.uniform(2, 5))
        await self._heal("delete from disk_full")

    async def _fill_redis(self) -> None:
        with suppress(OSError, RedisError):
            async with self._system.redis() as client:
                before: Any = await client.config_get("maxmemory")
                if before["maxmemory"] == "1":  # another fault of this kind is under way, and ends it
                    return
                await client.config_set("maxmemory", 1)
                await asyncio.sleep(self._dice.uniform(1, 3))
                await client.config_set("maxmemory", before["maxmemory"])  # a restart has it, too

    async def _overwrite_result(self) -> None:
        """Put other bytes of the same length in the place of a result."""
        with suppress(OSError, RedisError):
            async with Redis.from_url(self._system.urls["redis"]) as client:
                keys = [key async for key in client.scan_iter("imagescaler:results/*")]
                if keys:
                    key = self._dice.choice(keys)
                    self.corrupted.add(key.decode().split("/")[1])
                    await client.set(key, (await client.get(key) or b"")[::-1], keepttl=True, xx=True)

    async def _set_clock(self, kind: str) -> None:
        """Set the clock of one kind of process ten minutes ahead or back; it stays so."""
        set_clock(self._system.folder, kind, self._dice.choice((-CLOCK_JUMP_S, CLOCK_JUMP_S)))

    async def _execute(self, *statements: str) -> bool:
        """Execute each statement by itself; False if Postgres is down just now."""
        with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            async with self._system.postgres() as connection:
                for statement in ("set default_transaction_read_only = off", *statements):
                    await connection.execute(statement)
            return True
        return False

    async def _heal(self, *statements: str) -> None:
        while not await self._execute(*statements):
            await asyncio.sleep(0.5)

    async def _raise_zombies(self, goes_on: Callable[[], bool]) -> None:
        while goes_on():
            await asyncio.sleep(self._dice.uniform(0.5, 1.5) * ZOMBIE_PAUSE_S)
            while goes_on() and not self._system.older:  # which would stand still for most of its time
                if await self._raise_zombie():
                    self.counts["zombie woken after its lease"] += 1
                    break

    async def _raise_zombie(self) -> bool:
        """Stop host, runner and processor in the middle of an attempt, until another attempt has ended the task."""
        host, runner = (self._system.parts[f"{name}-b"] for name in ("functions", "runner"))
        if not (workers := await self._busy_workers(host)):
            return False
        doors = [process for process in (host.process, runner.process) if process]
        _send(signal.SIGSTOP, [*workers, *doors])
        await asyncio.sleep(SURELY_S)
        if await self._has_attempt():
            await asyncio.sleep(ZOMBIE_S)
            _send(signal.SIGCONT, workers)
            await asyncio.sleep(HEAD_START_S)
            _send(signal.SIGCONT, doors)
            return True
        _send(signal.SIGCONT, [*workers, *doors])
        return False

    async def _busy_workers(self, host: Part) -> Sequence[psutil.Process]:
        """Wait until a processor works for longer than a small image takes."""
        for _ in range(PATIENCE):
            workers = list(_forked(host))
            if any(map(_runs, workers)):
                await asyncio.sleep(BUSY_S)
                if any(map(_runs, workers)):
                    return workers
            await asyncio.sleep(BUSY_S / 2)
        return []

    async def _has_attempt(self) -> bool:
        """True if an attempt has lasted for so long that its process must have been stopped."""
        with suppress(OSError, asyncpg.PostgresError):
            async with self._system.postgres() as connection:
                return bool(await connection.fetchval(OLD_ATTEMPTS, SURELY_S * 0.9))
        return False


def _forked(host: Part) -> Iterator[psutil.Process]:
    """Yield the processors of a host; not the process that they are forked from, which works when it is imported."""
    for child in host.children("process_task"):
        with suppress(psutil.NoSuchProcess):
            if host.process and child.ppid() != host.process.pid:
                yield child


def _runs(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return process.status() == psutil.STATUS_RUNNING
    return False


def _send(number: signal.Signals, processes: Iterable[psutil.Process]) -> None:
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(number)
