"""Options and error handling of all commands."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import click

from imagescaler.runtime.settings import SettingsError
from local import stack
from local.emulation.lambda_host.lambda_client import DEFAULT_URL_PATTERN, InvocationError
from local.emulation.sam_template.cloudformation import TemplateError
from local.environment import StackError
from local.servers.folders import ServerError

LAYOUT = stack.Layout.find()
EXPECTED = (ServerError, TemplateError, SettingsError, StackError, InvocationError, OSError)
port_option = click.option("--port", default=8000, show_default=True, help="0 is any free port.")
host_option = click.option("--host", default="127.0.0.1", show_default=True)
data_option = click.option(
    "--data",
    type=click.Path(path_type=Path),
    envvar="IMAGESCALER_DATA",
    help="Data folder of the embedded servers; without it `.data` in a checkout, else the user's data folder.",
)
functions_option = click.option(
    "--functions-url",
    default=DEFAULT_URL_PATTERN,
    show_default=True,
    envvar="FUNCTIONS_URL",
    help="URL of an invocation; {function} is a logical id, {service} a container's name.",
)
require_keys_option = click.option(
    "--require-keys", default="", help="1 requires API keys, 0 does not; without it the variable REQUIRE_KEYS counts."
)


@contextmanager
def one_sentence() -> Iterator[None]:
    """Turn an expected error into one sentence on stderr and exit status 1."""
    try:
        yield
    except EXPECTED as error:
        raise click.ClickException(str(error)) from error


def with_require_keys(variables: Mapping[str, str], value: str) -> dict[str, str]:
    """Return the variables, with REQUIRE_KEYS replaced by the value of the option if it has one."""
    return {**variables, "REQUIRE_KEYS": value} if value else dict(variables)
