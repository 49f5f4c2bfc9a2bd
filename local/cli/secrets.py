"""The secrets of the containers: created at the first start, as `make run` creates those of its servers."""

import json
import os
import secrets as random
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click

from imagescaler.adapters.signed_urls.claims import SigningSettings
from imagescaler.runtime import settings
from local.cli.options import one_sentence, require_keys_option, with_require_keys
from local.emulation.api_gateway.require_keys import GatewaySettings

MIN_PASSWORD_LENGTH = 16
DSN = "postgresql://imagescaler:{}@postgres/imagescaler"
REDIS_URL = "redis://redis:6379/0"
STORAGE_ADDRESS = "http://127.0.0.1:8001"


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--sam", is_flag=True, help="Print the variables of the functions for `sam local`.")
@require_keys_option
def secrets(folder: Path, *, sam: bool, require_keys: str) -> None:
    """Create the secrets that FOLDER lacks, or replace them by POSTGRES_PASSWORD and URL_SIGNING_KEY if these are set.

    The files are readable for all users, because each container has another one: mount them where they are needed only.
    """
    with one_sentence():
        password = _secret(folder / "postgres/password", os.environ.get("POSTGRES_PASSWORD", ""))
        variables = with_require_keys(os.environ, require_keys)
        if settings.read(GatewaySettings, variables).require_keys and len(password) < MIN_PASSWORD_LENGTH:
            raise settings.SettingsError(
                f"POSTGRES_PASSWORD is too short: with REQUIRE_KEYS it must have {MIN_PASSWORD_LENGTH} characters"
            )
        dsn = DSN.format(quote(password, safe=""))
        _write(folder / "postgres/dsn", dsn)
        key = _secret(folder / "signing/key", os.environ.get("URL_SIGNING_KEY", ""))
        settings.read(SigningSettings, {"URL_SIGNING_KEY": key})
    if sam:
        click.echo(json.dumps(sam_variables(dsn, key), indent=2))


def sam_variables(dsn: str, signing_key: str) -> dict[str, Any]:
    """Return the file for `sam local --env-vars`: the servers are those of compose."""
    servers = dict.fromkeys(("REDIS_URL", "QUEUE_URL", "STORE_URL"), REDIS_URL)
    queues = {"SOURCE_QUEUE_URL": f"{REDIS_URL}#SourceQueue", "WEBHOOK_QUEUE_URL": f"{REDIS_URL}#WebhookQueue"}
    signing = {"URL_SIGNING_KEY": signing_key, "STORAGE_ADDRESS": STORAGE_ADDRESS}
    return {"Parameters": {"POSTGRES_DSN": dsn, "POSTGRES_SECRET_ARN": "", **servers, **queues, **signing}}


def _secret(path: Path, given: str) -> str:
    """Return the secret in a file, after writing the given one or, if there is no file, a new one."""
    if given or not path.exists():
        _write(path, given or random.token_urlsafe(32))
    return path.read_text()


def _write(path: Path, text: str) -> None:
    """Replace a file at once, so that a killed run leaves no half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    new.write_text(text)
    new.chmod(0o444)
    new.rename(path)
