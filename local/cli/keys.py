"""Commands on API keys."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import click

from imagescaler.domain.quota import MEGA, Quota
from local.cli.key_function import manage, owner
from local.cli.options import data_option
from local.cli.webhook_secrets import webhook_secrets

NO_SUCH_KEY = "There is no key {}. `keys list` shows all keys."


@click.group()
def keys() -> None:
    """Manage API keys, quotas and webhooks, in the running service or else in the data folder's database."""


keys.add_command(webhook_secrets)


def _limit_options(command: Callable[..., None]) -> Callable[..., None]:
    for field in reversed(fields(Quota)):
        option = click.option(f"--{field.name.replace('_', '-')}", type=click.IntRange(0), help="0 is no limit.")
        command = option(command)
    return command


def _given(limits: Mapping[str, int | None]) -> dict[str, int]:
    return {name: limit for name, limit in limits.items() if limit is not None}


@keys.command()
@click.argument("owner", callback=owner)
@_limit_options
@click.option("--webhook-url", help="URL to which the ends of its tasks are reported.")
@data_option
def create(owner: str, webhook_url: str | None, data: Path | None, **limits: int | None) -> None:
    """Create a key for OWNER and print it. It cannot be shown again. Limits replace those of the default quota."""
    # A key may be created before the first run of the service, but not in a folder that was mistyped.
    may_be_new = data is None or data.is_dir()
    command = {"action": "create", "owner": owner, "quota": _given(limits), "webhook_url": webhook_url}
    [made] = _keys(data, command, may_be_new=may_be_new)
    click.echo(made["key"])


@keys.command("list")
@data_option
def list_keys(data: Path | None) -> None:
    """Show each key's id, creation time, revocation time, owner, URL of webhooks, quota, and use of today (UTC)."""
    for key in _keys(data, {"action": "list"}):
        stored = [key["id"], key["created_at"], key.get("revoked_at", "-"), key["owner"], *_webhook_url(key)]
        click.echo("  ".join([*stored, *_quota(key)]))


def _webhook_url(key: Mapping[str, Any]) -> Iterator[str]:
    if "webhook_url" in key:
        yield f"webhook_url={key['webhook_url']}"


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
    key = _key(data, {"action": "set_quota", "id": key_id, "quota": _given(limits)})
    click.echo("  ".join([key_id, *_quota(key)]))


@keys.command("set-webhook")
@click.argument("key_id")
@click.argument("url")
@data_option
def set_webhook(key_id: str, url: str, data: Path | None) -> None:
    """Report the ends of tasks of the key KEY_ID to URL if they have no webhook_url themselves, within a minute."""
    key = _key(data, {"action": "set_webhook_url", "id": key_id, "webhook_url": url})
    click.echo("  ".join([key_id, *_webhook_url(key)]))


@keys.command("clear-webhook")
@click.argument("key_id")
@data_option
def clear_webhook(key_id: str, data: Path | None) -> None:
    """Remove the URL of webhooks of the key KEY_ID, within a minute. Tasks that have it keep it."""
    _key(data, {"action": "set_webhook_url", "id": key_id, "webhook_url": None})
    click.echo(f"{key_id} has no webhook")


@keys.command()
@click.argument("key_id")
@data_option
def revoke(key_id: str, data: Path | None) -> None:
    """Revoke the key KEY_ID. It stops working within a minute."""
    _key(data, {"action": "revoke", "id": key_id})
    click.echo(f"{key_id} revoked")


def _key(data: Path | None, command: Mapping[str, Any]) -> Any:
    found = _keys(data, command)
    if not found:
        raise click.ClickException(NO_SUCH_KEY.format(command["id"]))
    return found[0]


def _keys(data: Path | None, command: Mapping[str, Any], *, may_be_new: bool = False) -> Any:
    return manage(data, command, may_be_new=may_be_new)["keys"]
