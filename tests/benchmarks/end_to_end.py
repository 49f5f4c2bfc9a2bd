"""Throughput of the running service as a ratio to a bare loop over the same engine, and what a task costs besides."""

import asyncio
import os
import statistics
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import aiohttp
from PIL import Image

from imagescaler.imaging import scale
from imagescaler.limits import Limits
from imagescaler.task import Options
from tests.pictures import encoded, photograph
from tests.service import starting

CORES = os.cpu_count() or 1
ROUNDS = 3
CLIENTS = 4
LATENCY_SAMPLES = 200


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
        print(f"Throughput: {CLIENTS} clients, {CORES} cores, {ROUNDS} rounds of bare loop and service in turn")
        for work in works():
            _throughput(url, pool, work)
        print(f"\nLatency: one client, one task after the other, {LATENCY_SAMPLES} tasks, warm functions")
        asyncio.run(_latency(url, works()[1]))


def _throughput(url: str, pool: ProcessPoolExecutor, work: Work) -> None:
    asyncio.run(_through_service(url, work, 2 * CORES))
    _bare(pool, work, 2 * CORES)
    bare, service = [], []
    for _ in range(ROUNDS):
        bare.append(work.count / _bare(pool, work, work.count))
        service.append(work.count / asyncio.run(_through_service(url, work, work.count)))
    ratios = sorted(one / other for one, other in zip(service, bare, strict=True))
    print(
        f"  {work.name} ({len(work.image):,} bytes): bare {statistics.median(bare):.1f}/s, "
        f"service {statistics.median(service):.1f}/s, ratio {statistics.median(ratios):.2f} "
        f"({ratios[0]:.2f} to {ratios[-1]:.2f})"
    )


def _bare(pool: ProcessPoolExecutor, work: Work, count: int) -> float:
    start = time.perf_counter()
    list(pool.map(_scale, [(work.image, work.width)] * count, chunksize=max(count // (CORES * 4), 1)))
    return time.perf_counter() - start


def _scale(job: tuple[bytes, int]) -> int:
    return len(scale(job[0], Options(width=job[1]), Limits()).data)


async def _through_service(url: str, work: Work, count: int) -> float:
    """Measure from the first POST to the end of the last task."""
    left = iter(range(count))
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
        _scale((work.image, work.width))
        bare_ms.append((time.perf_counter() - start) * 1000)
    scaling_ms = statistics.median(bare_ms)
    print(f"  {work.name}: POST to finished {_percentiles(whole_ms)}; the scaling alone {_percentiles(bare_ms)}")
    print(f"  all but scaling: {_percentiles([each - scaling_ms for each in whole_ms])}")


def _percentiles(values_ms: Sequence[float]) -> str:
    cuts = statistics.quantiles(values_ms, n=100)
    return f"p50 {cuts[49]:.1f} ms, p99 {cuts[98]:.1f} ms"
