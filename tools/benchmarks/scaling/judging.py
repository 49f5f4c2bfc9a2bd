"""Scores pictures in processes of their own, one for each core: a score takes seconds."""

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue

from tools.benchmarks.scaling.contenders import WORKERS
from tools.benchmarks.scaling.installation import ROOT, Installation
from tools.benchmarks.scaling.process import Process


class Judges:
    """As many processes as there are cores."""

    def __init__(self, processes: Iterable[Process]) -> None:
        self._idle: SimpleQueue[Process] = SimpleQueue()
        self._count = 0
        for process in processes:
            self._idle.put(process)
            self._count += 1

    def scores(self, source: Path, pictures: Iterable[Path]) -> list[float]:
        """Score pictures against their source, with SSIMULACRA2: 100 for the same, 90 for no visible difference."""
        contents = {picture: picture.read_bytes() for picture in pictures}
        distinct = {content: picture for picture, content in contents.items()}
        with ThreadPoolExecutor(self._count) as pool:
            scores = dict(
                zip(distinct, pool.map(lambda each: self._score(source, each), distinct.values()), strict=True)
            )
        return [scores[content] for content in contents.values()]

    def _score(self, source: Path, picture: Path) -> float:
        process = self._idle.get()
        try:
            return float(process.ask([str(source), str(picture)])["score"])
        finally:
            self._idle.put(process)


@contextmanager
def judging(installation: Installation) -> Iterator[Judges]:
    """Run judges."""
    command = (str(installation.python), "-m", f"{WORKERS}.judge")
    processes = [Process(command, ROOT) for _ in range(os.cpu_count() or 1)]
    try:
        yield Judges(processes)
    finally:
        for process in processes:
            process.end()
