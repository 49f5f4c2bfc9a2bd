"""Images per second of the services under 1, 4 and 16 clients, in turn, on the same cores."""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

import aiohttp

from tests.benchmarks.scaling import servers
from tests.benchmarks.scaling.installation import Installation
from tests.benchmarks.scaling.results import Load
from tests.benchmarks.scaling.servers import Server

SOURCE, WIDTH = "j12.jpg", 800
CLIENTS = (1, 4, 16)
Request = Callable[[aiohttp.ClientSession], Awaitable[bytes]]
Sample = tuple[float, float]


def measure(installation: Installation, corpus: Path, folder: Path, rounds: int, count: int) -> list[Load]:
    """Send `count` images to each service in each round, and take medians."""
    image = (corpus / SOURCE).read_bytes()
    requests: dict[str, Request] = {
        "ours": lambda session: _task(session, image),
        "thumbor": lambda session: _picture(session, f"/unsafe/{WIDTH}x0/{SOURCE}"),
        "IPX": lambda session: _picture(session, f"/w_{WIDTH}/{SOURCE}"),
    }
    with ExitStack() as stack:
        running = [
            stack.enter_context(each)
            for each in (
                servers.ours(folder),
                servers.thumbor(installation, corpus, folder),
                servers.ipx(installation, corpus),
            )
        ]
        return [load for clients in CLIENTS for load in _rounds(running, requests, clients, rounds, count)]


def _rounds(
    running: Sequence[Server], requests: Mapping[str, Request], clients: int, rounds: int, count: int
) -> list[Load]:
    samples: dict[str, list[Sample]] = {server.name: [] for server in running}
    for server in running:  # as many environments and threads as these clients need
        asyncio.run(_sample(server, requests[server.name], clients, 2 * clients))
    for _ in range(rounds):
        for server in running:
            samples[server.name].append(asyncio.run(_sample(server, requests[server.name], clients, count)))
    return [
        Load(name, clients, *(statistics.median(each[column] for each in of_it) for column in (0, 1)))
        for name, of_it in samples.items()
    ]


async def _sample(server: Server, request: Request, clients: int, count: int) -> Sample:
    """Give images per second, and seconds of the server's CPU time per image."""
    left = iter(range(count))
    async with aiohttp.ClientSession(server.url) as session:

        async def client() -> None:
            for _ in left:
                assert len(await request(session)) > 1000

        wall_s, cpu_s = time.perf_counter(), server.cpu_s()
        await asyncio.gather(*(client() for _ in range(clients)))
        return count / (time.perf_counter() - wall_s), (server.cpu_s() - cpu_s) / count


async def _task(session: aiohttp.ClientSession, image: bytes) -> bytes:
    """Upload an image, wait for its task, and fetch the result."""
    form = aiohttp.FormData({"width": str(WIDTH)})
    form.add_field("file", image, filename="photo.jpg", content_type="image/jpeg")
    async with session.post("/api/v1/tasks", data=form, headers={"Prefer": "wait=20"}) as answer:
        task = await answer.json()
        assert task["status"] == "completed", task
    return await _picture(session, f"/api/v1/results/{task['id']}")


async def _picture(session: aiohttp.ClientSession, path: str) -> bytes:
    async with session.get(path, headers={"Accept": "image/*"}) as answer:
        assert answer.status == 200, await answer.text()
        return await answer.read()
