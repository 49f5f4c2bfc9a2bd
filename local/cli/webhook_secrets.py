"""Commands on the secrets that sign webhooks."""

from pathlib import Path
from typing import Any

import click

from imagescaler.domain.webhook_secret import OVERLAP_S
from local.cli.key_function import manage, owner
from local.cli.options import data_option

owner_argument = click.argument("owner", required=False, callback=owner)


@click.group("webhook-secrets")
def webhook_secrets() -> None:
    """Manage the secrets of webhooks. Without OWNER it is that of a service that asks for no keys."""


@webhook_secrets.command()
@owner_argument
@data_option
def create(owner: str, data: Path | None) -> None:
    """Print the secret of OWNER, and make it if there is none."""
    may_be_new = data is None or data.is_dir()
    click.echo(_secrets(data, may_be_new=may_be_new, action="create_secret", owner=owner)[0]["secret"])


@webhook_secrets.command()
@owner_argument
@click.option(
    "--overlap-s",
    type=click.IntRange(0),
    default=OVERLAP_S,
    show_default=True,
    help="Seconds in which the secret before signs as well.",
)
@data_option
def rotate(owner: str, overlap_s: int, data: Path | None) -> None:
    """Make a new secret of OWNER and print it."""
    click.echo(_secrets(data, action="rotate_secret", owner=owner, overlap_s=overlap_s)[0]["secret"])


@webhook_secrets.command("list")
@data_option
def list_secrets(data: Path | None) -> None:
    """Show each secret, its creation time, when it expires if it was replaced, and its owner."""
    for each in _secrets(data, action="list_secrets"):
        click.echo("  ".join([each["secret"], each["created_at"], each.get("expires_at", "-"), each["owner"] or "-"]))


def _secrets(data: Path | None, *, may_be_new: bool = False, **command: Any) -> Any:
    return manage(data, command, may_be_new=may_be_new)["secrets"]
