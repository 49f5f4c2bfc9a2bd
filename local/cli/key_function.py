"""Invokes `manage_keys`, as `aws lambda invoke` does in the cloud."""

import asyncio
import json
import os
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import click

from imagescaler.domain.api_key import check_owner
from local import stack
from local.cli.options import LAYOUT, one_sentence
from local.emulation.lambda_host.host_client import HostClient
from local.emulation.lambda_host.lambda_client import FunctionFailed, LambdaClient
from local.emulation.lambda_host.logs import FunctionLogs
from local.emulation.sam_template.template import load
from local.environment import running_environment

FUNCTION = "ManageKeysFunction"
REFUSED = re.compile(r"Value error, (.+?)\.? \[type=")  # in the message of a ValidationError


def owner(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str:
    """Return the value of an argument that names an owner, "" for one that is left out; raises BadParameter."""
    try:
        return "" if value is None else check_owner(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


def manage(data: Path | None, command: Mapping[str, Any], *, may_be_new: bool = False) -> Any:
    """Execute a command in the running service, or else in the data folder's database, and return the answer.

    A data folder that does not exist is created only if it `may_be_new`. Raises ClickException.
    """
    folder = data or LAYOUT.data_folder
    with one_sentence():
        try:
            return asyncio.run(_invoke(folder, json.dumps(command).encode(), may_be_new=may_be_new))
        except FunctionFailed as error:
            if not (found := REFUSED.search(error.error_message)):
                raise
            raise click.ClickException(f"{found[1]}.") from error


async def _invoke(folder: Path, event: bytes, *, may_be_new: bool) -> Any:
    function = load(LAYOUT.template, {}).function(FUNCTION)
    async with _functions_url(folder, may_be_new=may_be_new) as url, LambdaClient(url) as client:
        return await client.invoke(FUNCTION, function.service, event, timeout_s=function.timeout_s + 5)


@asynccontextmanager
async def _functions_url(folder: Path, *, may_be_new: bool) -> AsyncIterator[str]:
    """Yield the URL of the functions; start a function host if none is running."""
    if url := os.environ.get("FUNCTIONS_URL"):
        yield url
        return
    with running_environment(folder, may_be_new=may_be_new) as variables:
        if url := variables.get("FUNCTIONS_URL"):
            yield url
            return
        template = load(LAYOUT.template, variables)
        logs = FunctionLogs(folder / "logs", on_screen=False)
        host = stack.function_host(LAYOUT, template, variables, logs, host="127.0.0.1", port=0)
        async with host as served:
            await stack.migrate(variables["POSTGRES_DSN"], HostClient(served))
            yield served.url_pattern
