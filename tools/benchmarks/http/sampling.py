"""A sample: some images sent to one contender, and what that took."""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import aiohttp

from tools.benchmarks.http.forms import Request
from tools.benchmarks.http.images import Image
from tools.benchmarks.http.servers import Server
from tools.benchmarks.scaling.process import Process
from tools.benchmarks.scaling.workers.loop import Job

CLIENT, ENGINE = "client", "engine"
LEAST_BYTES = 1000
Sampling = Callable[[int, int], Awaitable["Sample"]]


@dataclass(frozen=True, slots=True)
class Sample:
    """CPU time in seconds per image, by process; images per second; seconds that each request took."""

    cpu_s: dict[str, float]
    images_per_s: float
    latencies_s: list[float]

    @property
    def total_cpu_s(self) -> float:
        """CPU time per image of service and client."""
        return sum(self.cpu_s.values())

    @classmethod
    def median(cls, samples: Sequence[Self]) -> Self:
        """Return the median of each number, and all latencies."""
        names = dict.fromkeys(name for each in samples for name in each.cpu_s)
        return cls(
            {name: statistics.median(each.cpu_s.get(name, 0) for each in samples) for name in names},
            statistics.median(each.images_per_s for each in samples),
            [latency for each in samples for latency in each.latencies_s],
        )

    def latency_s(self, percent: int) -> float:
        """Percentile of the latencies."""
        return statistics.quantiles(self.latencies_s, n=100, method="inclusive")[percent - 1]


def over_http(server: Server, request: Request) -> Sampling:
    """Return the function that sends `count` requests from `clients` clients."""

    async def sample(clients: int, count: int) -> Sample:
        left, latencies_s = iter(range(count)), list[float]()
        # A connection that stays open would belong to one of thumbor's processes, and several to the same.
        connector = aiohttp.TCPConnector(force_close=True)
        async with aiohttp.ClientSession(server.url, connector=connector) as session:

            async def client() -> None:
                for _ in left:
                    start_s = time.perf_counter()
                    assert len(await request(session)) > LEAST_BYTES
                    latencies_s.append(time.perf_counter() - start_s)

            before, start_s, client_s = server.cpu_s(), time.perf_counter(), time.process_time()
            await asyncio.gather(*(client() for _ in range(clients)))
            took_s, client_s = time.perf_counter() - start_s, time.process_time() - client_s
        spent = {name: cpu_s - before.get(name, 0) for name, cpu_s in server.cpu_s().items()} | {CLIENT: client_s}
        return Sample({name: cpu_s / count for name, cpu_s in spent.items()}, count / took_s, latencies_s)

    return sample


def bare(processes: Sequence[Process], image: Image, folder: Path) -> Sampling:
    """Return the function that scales `count` images with the engine alone, all processes at once."""

    async def sample(_: int, count: int) -> Sample:
        each = -(-count // len(processes))
        fmt = image.media_type.removeprefix("image/")
        job = Job(str(folder / image.file), [image.width], fmt, repeats=each)
        start_s = time.perf_counter()
        with ThreadPoolExecutor(len(processes)) as pool:
            costs = list(pool.map(lambda process: process.cost(job), processes))
        took_s = time.perf_counter() - start_s
        cpu_s = statistics.mean(cost.cpu_s for cost in costs)
        return Sample({ENGINE: cpu_s}, each * len(processes) / took_s, [cost.wall_s for cost in costs])

    return sample
