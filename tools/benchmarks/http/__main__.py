"""`make bench-http`: the service beside thumbor, IPX and the bare engine, over HTTP; writes it up."""

import argparse
import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import ExitStack
from pathlib import Path

from local.servers.announcement import read_announcement
from local.servers.folders import temporary_data_folder
from tools.benchmarks import page
from tools.benchmarks.http import forms, images, servers
from tools.benchmarks.http.counts import Counters
from tools.benchmarks.http.images import IMAGES, TINY, Image
from tools.benchmarks.http.results import BARE, IPX, THUMBOR, Count, Load, Results
from tools.benchmarks.http.sampling import Sample, Sampling, bare, over_http
from tools.benchmarks.http.section import AIM_CLIENTS, TITLE, last_line, section
from tools.benchmarks.http.servers import Server
from tools.benchmarks.scaling import corpus, machine
from tools.benchmarks.scaling.contenders import WORKERS, allocator_variables
from tools.benchmarks.scaling.installation import ROOT, Installation
from tools.benchmarks.scaling.process import Process

CLIENTS, ROUNDS = (1, 4, 16), 5
QUICK_ROUNDS, QUICK_PART = 2, 3


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(prog="make bench-http", description=__doc__)
    parser.add_argument("--corpus", type=Path, help="a folder with the sources")
    parser.add_argument("--quick", action="store_true", help="four clients only, and fewer images and rounds")
    parser.add_argument("--page", type=Path, default=page.PATH, help="the page whose section is written")
    arguments = parser.parse_args()
    installation = Installation()
    installation.make()
    pictures, described = corpus.find(arguments.corpus)
    rounds = QUICK_ROUNDS if arguments.quick else ROUNDS
    results = Results(machine.describe(), described, rounds, installation.versions(), arguments.quick)
    asyncio.run(_measure(results, installation, pictures))
    results.save(installation.folder / "http.json")
    text = section(results)
    page.write_section(arguments.page, TITLE, text)
    print(f"\n{text}\n{last_line(results)}")


async def _measure(results: Results, installation: Installation, pictures: Path) -> None:
    with temporary_data_folder() as data, ExitStack() as stack:
        folder = images.gather(pictures, data / "images")
        ours = stack.enter_context(servers.ours(data))
        others = {
            THUMBOR: stack.enter_context(servers.thumbor(installation, folder, data)),
            IPX: stack.enter_context(servers.ipx(installation, folder)),
        }
        engine = (sys.executable, "-m", f"{WORKERS}.ours")
        processes = [Process(engine, ROOT, allocator_variables()) for _ in range(os.cpu_count() or 1)]
        for process in processes:
            stack.callback(process.end)
        for image in IMAGES:
            contenders = await _contenders(image, folder, ours, others) | {BARE: bare(processes, image, folder)}
            for clients in (AIM_CLIENTS,) if results.is_quick else CLIENTS:
                print(f"{image.name}, {clients} clients", flush=True)
                results.loads.extend([each async for each in _rounds(contenders, image, clients, results)])
        counters = Counters(read_announcement(data))
        for form, request in (await forms.ours(ours.url, TINY, folder)).items():
            print(f"Counting: {form}", flush=True)
            counted = await counters.per_image(over_http(ours, request), AIM_CLIENTS, TINY.count)
            results.counts.append(Count(form, *counted))


async def _contenders(image: Image, folder: Path, ours: Server, others: dict[str, Server]) -> dict[str, Sampling]:
    paths = {THUMBOR: f"/unsafe/{image.width}x0/{image.file}", IPX: f"/w_{image.width}/{image.file}"}
    return {
        **{form: over_http(ours, request) for form, request in (await forms.ours(ours.url, image, folder)).items()},
        **{name: over_http(server, forms.picture(paths[name])) for name, server in others.items()},
    }


async def _rounds(contenders: dict[str, Sampling], image: Image, clients: int, results: Results) -> AsyncIterator[Load]:
    count = image.count // (QUICK_PART if results.is_quick else 1)
    samples: dict[str, list[Sample]] = {name: [] for name in contenders}
    for _ in range(results.rounds):
        for name, sampling in contenders.items():
            # Ours ends an environment that was idle while the others had their turns, and forks it again.
            await sampling(clients, 2 * clients)
            samples[name].append(await sampling(clients, count))
    for name, taken in samples.items():
        median, totals_s = Sample.median(taken), [each.total_cpu_s for each in taken]
        latencies_s = (median.latency_s(50), median.latency_s(99))
        yield Load(image.name, name, clients, median.cpu_s, median.images_per_s, *latencies_s, totals_s)


if __name__ == "__main__":
    main()
