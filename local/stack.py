"""Everything together: servers, functions, runners, scheduler and gateway, started in order and stopped in reverse."""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import asyncpg
from redis.exceptions import RedisError

from imagescaler import settings
from imagescaler.budget import BudgetSettings
from imagescaler.grant import SigningSettings
from imagescaler.redis_connection import open_client
from imagescaler.stores.redis import RedisImageStore
from local import servers
from local.function_host import Code, FunctionHost
from local.gateway.app import Gateway
from local.gateway.limits import HTTP_API
from local.gateway.server import Application, bind, serving
from local.lambda_client import InvocationError, LambdaClient
from local.logs import FunctionLogs
from local.object_store import ObjectStore
from local.runner import Runner, Stream
from local.scheduler import Scheduler
from local.signing_key import signing_key
from local.template import Template, load

logger = logging.getLogger(__name__)
MIGRATION = "MigrateDatabaseFunction"
SHARED = ("POSTGRES_DSN", "REDIS_URL", "URL_SIGNING_KEY")
ADVICE = "For a larger file, ask POST /api/v1/uploads where to send it."
MIGRATION_TIMEOUT_S, CHECK_TIMEOUT_S = 310, 5
FUNCTIONS_URL = "http://{host}:{port}/2015-03-31/functions/{{function}}/invocations"


class StackError(Exception):
    """Something that is needed does not work; the message says what."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things are in a checkout."""

    root: Path

    @property
    def template(self) -> Path:
        """Give the SAM template."""
        return self.root / "template.yaml"

    @property
    def code(self) -> Code:
        """Give the functions and what they share."""
        return Code(self.root / "functions", [self.root / "layers/core/python"])


@contextmanager
def environment(data_folder: Path) -> Iterator[Mapping[str, str]]:
    """Give the environment for functions, with embedded servers in place of those that are not set."""
    with ExitStack() as stack:
        found = dict(os.environ)
        if not found.get("POSTGRES_DSN"):
            found["POSTGRES_DSN"] = stack.enter_context(servers.postgres(data_folder))
        if not found.get("REDIS_URL"):
            found["REDIS_URL"] = stack.enter_context(servers.redis(data_folder))
        if not found.get("URL_SIGNING_KEY"):
            found["URL_SIGNING_KEY"] = signing_key(data_folder)
        yield found


@asynccontextmanager
async def function_host(
    layout: Layout, template: Template, variables: Mapping[str, str], logs_folder: Path, *, host: str, port: int
) -> AsyncIterator[str]:
    """Serve the functions of the template, and give the URL pattern to invoke them."""
    names = {function.logical_id: function.name for function in template.functions}
    logs = FunctionLogs(logs_folder)
    try:
        async with FunctionHost(
            template.functions,
            code=layout.code,
            environment=variables,
            on_log=lambda function, line: logs(names[function], line),
            host=host,
            port=port,
        ) as served:
            yield FUNCTIONS_URL.format(host=host, port=served.port)
    finally:
        logs.close()


@asynccontextmanager
async def runners(template: Template, variables: Mapping[str, str], client: LambdaClient) -> AsyncIterator[None]:
    """Run a runner for each queue trigger of the template; at the end they finish what is in hand."""
    url = variables.get("QUEUE_URL") or variables.get("REDIS_URL", "")
    await _check_redis(url)
    services = {function.logical_id: function.service for function in template.functions}
    made = []
    for trigger in template.triggers:
        stream = Stream(
            url, visibility_timeout_s=trigger.visibility_timeout_s, dead_letter_queue=trigger.dead_letter_queue
        )
        made.append(Runner(trigger, services[trigger.function], stream, client))
    tasks = [asyncio.create_task(runner.run()) for runner in made]
    try:
        yield
    finally:
        for runner in made:
            runner.stop()
        await asyncio.gather(*tasks)


@asynccontextmanager
async def scheduler(template: Template, client: LambdaClient) -> AsyncIterator[None]:
    """Follow the schedules of the template; at the end, what is under way is finished."""
    made = Scheduler(template.schedules, client)
    task = asyncio.create_task(made.run())
    try:
        yield
    finally:
        made.stop()
        await task


def front(template: Template, variables: Mapping[str, str], client: LambdaClient) -> Application:
    """Make what clients speak to: the gateway, and before it the door of the store where the images are in Redis."""
    gateway = Gateway(template.routes, template.cors, client, replace(HTTP_API, advice=ADVICE))
    url = variables.get("STORE_URL") or variables.get("REDIS_URL", "")
    if not url.startswith(("redis:", "rediss:")):
        return gateway
    budget_bytes = settings.read(BudgetSettings, variables).store_budget_bytes
    key = settings.read(SigningSettings, variables).url_signing_key
    return ObjectStore(gateway, RedisImageStore(url, budget_bytes=budget_bytes), key)


async def migrate(dsn: str, client: LambdaClient) -> None:
    """Bring the database to the newest schema; raises StackError."""
    await _check_postgres(dsn)
    try:
        await client.invoke(MIGRATION, "migrate-database", b"{}", timeout_s=MIGRATION_TIMEOUT_S)
    except (InvocationError, TimeoutError) as error:
        reason = str(error).partition("\n")[0] or "it does not answer in time"
        raise StackError(f"The database at POSTGRES_DSN cannot be used: {reason}") from error


@asynccontextmanager
async def whole(layout: Layout, data_folder: Path, *, host: str, port: int) -> AsyncIterator[str]:
    """Start everything, and give the API's URL."""
    listener = bind(host, port)
    with listener, environment(data_folder) as variables:
        template = load(layout.template, variables)
        async with (
            function_host(layout, template, variables, data_folder / "logs", host="127.0.0.1", port=0) as functions_url,
            LambdaClient(functions_url) as client,
        ):
            await migrate(variables["POSTGRES_DSN"], client)
            async with (
                runners(template, variables, client),
                scheduler(template, client),
                serving(front(template, variables, client), listener),
            ):
                yield f"http://{host}:{listener.getsockname()[1]}"


async def _check_postgres(dsn: str) -> None:
    """Find out before a function does: its answer would be a page of traceback."""
    try:
        connection = await asyncpg.connect(dsn, timeout=CHECK_TIMEOUT_S)
    except (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        reason = str(error) or "it does not answer in time"
        raise StackError(f"The database at POSTGRES_DSN cannot be used: {reason}") from error
    await connection.close()


async def _check_redis(url: str) -> None:
    client = open_client(url)
    try:
        await client.ping()
    except (RedisError, OSError) as error:
        raise StackError(f"Redis does not answer at the address in REDIS_URL or QUEUE_URL: {error}") from error
    finally:
        await client.aclose()
