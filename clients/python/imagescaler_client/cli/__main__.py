"""The command line: `imagescaler scale *.jpg --width 800 --out small/`."""

import asyncio
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from imagescaler_client._async.client import AsyncClient
from imagescaler_client._sync.client import DEFAULT_URL, Client
from imagescaler_client.cli.batch import Batch
from imagescaler_client.cli.flags import with_options
from imagescaler_client.cli.source_files import NothingToScale, SourceFile, find_sources
from imagescaler_client.errors import ImageScalerError, ProblemError
from imagescaler_client.fields import given

RETRY_FOR_S = 600  # a long run outlives a restart of the service
PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True}
app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.callback()
def connection(
    context: typer.Context,
    url: Annotated[str, typer.Option(envvar="IMAGESCALER_URL", help="URL of the service.")] = DEFAULT_URL,
    key: Annotated[str, typer.Option(envvar="IMAGESCALER_KEY", help="API key.", show_default=False)] = "",
) -> None:
    """Scale images with a running service."""
    context.obj = (url, key)


@app.command()
@with_options
def scale(
    context: typer.Context,
    images: Annotated[list[str], typer.Argument(help="Files, folders, or patterns in quotes.")],
    out: Annotated[Path, typer.Option(help="Folder of the results.")] = Path("scaled"),
    jobs: Annotated[int, typer.Option(min=1, max=64, help="Images at a time.")] = 4,
    as_json: AsJson = False,  # noqa: FBT002
    **options: Any,
) -> None:
    """Scale IMAGES into a folder. Results that are complete there are kept: repeat a command to take it up again."""
    with one_sentence():
        sources = find_sources(images, out, given(options))
        batch = asyncio.run(_scale(context.obj, sources, out, given(options), jobs=jobs, as_json=as_json))
    typer.echo(f"{batch.made} scaled, {batch.kept} were there, {batch.failed} failed: {out}", err=True)
    raise typer.Exit(1 if batch.failed else 0)


async def _scale(
    obj: tuple[str, str], sources: list[SourceFile], out: Path, options: dict[str, Any], *, jobs: int, as_json: bool
) -> Batch:
    async with AsyncClient(*obj, retry_for_s=0) as client:
        with suppress(ProblemError):  # the service is there; one that is not is an error at once
            await client.health()
    async with AsyncClient(*obj, retry_for_s=RETRY_FOR_S) as client:
        batch = Batch(client, out, options, as_json)
        await batch.run(sources, jobs)
    return batch


@app.command()
@with_options
def plan(context: typer.Context, image: str, **options: Any) -> None:
    """Print the plan of a result as JSON: its exact size, without scaling."""
    with connected(context) as client:
        typer.echo(client.plan(image, **given(options)).model_dump_json(indent=2, exclude_none=True))


@app.command()
def task(
    context: typer.Context, task_id: str, wait: Annotated[int, typer.Option(help="Seconds to wait.", min=0, max=20)] = 0
) -> None:
    """Print a task as JSON."""
    with connected(context) as client:
        typer.echo(client.tasks.get(task_id, wait_s=wait).model_dump_json(indent=2, exclude_none=True))


@app.command("list")
def list_tasks(
    context: typer.Context,
    status: Annotated[str, typer.Option(help="Tasks of this status only.")] = "",
    limit: Annotated[int, typer.Option(min=1, help="Number of tasks.")] = 20,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Print tasks, newest first."""
    with connected(context) as client:
        for each in client.tasks.list(status=status or None, limit=limit):
            line = f"{each.id}  {each.created_at:%Y-%m-%d %H:%M:%S}  {each.status}"
            typer.echo(each.model_dump_json(exclude_none=True) if as_json else line)


@app.command()
def delete(context: typer.Context, task_ids: list[str]) -> None:
    """Cancel tasks that have not ended, and delete their images."""
    with connected(context) as client:
        for each in task_ids:
            client.tasks.delete(each)


@app.command(context_settings=PASS_ON, add_help_option=False)
def serve(context: typer.Context) -> None:
    """Run the service on this machine, if it is installed."""
    _run_service(*context.args)


@app.command(context_settings=PASS_ON, add_help_option=False)
def keys(context: typer.Context) -> None:
    """Create, list and revoke API keys of the service on this machine."""
    _run_service("keys", *context.args)


def _run_service(*arguments: str) -> NoReturn:
    beside = Path(sys.executable).with_name("imagescaler-serve")
    command = str(beside) if beside.exists() else shutil.which("imagescaler-serve")
    if command is None:
        typer.echo("The service is not installed. Install it from its checkout: pip install .", err=True)
        raise typer.Exit(1)
    os.execv(command, [command, *arguments])  # noqa: S606


@contextmanager
def connected(context: typer.Context) -> Iterator[Client]:
    """Yield a client for one request, whose errors are a sentence."""
    with one_sentence(), Client(*context.obj, retry_for_s=2) as client:
        yield client


@contextmanager
def one_sentence() -> Iterator[None]:
    """Turn an expected error into one sentence and exit status 1."""
    try:
        yield
    except (ImageScalerError, NothingToScale, OSError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error


def main() -> None:
    """Run the command line."""
    app(prog_name="imagescaler")


if __name__ == "__main__":
    main()
