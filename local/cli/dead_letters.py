"""Commands on the dead-letter queues, as `aws sqs` has them in the cloud."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from itertools import chain
from pathlib import Path
from typing import TypeVar

import click

from local.cli.options import LAYOUT, data_option, one_sentence
from local.emulation.event_source_mapping.dead_letters import DeadLetters
from local.emulation.sam_template.declarations import QueueTrigger
from local.emulation.sam_template.template import load
from local.environment import check_redis, running_environment
from local.stack import queue_url

Answer = TypeVar("Answer")
limit_option = click.option("--limit", default=1000, show_default=True, help="Number of messages, the oldest first.")


@click.group("dead-letters")
def dead_letters() -> None:
    """List or redrive the messages that could not be processed."""


@dead_letters.command("list")
@data_option
@limit_option
def list_letters(data: Path | None, limit: int) -> None:
    """Show when each message was sent, and its body."""
    for letter in chain.from_iterable(_use(data, lambda letters: letters.list(limit))):
        click.echo(f"{letter.sent_at:%Y-%m-%dT%H:%M:%SZ}  {letter.body}")


@dead_letters.command()
@data_option
@limit_option
def redrive(data: Path | None, limit: int) -> None:
    """Move the messages back to their queues; those that fail again return."""
    click.echo(f"{sum(_use(data, lambda letters: letters.redrive(limit)))} sent again")


def ends(triggers: Iterable[QueueTrigger]) -> Iterator[tuple[str, str]]:
    """Yield the last queue of each chain, which no function consumes, and the first."""
    sources = {trigger.dead_letter_queue: trigger.queue for trigger in triggers if trigger.dead_letter_queue}
    for last in sources:
        if last not in sources.values():
            first = last
            while first in sources:
                first = sources[first]
            yield last, first


def _use(data: Path | None, work: Callable[[DeadLetters], Awaitable[Answer]]) -> list[Answer]:
    """Return what `work` returns for each dead-letter queue."""
    with one_sentence(), _variables(data) as variables:
        url = variables.get("QUEUE_URL") or variables["REDIS_URL"]
        pairs = ends(load(LAYOUT.template, variables).triggers)
        queues = [DeadLetters(queue_url(url, last), queue_url(url, first)) for last, first in pairs]
        return asyncio.run(_work(url, queues, work))


def _variables(data: Path | None) -> AbstractContextManager[Mapping[str, str]]:
    """Use the environment alone if it names the queue, so that no server has to be started."""
    if os.environ.get("QUEUE_URL") or os.environ.get("REDIS_URL"):
        return nullcontext(os.environ)
    return running_environment(data or LAYOUT.data_folder)


async def _work(
    url: str, queues: Sequence[DeadLetters], work: Callable[[DeadLetters], Awaitable[Answer]]
) -> list[Answer]:
    await check_redis(url)
    try:
        return [await work(letters) for letters in queues]
    finally:
        for letters in queues:
            await letters.close()
