"""Measures contenders in turn, round by round, so that disturbances affect all of them alike."""

import statistics
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from tools.benchmarks.scaling.cases import Case
from tools.benchmarks.scaling.contenders import OURS, RIVAL, Contender
from tools.benchmarks.scaling.matching import matched
from tools.benchmarks.scaling.process import Cost, Process, Unable, running
from tools.benchmarks.scaling.results import Refusal, Row
from tools.benchmarks.scaling.workers.loop import Job

# A measurement repeats its job until it takes about so long: clocks of CPU time tick, and neighbours come and go.
LEAST_S = 0.25


def measure(
    case: Case, corpus: Path, contenders: Iterable[Contender], rounds: int, outputs: Path
) -> tuple[list[Row], list[Refusal]]:
    """Bring all contenders to the size of ours, and measure them; what they made is left in `outputs`."""
    job, refusals = Job(str(corpus / case.source), list(case.widths), case.format), list[Refusal]()
    with ExitStack() as stack:
        jobs: dict[str, Job] = {}
        processes: dict[str, Process] = {}
        target_bytes = 0
        for contender in contenders:
            process = stack.enter_context(running(contender))
            try:
                knob = None if contender.is_ours else _knob(process, job, contender, target_bytes)
                first = process.cost(replace(job, knob=knob, output=str(outputs / contender.name)))
            except Unable as reason:
                refusals.append(Refusal(case.name, contender.name, str(reason)))
                continue
            target_bytes = first.bytes if contender.name == OURS else target_bytes or first.bytes
            repeats = max(round(LEAST_S / process.cost(replace(job, knob=knob)).cpu_s), 1)
            jobs[contender.name] = replace(job, knob=knob, repeats=repeats)
            processes[contender.name] = process
        costs = _interleaved(processes, jobs, rounds)
        peaks = {name: process.peak_bytes for name, process in processes.items()}
    return [_row(case, jobs[name], costs, name, peaks[name]) for name in jobs], refusals


def peaks(case: Case, corpus: Path, contenders: Iterable[Contender]) -> Iterator[Row]:
    """Measure the peak memory of processes that scale one image, once, each at its default."""
    job = Job(str(corpus / case.source), list(case.widths), case.format)
    for contender in contenders:
        with running(contender) as process:
            cost = process.cost(job)
            yield Row(case.name, contender.name, None, cost.cpu_s, cost.wall_s, cost.bytes, process.peak_bytes)


def _knob(process: Process, job: Job, contender: Contender, target_bytes: int) -> int | None:
    if job.format == "png" and not contender.png_knobs:
        return None
    levels = contender.png_knobs if job.format == "png" else None
    return matched(lambda knob: process.cost(replace(job, knob=knob)).bytes, target_bytes, levels)


def _interleaved(processes: Mapping[str, Process], jobs: Mapping[str, Job], rounds: int) -> dict[str, list[Cost]]:
    costs: dict[str, list[Cost]] = {name: [] for name in jobs}
    for _ in range(rounds):
        for name, process in processes.items():
            costs[name].append(process.cost(jobs[name]))
    return costs


def _row(case: Case, job: Job, costs: Mapping[str, list[Cost]], name: str, peak_bytes: int) -> Row:
    """Take medians; the ratio to the rival is the median of the rounds' ratios."""
    own = costs[name]
    ratios = [one.cpu_s / other.cpu_s for one, other in zip(own, costs.get(RIVAL, own), strict=True)]
    return Row(
        case=case.name,
        contender=name,
        knob=job.knob,
        cpu_s=statistics.median(each.cpu_s for each in own),
        wall_s=statistics.median(each.wall_s for each in own),
        bytes=own[0].bytes,
        peak_bytes=peak_bytes,
        cpu_ratio=statistics.median(ratios),
    )
