"""What was aimed at, and whether it was met."""

from collections.abc import Iterator
from dataclasses import dataclass

from tests.benchmarks.scaling.cases import CASES, LARGE, Case
from tests.benchmarks.scaling.contenders import OURS, RIVAL
from tests.benchmarks.scaling.matching import is_equal
from tests.benchmarks.scaling.results import Results, Row

AIM_CLIENTS = 4
AIMS_OVER_HTTP = {"thumbor": 1.2, "IPX": 1.0}
# Why an aim may be missed, by the format that is decoded.
REASONS = {
    "jpg": "Huffman decoding takes 85 % of it, the same in both; the receipt's SHA-256 of the source 2 to 6 %",
    "png": "inflating and undoing the filters takes three quarters of the time, in Pillow's decoder",
}
MEMORY_REASON = "sharp streams; ours has what it decodes, and what it resamples across, in memory"


@dataclass(frozen=True, slots=True)
class Verdict:
    """An aim, the ratio that was measured, None if ours cannot do it, and what else is to be said."""

    subject: str
    aim: str
    measured: float | None
    is_met: bool
    miss: str = ""
    remark: str = ""

    @property
    def outcome(self) -> str:
        """Say met, or missed and by how much."""
        said = "met" if self.is_met else f"missed{self.miss}"
        return f"{said}; {self.remark}" if self.remark else said


def verdicts(results: Results) -> Iterator[Verdict]:
    """Compare what was measured with the aims; what was not measured is left out."""
    for case in CASES:
        rows = results.of(case.name)
        if RIVAL in rows:
            yield _of_case(case, rows)
    memory = {(row.case, row.contender): row.peak_bytes for row in results.memory}
    for case in (each for each in LARGE if (each.name, RIVAL) in memory):
        ratio = memory[case.name, OURS] / memory[case.name, RIVAL]
        yield _at_most(f"peak memory, {case.name}", case.aim, ratio, MEMORY_REASON)
    rates = {load.service: load.images_per_s for load in results.loads if load.clients == AIM_CLIENTS}
    for name in (each for each in rates if each.startswith(OURS)):
        for service, aim in AIMS_OVER_HTTP.items():
            ratio = rates[name] / rates[service]
            subject = f"images per second over HTTP, {AIM_CLIENTS} clients, {name}, to {service}"
            yield Verdict(subject, f"≥ {aim:.1f}", ratio, ratio >= aim, f" by {1 - ratio / aim:.0%}")


def _of_case(case: Case, rows: dict[str, Row]) -> Verdict:
    if OURS not in rows:
        return Verdict(f"CPU, {case.name}", f"≤ {case.aim}", None, is_met=False, miss=": the engine cannot do it yet")
    ours, theirs = rows[OURS], rows[RIVAL]
    reason = REASONS.get(case.source.rsplit(".")[-1], "") if len(case.widths) == 1 else ""
    verdict = _at_most(f"CPU, {case.name}", case.aim, ours.cpu_ratio, reason)
    if is_equal(ours.bytes, theirs.bytes, ours.score or 0, theirs.score or 0):
        return verdict
    gap = f"not at equal quality: {ours.bytes / theirs.bytes - 1:+.0%} bytes, {_gap(ours, theirs):+.1f} points"
    return Verdict(verdict.subject, verdict.aim, verdict.measured, is_met=False, miss=verdict.miss, remark=gap)


def _gap(ours: Row, theirs: Row) -> float:
    return (ours.score or 0) - (theirs.score or 0)


def _at_most(subject: str, aim: float, ratio: float, reason: str) -> Verdict:
    is_met = round(ratio, 2) <= aim
    miss = "" if is_met else f" by {ratio / aim - 1:.0%}"
    return Verdict(subject, f"≤ {aim}", ratio, is_met, miss, "" if is_met else reason)
