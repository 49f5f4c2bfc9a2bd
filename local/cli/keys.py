"""Commands on API keys: they invoke a function, as `aws lambda invoke` does in the cloud."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any

import click

from imagescaler.domain.api_key import check_owner
from imagescaler.domain.quota import MEGA, Quota
from local import stack
from local.cli.options import LAYOUT, data_option, one_sentence
from local.emulation.lambda_host.host_client import HostClient
from local.emulation.lambda_host.lambda_client import LambdaClient
from local.emulation.lambda_host.logs import FunctionLogs
from local.emulation.sam_template.template import load
from local.environment import running_environment

FUNCTION = "ManageKeysFunction"
NO_SUCH_KEY = "There is no key {}. `keys list` shows all keys."


@click.group()
def keys() -> None:
    """Manage API keys and quotas, in the running service or else in the data folder's database."""


def _owner(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    try:
        return check_owner(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


def _limit_options(command: Callable[..., None]) -> Callable[..., None]:
    for field in reversed(fields(Quota)):
        option = click.option(f"--{field.name.replace('_', '-')}", type=click.IntRange(0), help="0 is no limit.")
        command = option(command)
    return command


def _given(limits: Mapping[str, int | None]) -> dict[str, int]:
    return {name: limit for name, limit in limits.items() if limit is not None}


@keys.command()
@click.argument("owner", callback=_owner)
@_limit_options
@data_option
def create(owner: str, data: Path | None, **limits: int | None) -> None:
    """Create a key for OWNER and print it. It cannot be shown again. Limits replace those of the default quota."""
    # A key may be created before the first run of the service, but not in a folder that was mistyped.
    may_be_new = data is None or data.is_dir()
    [made] = _manage(data, {"action": "create", "owner": owner, "quota": _given(limits)}, may_be_new=may_be_new)
    click.echo(made["key"])


@keys.command("list")
@data_option
def list_keys(data: Path | None) -> None:
    """Show each key's id, creation time, revocation time and owner, its quota, and what was counted today (UTC)."""
    for key in _manage(data, {"action": "list"}):
        click.echo("  ".join([key["id"], key["created_at"], key.get("revoked_at", "-"), key["owner"], *_quota(key)]))


def _quota(key: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"{name}={limit}" for name, limit in key["quota"].items())
    if key["today"]["tasks"]:
        yield f"today: {key['today']['tasks']} tasks, {key['today']['pixels'] / MEGA:.1f} megapixels"


@keys.command()
@click.argument("key_id")
@_limit_options
@data_option
def quota(key_id: str, data: Path | None, **limits: int | None) -> None:
    """Set the quota of the key KEY_ID, within a minute. The default holds for limits that are left out."""
    found = _manage(data, {"action": "set_quota", "id": key_id, "quota": _given(limits)})
    if not found:
        raise click.ClickException(NO_SUCH_KEY.format(key_id))
    click.echo("  ".join([key_id, *_quota(found[0])]))


@keys.command()
@click.argument("key_id")
@data_option
def revoke(key_id: str, data: Path | None) -> None:
    """Revoke the key KEY_ID. It stops working within a minute."""
    if not _manage(data, {"action": "revoke", "id": key_id}):
        raise click.ClickException(NO_SUCH_KEY.format(key_id))
    click.echo(f"{key_id} revoked")


def _manage(data: Path | None, command: Mapping[str, Any], *, may_be_new: bool = False) -> Any:
    folder = data or LAYOUT.data_folder
    with one_sentence():
        return asyncio.run(_invoke(folder, json.dumps(command).encode(), may_be_new=may_be_new))["keys"]


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
