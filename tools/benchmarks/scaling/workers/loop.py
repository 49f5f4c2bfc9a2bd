"""The loop of a contender's process: one job per line on stdin, its time and memory per line on stdout."""

import json
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Job:
    """A source to scale to one width or more; `knob` is a quality, or for PNG a compression level, None the default."""

    source: str
    widths: list[int]
    format: str
    knob: int | None = None
    output: str | None = None
    repeats: int = 1


Scale = Callable[[bytes, Job], list[bytes]]


def serve(scale: Scale) -> None:
    """Answer jobs until stdin ends; a job that a contender cannot do is answered with the reason."""
    for line in sys.stdin:
        job = Job(**json.loads(line))
        try:
            answer = _measured(scale, [Path(job.source).read_bytes()], job)
        except Exception as error:  # noqa: BLE001 - whatever a contender raises is its answer
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


def _measured(scale: Scale, source: list[bytes], job: Job) -> dict[str, Any]:
    """Measure the CPU time of all threads and the wall time of one scaling, in seconds.

    The last one owns the bytes, like a processor that has received a task, and may free them.
    """
    pictures: list[bytes] = []
    wall_s, cpu_s = time.perf_counter(), _cpu_s()
    for left in reversed(range(job.repeats)):
        pictures = scale(source[0] if left else source.pop(), job)
    wall_s, cpu_s = time.perf_counter() - wall_s, _cpu_s() - cpu_s
    if job.output:
        Path(job.output).write_bytes(pictures[0])
    return {"cpu_s": cpu_s / job.repeats, "wall_s": wall_s / job.repeats, "bytes": sum(map(len, pictures))}


def _cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
