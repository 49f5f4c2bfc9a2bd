"""Measures how long one owner's tasks take beside another owner, whose AVIFs fill the queue."""

import asyncio
import statistics
import subprocess
import sys
import time
from pathlib import Path

import aiohttp
import click

from local.servers.folders import temporary_data_folder
from tests.pictures import photograph
from tests.service import ROOT, starting

SENDERS = 4
MOST_RATIO = 2
MINE = {"a small JPEG": {"width": "160"}, "an AVIF": {"width": "640", "format": "avif"}}
OTHERS = MINE["an AVIF"]
BOUND = "the wait beside the others must stay below {} times the wait alone"


def new_key(folder: Path, owner: str) -> str:
    """Create an API key in the running service, and return its header."""
    command = (sys.executable, "-m", "local", "keys", "create", owner, "--data", str(folder))
    made = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return f"Bearer {made.stdout.strip()}"


async def post(session: aiohttp.ClientSession, fields: dict[str, str], **headers: str) -> None:
    """Create a task of the photograph."""
    form = aiohttp.FormData(fields)
    form.add_field("file", photograph(), filename="photo.jpg", content_type="image/jpeg")
    async with session.post("/api/v1/tasks", data=form, headers=headers) as answer:
        await answer.read()
        assert answer.status == (200 if "Prefer" in headers else 202), await answer.text()


async def fill(url: str, key: str, count: int) -> None:
    """Create the tasks of the other owner, without waiting for them."""
    left = iter(range(count))
    async with aiohttp.ClientSession(url, headers={"Authorization": key}) as session:

        async def send() -> None:
            for _ in left:
                await post(session, OTHERS)

        await asyncio.gather(*(send() for _ in range(SENDERS)))


async def waits_ms(url: str, key: str, samples: int) -> dict[str, list[float]]:
    """Create one task after the other, and return how long each took, by what it makes."""
    taken: dict[str, list[float]] = {name: [] for name in MINE}
    async with aiohttp.ClientSession(url, headers={"Authorization": key}) as session:
        for _ in range(samples):
            for name, fields in MINE.items():
                start_s = time.perf_counter()
                await post(session, fields, Prefer="wait=20", Accept="image/*")
                taken[name].append((time.perf_counter() - start_s) * 1000)
    return taken


async def unfinished(url: str, key: str) -> int:
    """Count the tasks that an owner has waiting, up to a hundred."""
    async with (
        aiohttp.ClientSession(url, headers={"Authorization": key}) as session,
        session.get("/api/v1/tasks?status=pending&limit=100") as answer,
    ):
        return len((await answer.json())["tasks"])


@click.command()
@click.option("--others", default=500, show_default=True, help="AVIFs of the other owner.")
@click.option("--samples", default=30, show_default=True, help="Tasks of each kind, alone and beside the others.")
def main(others: int, samples: int) -> None:
    """Print the waits, and exit with 1 if they exceed the bound."""
    with temporary_data_folder() as folder, starting(folder) as start:
        url = start(data=folder / "data", REQUIRE_KEYS="1").url
        mine, theirs = new_key(folder / "data", "mine"), new_key(folder / "data", "theirs")
        asyncio.run(waits_ms(url, mine, 3))
        alone = asyncio.run(waits_ms(url, mine, samples))
        asyncio.run(fill(url, theirs, others))
        beside = asyncio.run(waits_ms(url, mine, samples))
        assert asyncio.run(unfinished(url, theirs)), "the others' tasks ended first: let them have more"
    ratios = []
    click.echo(f"| result | alone, ms (most) | beside {others} AVIFs, ms (most) | ratio |\n|---|---|---|---|")
    for name in MINE:
        medians = [statistics.median(each[name]) for each in (alone, beside)]
        ratios.append(medians[1] / medians[0])
        cells = (f"{median:.0f} ({max(each[name]):.0f})" for median, each in zip(medians, (alone, beside), strict=True))
        click.echo(f"| {name} | {' | '.join(cells)} | {ratios[-1]:.2f} |")
    if max(ratios) >= MOST_RATIO:
        click.echo(BOUND.format(MOST_RATIO), err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
