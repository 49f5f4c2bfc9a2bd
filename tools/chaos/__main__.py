"""`make chaos`: breaks the running service on purpose, and checks its guarantees."""

import asyncio
import itertools
import logging
import random
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import click
import uvloop

from local.servers.folders import temporary_data_folder
from tools.chaos.bucket import bucket
from tools.chaos.checker import acknowledged, check
from tools.chaos.clients import Clients
from tools.chaos.deployment import SAFETIES, deploy, deploy_revision
from tools.chaos.faults import Faults
from tools.chaos.history import History, read
from tools.chaos.image_host import image_host
from tools.chaos.remains import gather
from tools.chaos.report import report
from tools.chaos.system import System, settled

# Poison takes longest: its message lost, three sweeps a minute apart; then twelve receives, at last every 24 s. A
# deleted task is purged by the second sweep at the latest.
SETTLE_S = 600
LEAST_PER_S = 3
SWEEPER = "sweeper"


@click.command()
@click.option("--seconds", default=180, show_default=True, help="How long there are clients and faults.")
@click.option("--seed", default=None, type=int, help="Repeats the dice of a run; not its timing, of course.")
@click.option("--clients", default=12, show_default=True)
@click.option("--without", type=click.Choice([SWEEPER, *SAFETIES]), multiple=True, help="Take a safety away.")
@click.option("--fault", "faults", multiple=True, help="Do only this fault, as the report names it.")
@click.option("--settle", default=SETTLE_S, show_default=True, help="Seconds that all work may take to end afterwards.")
@click.option("--empty-redis", is_flag=True, help="Empty Redis as well; what was in it may end as lost.")
@click.option("--before", help="Revision that host and runner b run until half of the time is over.")
@click.option("--folder", type=click.Path(path_type=Path, exists=True), help="Keeps the history and all logs there.")
def main(
    seconds: int,
    seed: int | None,
    clients: int,
    without: tuple[str, ...],
    faults: tuple[str, ...],
    settle: int,
    *,
    empty_redis: bool,
    before: str | None,
    folder: Path | None,
) -> None:
    """Run, report, and exit with 1 when the service has broken its word."""
    logging.basicConfig(format="%(asctime)s %(message)s", level=logging.INFO)
    chosen = random.randrange(1_000_000) if seed is None else seed
    click.echo(f"seed             {chosen}, {seconds} s, without {', '.join(without) or 'nothing'}")
    with ExitStack() as stack:
        place = folder or stack.enter_context(temporary_data_folder())
        runner = stack.enter_context(asyncio.Runner(loop_factory=uvloop.new_event_loop))
        older = deploy_revision(place / "older", before) if before else None
        system = System(deploy(place, without=set(without) - {SWEEPER}), older=older)
        dice, sweeper = random.Random(chosen), SWEEPER not in without
        choice = partial(Faults, system, empties_redis=empty_redis, only=faults)
        passed = runner.run(run(system, choice, seconds, dice, clients, sweeper=sweeper, settle_s=settle))
    sys.exit(not passed)


async def run(
    system: System,
    choice: Callable[[random.Random], Faults],
    seconds: int,
    dice: random.Random,
    count: int,
    *,
    sweeper: bool,
    settle_s: float,
) -> bool:
    """Run one time, and say whether nothing was found."""
    path = system.folder / "history.jsonl"
    with path.open("w") as file:
        images, targets = image_host(random.Random(dice.random())), bucket(random.Random(dice.random()))
        async with images as images_url, targets as target, system.running(target.variables, sweeper=sweeper):
            end = time.monotonic() + seconds
            clients = Clients(
                system.gateway_url,
                images_url,
                system.receiver_url,
                History(file),
                dice,
                itertools.count(1),
                system.headers,
                deletes=system.older is None,  # which may not know of deleted tasks
            )
            faults = choice(random.Random(dice.random()))
            if system.older:
                asyncio.get_running_loop().call_later(seconds / 2, system.roll)
            await asyncio.gather(
                clients.run(count, lambda: time.monotonic() < end), faults.run(lambda: time.monotonic() < end)
            )
            quiet = time.monotonic()
            await asyncio.gather(*(part.ready() for part in system.parts.values()))
            await settled(system, settle_s)
            settled_s = time.monotonic() - quiet
            remains = await gather(system, faults.corrupted, target.objects)
    history = read(path)
    findings = check(history, remains, faults.emptied_at_s)
    click.echo("\n".join(report(history, remains, findings, faults.counts, settled_s)))
    # Who accepts nothing, loses nothing: that is no pass either.
    if too_few := len(acknowledged(history)) < seconds * LEAST_PER_S:
        click.echo(f"no pass          at least {seconds * LEAST_PER_S} tasks must be accepted")
    return not findings and not too_few


if __name__ == "__main__":
    main()
