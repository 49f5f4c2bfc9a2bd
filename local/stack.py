"""The whole service: servers, functions, runners, scheduler and gateway, started in order and stopped in reverse."""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self
from urllib.parse import urldefrag

from imagescaler.adapters.clients.redis import RedisConnection
from imagescaler.adapters.queues.redis import DEFAULT_NAME
from imagescaler.adapters.signed_urls.claims import SigningSettings
from imagescaler.adapters.stores.quota import QuotaSettings
from imagescaler.adapters.stores.redis import RedisImageStore
from imagescaler.domain.client_address import ProxySettings
from imagescaler.domain.wait_limits import WaitLimits
from imagescaler.runtime import settings
from local.emulation.api_gateway.app import Gateway
from local.emulation.api_gateway.budget import BodyBudget
from local.emulation.api_gateway.limits import HTTP_API
from local.emulation.api_gateway.require_keys import apply_require_keys
from local.emulation.api_gateway.server import Application, bind, serving
from local.emulation.event_source_mapping import consumers
from local.emulation.event_source_mapping.runner import Runner
from local.emulation.eventbridge.scheduler import Scheduler
from local.emulation.lambda_host.deployment import Code
from local.emulation.lambda_host.host import FunctionHost
from local.emulation.lambda_host.host_client import HostClient
from local.emulation.lambda_host.lambda_client import InvocationError, LambdaClient
from local.emulation.lambda_host.limits import Limits
from local.emulation.lambda_host.logs import FunctionLogs
from local.emulation.object_store.app import ObjectStore
from local.emulation.sam_template.template import Template, load
from local.environment import SHARED, StackError, check_postgres, check_redis, environment
from local.servers.announcement import announced
from local.servers.folders import default_data_folder, user_data_folder

MIGRATION = "MigrateDatabaseFunction"
ADVICE = "For a larger file, ask POST /api/v1/uploads where to send it."
MIGRATION_TIMEOUT_S = 310
SHOWN = (*SHARED, "QUEUE_URL", "STORE_URL")

Client = LambdaClient | HostClient


@dataclass(frozen=True, slots=True)
class Layout:
    """The template, the functions, and the folder for data, which `data_folder` may replace."""

    template: Path
    code: Code
    data: Path

    @classmethod
    def find(cls, package: Path = Path(__file__).parent) -> Self:
        """Return the layout of a checkout, or of an installed wheel, whose files are in `local/service`."""
        installed, checkout = package / "service", package.parent
        if installed.is_dir():
            return cls(installed / "template.yaml", Code(installed / "functions"), user_data_folder(os.environ))
        code = Code(checkout / "functions", [checkout / "layers/core/python"])
        return cls(checkout / "template.yaml", code, checkout.resolve() / ".data")

    @property
    def data_folder(self) -> Path:
        """Data folder for when none is named."""
        return default_data_folder(self.data)


@asynccontextmanager
async def function_host(
    layout: Layout, template: Template, variables: Mapping[str, str], logs: FunctionLogs, *, host: str, port: int
) -> AsyncIterator[FunctionHost]:
    """Serve the functions of the template."""
    names = {function.logical_id: function.name for function in template.functions}
    try:
        async with FunctionHost(
            template.functions,
            code=layout.code,
            environment=variables,
            on_log=lambda function, line: logs(names[function], line),
            limits=Limits(max_environments=settings.read(WaitLimits, variables).function_concurrency),
            host=host,
            port=port,
        ) as served:
            yield served
    finally:
        logs.close()


@asynccontextmanager
async def runners(template: Template, variables: Mapping[str, str], client: Client) -> AsyncIterator[None]:
    """Run a runner for each queue trigger of the template; on exit, wait until they have settled their messages."""
    url = variables.get("QUEUE_URL") or variables.get("REDIS_URL", "")
    services = {function.logical_id: function.service for function in template.functions}
    made = []
    for trigger in template.triggers:
        consumer = consumers.connect(
            queue_url(url, trigger.queue),
            visibility_timeout_s=trigger.visibility_timeout_s,
            dead_letter_queue=trigger.dead_letter_queue,
        )
        made.append(Runner(trigger, services[trigger.function], consumer, client))
    await check_redis(url)
    tasks = [asyncio.create_task(runner.run()) for runner in made]
    try:
        yield
    finally:
        for runner in made:
            runner.stop()
        await asyncio.gather(*tasks)


def queue_url(url: str, queue: str) -> str:
    """Return the URL of a queue of the template; a fragment of `url` renames the queue that functions push to.

    >>> queue_url("redis://here/0", "TaskQueue"), queue_url("redis://here/0#Other", "TaskQueue")
    ('redis://here/0#TaskQueue', 'redis://here/0#Other')
    """
    base, fragment = urldefrag(url)
    return f"{base}#{fragment if fragment and queue == DEFAULT_NAME else queue}"


@asynccontextmanager
async def scheduler(template: Template, client: Client) -> AsyncIterator[None]:
    """Invoke functions on the template's schedules; on exit, wait for running invocations."""
    made = Scheduler(template.schedules, client)
    task = asyncio.create_task(made.run())
    try:
        yield
    finally:
        made.stop()
        await task


def http_app(template: Template, variables: Mapping[str, str], client: Client) -> Application:
    """Make the ASGI application for clients: the gateway, behind an object store if the images are in Redis."""
    limits, routes = replace(HTTP_API, advice=ADVICE), apply_require_keys(template.routes, variables)
    budget, hops = BodyBudget(limits.bodies_bytes), settings.read(ProxySettings, variables).trusted_proxy_hops
    gateway = Gateway(
        routes, template.cors, client, limits, template.throttling, budget=budget, trusted_proxy_hops=hops
    )
    url = variables.get("STORE_URL") or variables.get("REDIS_URL", "")
    if not url.startswith(("redis:", "rediss:")):
        return gateway
    quota_bytes = settings.read(QuotaSettings, variables).store_quota_bytes
    key = settings.read(SigningSettings, variables).url_signing_key
    blobs = RedisImageStore(RedisConnection(url), quota_bytes=quota_bytes)
    return ObjectStore(gateway, blobs, key, budget=budget, trusted_proxy_hops=hops)


async def migrate(dsn: str, client: Client) -> None:
    """Migrate the database to the newest schema; raises StackError."""
    await check_postgres(dsn)
    try:
        await client.invoke(MIGRATION, "migrate-database", b"{}", timeout_s=MIGRATION_TIMEOUT_S)
    except (InvocationError, TimeoutError) as error:
        reason = str(error).partition("\n")[0] or "it does not answer in time"
        raise StackError(f"The database at POSTGRES_DSN cannot be used: {reason}") from error


@asynccontextmanager
async def run_all(
    layout: Layout, data_folder: Path, *, host: str, port: int, functions_port: int = 0
) -> AsyncIterator[str]:
    """Run the whole service; yield the API's URL."""
    listener = bind(host, port)
    with listener, environment(data_folder) as variables:
        template = load(layout.template, variables)
        logs = FunctionLogs(data_folder / "logs")
        async with function_host(layout, template, variables, logs, host="127.0.0.1", port=functions_port) as functions:
            client = HostClient(functions)
            await migrate(variables["POSTGRES_DSN"], client)
            await functions.retire(MIGRATION)
            shown = {name: variables[name] for name in SHOWN if name in variables}
            async with (
                runners(template, variables, client),
                scheduler(template, client),
                serving(http_app(template, variables, client), listener),
            ):
                with announced(data_folder, {**shown, "FUNCTIONS_URL": functions.url_pattern}):
                    yield f"http://{host}:{listener.getsockname()[1]}"
