"""The service as it runs in a chaos run: every part a process of its own, a proxy before each server."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
from redis.asyncio import Redis

from imagescaler.adapters.queues.redis import stream_key
from local.emulation.lambda_host.lambda_client import LambdaClient
from local.servers.supervisor import free_port
from tests import audit
from tests.proxy import Proxy, address, proxied, through
from tools.chaos.deployment import ROOT
from tools.chaos.parts import Part, environment

SERVERS_READY = {"postgres": re.compile(r"POSTGRES_DSN=(\S+)"), "redis": re.compile(r"REDIS_URL=(\S+)")}
VARIABLES = {"postgres": "POSTGRES_DSN", "redis": "REDIS_URL"}
ELSEWHERE = "set"  # what is set is not started
READY = re.compile(r"((?:functions at|runner for|gateway on|scheduler|receiver on).*)")
HOSTS = ("a", "b")
OLDER = ("functions-b", "runner-b")
SETTINGS = {
    "SWEEP_AFTER_S": "5",  # seconds, as all times of the copied template
    "URL_SIGNING_KEY": "k" * 32,
    "REQUIRE_KEYS": "1",
    "QUEUE_MAX_LENGTH": "60",  # reached when no runner works, so that tasks are taken back
    "OUTBOUND_ALLOWED": "127.0.0.1",  # where the images and the receiver of webhooks are
    "SOURCE_TIMEOUT_S": "5",
    "WEBHOOK_CONCURRENCY": "20",  # of which a quarter may go to one host
}
DISK_FULL = """
create table if not exists disk_full (number integer);
create or replace function fail_if_full() returns trigger language plpgsql as $$
begin
    if exists (select from disk_full) then raise exception 'no space left on device' using errcode = '53100'; end if;
    return new;
end $$;
create or replace trigger disk_full before insert or update on tasks for each row execute function fail_if_full();
create or replace trigger disk_full before insert or update on webhooks for each row execute function fail_if_full();
"""
CREATE_KEY = b'{"action": "create", "owner": "chaos"}'
CREATE_SECRET = b'{"action": "create_secret", "owner": "chaos"}'
QUEUES = ("#TaskQueue", "#SourceQueue", "#WebhookQueue", "#TaskUndeliverableQueue")
UNFINISHED = """
select (select count(*) from tasks
        where status in ('pending', 'processing') or (status = 'deleted' and expires_at is not null))
     + (select count(*) from webhooks where status = 'pending')
"""
INVOKE = "http://127.0.0.1:{port}/2015-03-31/functions/{{function}}/invocations"


@dataclass(slots=True)
class System:
    """Two function hosts with a runner each, one gateway, one scheduler, Postgres and Redis.

    `older` is the folder of the code that host and runner b have until `roll`.
    """

    folder: Path
    parts: dict[str, Part] = field(default_factory=dict)
    proxies: dict[str, Proxy] = field(default_factory=dict)
    urls: dict[str, str] = field(default_factory=dict)
    gateway_url: str = ""
    receiver_url: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=lambda: SETTINGS)
    older: Path | None = None
    _variables: Mapping[str, str] = field(default_factory=dict)

    @asynccontextmanager
    async def running(self, others: Mapping[str, str], *, sweeper: bool) -> AsyncIterator["System"]:
        """Start everything, with other variables beside the settings, and stop it at the end."""
        async with AsyncExitStack() as stack:
            variables = {VARIABLES[name]: await self._server(name, stack) for name in SERVERS_READY}
            variables |= {**self.settings, **others}
            self._variables = variables
            patterns = {name: await self._host(name, stack, variables) for name in HOSTS}
            await self._receiver(await self._prepare(patterns["a"]), stack)
            for name, pattern in patterns.items():
                await self._part(f"runner-{name}", stack, variables, "runner", "--functions-url", pattern)
            if sweeper:
                await self._part("scheduler", stack, variables, "scheduler", "--functions-url", patterns["a"])
            port = free_port()
            self.gateway_url = f"http://127.0.0.1:{port}"
            await self._part(
                "gateway", stack, variables, "gateway", "--port", str(port), "--functions-url", patterns["a"]
            )
            yield self

    def roll(self) -> None:
        """Replace the older code of host and runner b by the current one."""
        for name in OLDER:
            self.parts[name].replace(self.folder, environment(self.folder, **self._variables))
        self.older = None

    @asynccontextmanager
    async def postgres(self) -> AsyncIterator[Any]:
        """Connect to Postgres past the proxy."""
        connection = await asyncpg.connect(self.urls["postgres"], timeout=5)
        try:
            yield connection
        finally:
            await connection.close()

    @asynccontextmanager
    async def redis(self) -> AsyncIterator["Redis"]:
        """Connect to Redis past the proxy."""
        async with Redis.from_url(self.urls["redis"], decode_responses=True) as client:
            yield client

    @property
    def streams(self) -> Sequence[str]:
        """Return the keys of the queues that functions consume; dead-letter queues are not among them."""
        return list(map(stream_key, QUEUES))

    @property
    def deliveries(self) -> Path:
        """The file that the receiver of webhooks writes."""
        return self.folder / "deliveries.jsonl"

    async def _server(self, name: str, stack: AsyncExitStack) -> str:
        """Start a server, and give its URL through a proxy, which stays the same when the server starts again."""
        others = {variable: ELSEWHERE for server, variable in VARIABLES.items() if server != name}
        arguments = ("servers", "--data", str(self.folder / "data"))
        part = self.parts[name] = Part(
            name,
            arguments,
            folder=self.folder,
            environment=environment(self.folder, **others),
            said=SERVERS_READY[name],
            on_ready=lambda url: self._came_up(name, url),
        )
        stack.push_async_callback(part.stop)
        await part.start()
        self.proxies[name], url = await stack.enter_async_context(proxied(self.urls[name]))
        return url

    async def _came_up(self, name: str, url: str) -> None:
        if name in self.proxies:
            if name == "redis":  # its password is new each time; the functions know the first one
                async with Redis.from_url(url) as client:
                    await client.config_set("requirepass", _password(self.urls[name]))
            url = through(self.urls[name], address(url)[1])
            self.proxies[name].target = address(url)
        self.urls[name] = url

    async def _host(self, name: str, stack: AsyncExitStack, variables: Mapping[str, str]) -> str:
        port = free_port()
        folder = self.folder / f"host-{name}"
        await self._part(f"functions-{name}", stack, variables, "functions", "--port", str(port), "--data", str(folder))
        return INVOKE.format(port=port)

    async def _part(self, name: str, stack: AsyncExitStack, variables: Mapping[str, str], *arguments: str) -> None:
        folder = self.older if self.older and name in OLDER else self.folder
        part = self.parts[name] = Part(
            name, arguments, folder=folder, environment=environment(folder, **variables), said=READY
        )
        stack.push_async_callback(part.stop)
        await part.start()

    async def _receiver(self, secret: str, stack: AsyncExitStack) -> None:
        """Start the receiver of webhooks, whose code is not the copy's."""
        port = free_port()
        self.receiver_url = f"http://127.0.0.1:{port}/"
        part = self.parts["receiver"] = Part(
            "receiver",
            (str(port), secret, str(self.deliveries)),
            folder=self.folder,
            environment=environment(ROOT),
            said=READY,
            module="tools.chaos.receiver",
        )
        stack.push_async_callback(part.stop)
        await part.start()

    async def _prepare(self, pattern: str) -> str:
        """Migrate the database, create an API key, and return the secret of its owner's webhooks."""
        async with LambdaClient(pattern) as client:
            await client.invoke("MigrateDatabaseFunction", "migrate-database", b"{}", timeout_s=60)
            answer: Any = await client.invoke("ManageKeysFunction", "manage-keys", CREATE_KEY, timeout_s=60)
            [made] = answer["keys"]
            self.headers = {"Authorization": f"Bearer {made['key']}"}
            answer = await client.invoke("ManageKeysFunction", "manage-keys", CREATE_SECRET, timeout_s=60)
        async with self.postgres() as connection:
            await connection.execute(audit.INSTALL + DISK_FULL)
        return str(answer["secrets"][0]["secret"])


def _password(url: str) -> str:
    match = re.search(r":([^:@/]*)@", url)
    assert match
    return match[1]


async def settled(system: System, timeout_s: float) -> bool:
    """Wait until every task is over, every deleted one purged, every webhook sent and every message gone.

    False if they are not in time.
    """
    deadline = asyncio.get_running_loop().time() + timeout_s
    while asyncio.get_running_loop().time() < deadline:
        async with system.postgres() as connection, system.redis() as client:
            unfinished = await connection.fetchval(UNFINISHED)
            if not unfinished and not any([await client.xlen(stream) for stream in system.streams]):
                return True
        await asyncio.sleep(0.5)
    return False
