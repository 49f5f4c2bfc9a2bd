"""The command line: `python -m local` runs the whole service, a subcommand one part of it."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import wraps
from pathlib import Path
from typing import Any

import click
import uvloop

from local import stack
from local.cli.dead_letters import dead_letters
from local.cli.keys import keys
from local.cli.options import (
    LAYOUT,
    data_option,
    functions_option,
    host_option,
    one_sentence,
    port_option,
    require_keys_option,
    with_require_keys,
)
from local.cli.secrets import secrets
from local.emulation.api_gateway.server import bind, serving
from local.emulation.lambda_host.lambda_client import LambdaClient
from local.emulation.lambda_host.logs import FunctionLogs, show_on_screen
from local.emulation.sam_template.template import load
from local.environment import SHARED, environment

SCREEN = """
  imagescaler     {url}
  documentation   {url}/docs
  data            {data}
  logs            {data}/logs

  curl --fail-with-body -F file=@photo.jpg -F width=800 -H 'Prefer: wait=10' {url}/api/v1/tasks

  Ctrl-C stops everything; the data stays.
"""


def until_stopped(part: Callable[..., AbstractAsyncContextManager[str]]) -> Callable[..., None]:
    """Make a command that runs a part of the service until Ctrl-C or SIGTERM."""

    @wraps(part)
    def command(**options: Any) -> None:
        show_on_screen()
        with one_sentence(), asyncio.Runner(loop_factory=uvloop.new_event_loop) as loop:
            loop.run(_run(part(**options)))

    return command


async def _run(part: AbstractAsyncContextManager[str]) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    async with part as text:
        click.echo(text)
        await stopped.wait()
        click.echo("stopping")


@click.group(invoke_without_command=True)
@port_option
@host_option
@data_option
@click.option("--functions-port", default=0, show_default=True, help="Port of the Invoke API; 0 is any free port.")
@click.pass_context
def main(context: click.Context, /, **options: Any) -> None:
    """Run the whole service on this machine, or one part of it."""
    if context.invoked_subcommand is None:
        until_stopped(everything)(**options)


@asynccontextmanager
async def everything(port: int, host: str, data: Path | None, functions_port: int) -> AsyncIterator[str]:
    """Run all parts, with embedded servers where POSTGRES_DSN or REDIS_URL is not set."""
    folder = data or LAYOUT.data_folder
    async with stack.run_all(LAYOUT, folder, host=host, port=port, functions_port=functions_port) as url:
        yield SCREEN.format(url=url, data=folder)


@main.command()
@port_option
@host_option
@functions_option
@require_keys_option
@until_stopped
@asynccontextmanager
async def gateway(port: int, host: str, functions_url: str, require_keys: str) -> AsyncIterator[str]:
    """Serve the HTTP API for functions that run elsewhere, and signed URLs if the images are in Redis."""
    variables = with_require_keys(os.environ, require_keys)
    template = load(LAYOUT.template, variables)
    async with LambdaClient(functions_url) as client:
        listener = bind(host, port)
        async with serving(stack.http_app(template, variables, client), listener):
            yield f"gateway on http://{host}:{listener.getsockname()[1]}, functions at {functions_url}"


@main.command()
@functions_option
@until_stopped
@asynccontextmanager
async def runner(functions_url: str) -> AsyncIterator[str]:
    """Receive messages from the queues and invoke the functions that they trigger."""
    variables = dict(os.environ)
    template = load(LAYOUT.template, variables)
    async with LambdaClient(functions_url) as client, stack.runners(template, variables, client):
        yield f"runner for {', '.join(trigger.queue for trigger in template.triggers)}, functions at {functions_url}"


@main.command()
@functions_option
@until_stopped
@asynccontextmanager
async def scheduler(functions_url: str) -> AsyncIterator[str]:
    """Invoke functions on the template's schedules."""
    template = load(LAYOUT.template, {})
    async with LambdaClient(functions_url) as client, stack.scheduler(template, client):
        yield f"scheduler for {', '.join(each.rule for each in template.schedules)}, functions at {functions_url}"


@main.command()
@click.argument("function")
@functions_option
def invoke(function: str, functions_url: str) -> None:
    """Invoke a function, by its logical id, with an empty event, and print its response."""
    with one_sentence():
        click.echo(json.dumps(asyncio.run(_answer(function, functions_url))))


async def _answer(logical_id: str, functions_url: str) -> Any:
    function = load(LAYOUT.template, {}).function(logical_id)
    async with LambdaClient(functions_url) as client:
        # A little longer than the function may take: RIE crashes when a caller gives up.
        return await client.invoke(logical_id, function.service, b"{}", timeout_s=function.timeout_s + 5)


@main.command()
@click.option("--port", default=9000, show_default=True, help="0 is any free port.")
@host_option
@data_option
@until_stopped
@asynccontextmanager
async def functions(port: int, host: str, data: Path | None) -> AsyncIterator[str]:
    """Serve the functions through the Lambda Invoke API."""
    folder = data or LAYOUT.data_folder
    with environment(folder) as variables:
        template = load(LAYOUT.template, variables)
        logs = FunctionLogs(folder / "logs")
        host_part = stack.function_host(LAYOUT, template, variables, logs, host=host, port=port)
        async with host_part as served:
            yield f"functions at {served.url_pattern}"


@main.command()
@data_option
@until_stopped
@asynccontextmanager
async def servers(data: Path | None) -> AsyncIterator[str]:
    """Run embedded Postgres and Redis, and print the variables that the other parts need."""
    with environment(data or LAYOUT.data_folder) as variables:
        yield "\n".join(f"export {name}={variables[name]}" for name in SHARED)


main.add_command(dead_letters)
main.add_command(keys)
main.add_command(secrets)


if __name__ == "__main__":
    main()
