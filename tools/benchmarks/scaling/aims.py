"""The aims of the benchmark, and whether they are met."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from tools.benchmarks.scaling.cases import CASES, LARGE, Case
from tools.benchmarks.scaling.contenders import OURS, RIVAL
from tools.benchmarks.scaling.matching import is_equal
from tools.benchmarks.scaling.results import Results, Row

MEMORY = "memory"
REASONS = {
    "JPEG": """Huffman decoding takes 85 % of the time, the same in both. The SHA-256 of the source, 2 to 7 % more, is
  not in these times: that of an upload is known, and only the source of a form or of a URL is hashed for its task.""",
    "PNG": """reversing the filters takes more than half of the time, in Pillow's decoder, and inflating, by ISA-L, a
  fifth. To reach the aim: filters with SIMD that write into Pillow's memory. libspng has such, but its wheels need
  numpy, which the image of the processor does not have, and their pixels are copied once more to Pillow.""",
    MEMORY: """sharp streams; ours keeps the whole file in memory until it is decoded. To reach the aim, just: release
  the file in parts; then the two images of resampling take the most memory.""",
}
"""Why an aim may be missed, and what would reach it."""
OF_FORMATS = {"jpg": "JPEG", "png": "PNG"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """An aim, the measured ratio (None if ours cannot do it), and a remark. `reason` is a key of REASONS."""

    subject: str
    aim: str
    measured: float | None
    is_met: bool
    miss: str = ""
    remark: str = ""
    reason: str = ""

    @property
    def outcome(self) -> str:
        """Text: met, or missed, by how much, and for which reason."""
        said = "met" if self.is_met else f"missed{self.miss}"
        if self.reason and not self.is_met:
            said = f"{said} ({self.reason})"
        return f"{said}; {self.remark}" if self.remark else said


def verdicts(results: Results) -> Iterator[Verdict]:
    """Compare the measurements with the aims; cases without measurements are left out."""
    for case in CASES:
        rows = results.of(case.name)
        if RIVAL in rows:
            yield _of_case(case, rows)
    memory = {(row.case, row.contender): row.peak_bytes for row in results.memory}
    for case in (each for each in LARGE if (each.name, RIVAL) in memory):
        ratio = memory[case.name, OURS] / memory[case.name, RIVAL]
        yield _at_most(f"peak memory, {case.name}", case.aim, ratio, MEMORY)


def _of_case(case: Case, rows: dict[str, Row]) -> Verdict:
    if OURS not in rows:
        return Verdict(f"CPU, {case.name}", f"≤ {case.aim}", None, is_met=False, miss=": the engine cannot do it yet")
    ours, theirs = rows[OURS], rows[RIVAL]
    reason = OF_FORMATS.get(case.source.rsplit(".")[-1], "") if len(case.widths) == 1 else ""
    verdict = _at_most(f"CPU, {case.name}", case.aim, ours.cpu_ratio, reason)
    if is_equal(ours.bytes, theirs.bytes, ours.score or 0, theirs.score or 0):
        return verdict
    gap = f"not at equal quality: {ours.bytes / theirs.bytes - 1:+.0%} bytes, {_gap(ours, theirs):+.1f} points"
    return replace(verdict, is_met=False, remark=gap)


def _gap(ours: Row, theirs: Row) -> float:
    return (ours.score or 0) - (theirs.score or 0)


def _at_most(subject: str, aim: float, ratio: float, reason: str) -> Verdict:
    is_met = round(ratio, 2) <= aim
    miss = "" if is_met else f" by {ratio / aim - 1:.0%}"
    return Verdict(subject, f"≤ {aim}", ratio, is_met, miss, reason=reason)
