"""Images per second of the services under 1, 4 and 16 clients, in turn, on the same cores."""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp

from tools.benchmarks.scaling import servers
from tools.benchmarks.scaling.installation import Installation
from tools.benchmarks.scaling.results import Load
from tools.benchmarks.scaling.servers import Server

SOURCE, WIDTH = "j12.jpg", 800
CLIENTS = (1, 4, 16)
UPLOADED = "ours, uploaded once"
Request = Callable[[aiohttp.ClientSession], Awaitable[bytes]]
Sample = tuple[float, float]


def measure(installation: Installation, corpus: Path, folder: Path, rounds: int, count: int) -> list[Load]:
    """Send `count` images to each service in each round, and take medians."""
    image = (corpus / SOURCE).read_bytes()
    with ExitStack() as stack:
        ours = stack.enter_context(servers.ours(folder))
        thumbor = stack.enter_context(servers.thumbor(installation, corpus, folder))
        ipx = stack.enter_context(servers.ipx(installation, corpus))
        upload_id = asyncio.run(_upload(ours.url, image))
        requests: dict[Server, Request] = {
            ours: lambda session: _task(session, {"data": _form(image)}),
            replace(ours, name=UPLOADED): lambda session: _task(
                session, {"json": {"upload_id": upload_id, "width": WIDTH}}
            ),
            thumbor: lambda session: _picture(session, f"/unsafe/{WIDTH}x0/{SOURCE}"),
            ipx: lambda session: _picture(session, f"/w_{WIDTH}/{SOURCE}"),
        }
        return [load for clients in CLIENTS for load in _rounds(requests, clients, rounds, count)]


def _rounds(requests: Mapping[Server, Request], clients: int, rounds: int, count: int) -> Iterator[Load]:
    print(f"Measuring {clients} clients over HTTP", flush=True)
    samples: dict[Server, list[Sample]] = {server: [] for server in requests}
    for server, request in requests.items():  # as many environments and threads as these clients need
        asyncio.run(_sample(server, request, clients, 2 * clients))
    for _ in range(rounds):
        for server, request in requests.items():
            samples[server].append(asyncio.run(_sample(server, request, clients, count)))
    for server, taken in samples.items():
        yield Load(server.name, clients, *(statistics.median(each[column] for each in taken) for column in (0, 1)))


async def _sample(server: Server, request: Request, clients: int, count: int) -> Sample:
    """Return images per second, and seconds of the server's CPU time per image."""
    left = iter(range(count))
    # One that stays open would belong to one of thumbor's processes, and four of them may all belong to the same.
    connector = aiohttp.TCPConnector(force_close=True)
    async with aiohttp.ClientSession(server.url, connector=connector) as session:

        async def client() -> None:
            for _ in left:
                assert len(await request(session)) > 1000

        wall_s, cpu_s = time.perf_counter(), server.cpu_s()
        await asyncio.gather(*(client() for _ in range(clients)))
        return count / (time.perf_counter() - wall_s), (server.cpu_s() - cpu_s) / count


async def _upload(url: str, image: bytes) -> str:
    """Upload an image that is then there for many tasks, and give its id."""
    async with aiohttp.ClientSession(url) as session:
        announced = {"bytes": len(image), "media_type": "image/jpeg"}
        async with session.post("/api/v1/uploads", json=announced) as answer:
            created = await answer.json()
        async with session.request(created["method"], created["url"], data=image, headers=created["headers"]) as answer:
            assert answer.ok, await answer.text()
        return str(created["id"])


def _form(image: bytes) -> aiohttp.FormData:
    form = aiohttp.FormData({"width": str(WIDTH)})
    form.add_field("file", image, filename="photo.jpg", content_type="image/jpeg")
    return form


async def _task(session: aiohttp.ClientSession, request: Mapping[str, Any]) -> bytes:
    """Make a task, wait for it, and fetch its result."""
    async with session.post("/api/v1/tasks", **request, headers={"Prefer": "wait=20"}) as answer:
        task = await answer.json()
    while task.get("status") in {"pending", "processing"}:  # too many requests wait already
        async with session.get(f"/api/v1/tasks/{task['id']}", headers={"Prefer": "wait=20"}) as answer:
            task = await answer.json()
    assert task.get("status") == "completed", task
    return await _picture(session, f"/api/v1/results/{task['id']}")


async def _picture(session: aiohttp.ClientSession, path: str) -> bytes:
    async with session.get(path, headers={"Accept": "image/*"}) as answer:
        assert answer.status == 200, await answer.text()
        return await answer.read()
