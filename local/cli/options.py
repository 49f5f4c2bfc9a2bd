"""What the commands share: the checkout, options, and errors told in one sentence."""

from collections.abc import Iterator
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
    help="Data folder of the embedded servers; without it `.data` in a checkout, else the user's data folder.",
)
functions_option = click.option(
    "--functions-url",
    default=DEFAULT_URL_PATTERN,
    show_default=True,
    envvar="FUNCTIONS_URL",
    help="Where functions are invoked; {function} is a logical id, {service} a container's name.",
)


@contextmanager
def one_sentence() -> Iterator[None]:
    """Say in one sentence what is wrong, and exit with 1."""
    try:
        yield
    except EXPECTED as error:
        raise click.ClickException(str(error)) from error
