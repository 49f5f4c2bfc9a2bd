"""Throughput of the running service as a ratio to bare loops on the same cores, and the overhead of a task."""

import asyncio
import os
import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import aiohttp
from PIL import Image

from imagescaler.domain.limits import Limits
from imagescaler.domain.options import Options
from imagescaler.engine.scale import scale
from tests.pictures import encoded, photograph
from tests.service import starting

CORES = os.cpu_count() or 1
ROUNDS = 3
CLIENTS = 4
LATENCY_SAMPLES = 200
Job = tuple[bytes, int]


@dataclass(frozen=True)
class Work:
    """One image, sent `count` times."""

    name: str
    image: bytes
    width: int
    count: int


def works() -> list[Work]:
    """Make the images: a photograph enlarged to 12 megapixels, and a small one."""
    large = Image.open(BytesIO(photograph())).resize((4000, 3000), Image.Resampling.LANCZOS)
    return [
        Work("12-megapixel JPEG to 800 wide", encoded(large, "JPEG", quality=92), 800, 60),
        Work("small JPEG (640 x 427) to 160 wide", photograph(), 160, 300),
    ]


def report(folder: Path) -> None:
    """Print the throughput and the latency."""
    with starting(folder) as start, ProcessPoolExecutor(CORES, get_context("spawn")) as pool:
        url = start(data=folder).url
        print(f"Throughput: {CLIENTS} clients, {CORES} cores, {ROUNDS} rounds of bare loops and service in turn")
        for work in works():
            _throughput(url, pool, work)
        print(f"\nLatency: one client, one task after the other, {LATENCY_SAMPLES} tasks, warm functions")
        asyncio.run(_latency(url, works()[1]))


def _throughput(url: str, pool: ProcessPoolExecutor, work: Work) -> None:
    """Print images per second, and the service's ratio to each bare loop: median, least and most of the rounds."""
    loops: dict[str, Callable[[Job], int]] = {"Pillow": pillow, "the engine": engine}
    rates: dict[str, list[float]] = {name: [] for name in ("service", *loops)}
    for _ in range(ROUNDS + 1):
        for name, loop in loops.items():
            rates[name].append(work.count / _bare(pool, loop, work))
        rates["service"].append(work.count / asyncio.run(_through_service(url, work)))
    warm = {name: measured[1:] for name, measured in rates.items()}
    print(f"  {work.name} ({len(work.image):,} bytes): service {statistics.median(warm['service']):.1f}/s")
    for name in loops:
        ratios = sorted(ours / bare for ours, bare in zip(warm["service"], warm[name], strict=True))
        print(
            f"    bare loop over {name} {statistics.median(warm[name]):.1f}/s, "
            f"ratio {statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})"
        )


def _bare(pool: ProcessPoolExecutor, loop: Callable[[Job], int], work: Work) -> float:
    start = time.perf_counter()
    list(pool.map(loop, [(work.image, work.width)] * work.count, chunksize=max(work.count // (CORES * 4), 1)))
    return time.perf_counter() - start


def engine(job: Job) -> int:
    """Scale with our engine."""
    return len(scale(job[0], Options(width=job[1]), Limits()).data)


def pillow(job: Job) -> int:
    """Scale as one does with Pillow alone: decoded at twice the size, Lanczos, quality 80; nothing is checked."""
    image = Image.open(BytesIO(job[0]))
    size = job[1], round(image.height * job[1] / image.width)
    image.draft(None, (size[0] * 2, size[1] * 2))
    buffer = BytesIO()
    image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0).save(buffer, "JPEG", quality=80)
    return buffer.tell()


async def _through_service(url: str, work: Work) -> float:
    """Measure from the first POST to the end of the last task."""
    left = iter(range(work.count))
    async with aiohttp.ClientSession(url) as session:
        start = time.perf_counter()

        async def client() -> list[str]:
            return [(await _post(session, work))["id"] for _ in left]

        batches = await asyncio.gather(*(client() for _ in range(CLIENTS)))
        for task_id in (each for batch in batches for each in batch):
            await _finished(session, task_id)
        return time.perf_counter() - start


async def _post(session: aiohttp.ClientSession, work: Work, **headers: str) -> dict[str, Any]:
    form = aiohttp.FormData({"width": str(work.width)})
    form.add_field("file", work.image, filename="photo.jpg", content_type="image/jpeg")
    async with session.post("/api/v1/tasks", data=form, headers=headers) as answer:
        assert answer.status in {200, 202}, await answer.text()
        return dict(await answer.json())


async def _finished(session: aiohttp.ClientSession, task_id: str) -> None:
    status = "pending"
    while status in {"pending", "processing"}:
        async with session.get(f"/api/v1/tasks/{task_id}", headers={"Prefer": "wait=20"}) as answer:
            status = (await answer.json())["status"]
    assert status == "completed", status


async def _latency(url: str, work: Work) -> None:
    whole_ms: list[float] = []
    async with aiohttp.ClientSession(url) as session:
        for _ in range(LATENCY_SAMPLES):
            start = time.perf_counter()
            task = await _post(session, work, Prefer="wait=20")
            assert task["status"] == "completed", task
            whole_ms.append((time.perf_counter() - start) * 1000)
    bare_ms = []
    for _ in range(LATENCY_SAMPLES):
        start = time.perf_counter()
        engine((work.image, work.width))
        bare_ms.append((time.perf_counter() - start) * 1000)
    scaling_ms = statistics.median(bare_ms)
    print(f"  {work.name}: POST to finished {_percentiles(whole_ms)}; the scaling alone {_percentiles(bare_ms)}")
    print(f"  all but scaling: {_percentiles([each - scaling_ms for each in whole_ms])}")


def _percentiles(values_ms: Sequence[float]) -> str:
    cuts = statistics.quantiles(values_ms, n=100)
    return f"p50 {cuts[49]:.1f} ms, p99 {cuts[98]:.1f} ms"
