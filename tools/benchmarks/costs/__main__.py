"""Fits the model of what scaling costs, and holds it against pictures that it was not fitted to.

The model is written where the library reads it. `--corpus` names the folder of pictures, else it is that of
`make bench-scaling`; with `--check` nothing is fitted, and with `--factor` only CPU_FACTOR is told. `--record` writes
what was measured of these pictures where the tests hold the model against it.
"""

import argparse
import json
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from imagescaler.planning import cost as admission
from imagescaler.planning.cost.model import Model
from tools.benchmarks.costs import judging
from tools.benchmarks.costs.fitting import fit
from tools.benchmarks.costs.jobs import Job, grid
from tools.benchmarks.costs.measured import RECORD, Measured, write
from tools.benchmarks.costs.measuring import measure
from tools.benchmarks.costs.reference import reference_s
from tools.benchmarks.scaling.corpus import find
from tools.benchmarks.scaling.installation import ROOT
from tools.benchmarks.scaling.machine import describe, versions

MODEL = Path(admission.__file__).parent / "model.json"
PICTURES = ROOT / ".bench/costs"


def main() -> int:
    """Measure, fit, check; the exit code is 1 if memory is off by more than the bound, or more seconds are taken."""
    parser = argparse.ArgumentParser(prog="python -m tools.benchmarks.costs", description=__doc__)
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--factor", action="store_true")
    given = parser.parse_args()
    if given.factor:
        print(f"CPU_FACTOR={_factor(_read()):.2f}")
        return 0
    if not given.check:
        measured = _measured(grid(PICTURES))
        print(f"of what is fitted, a fifth by the others\n{judging.summary(list(judging.cross_validated(measured)))}")
        MODEL.write_text(json.dumps(_described(fit(measured), len(measured)), indent=2, sort_keys=True) + "\n")
    corpus, what = find(given.corpus)
    fitted = _read()
    model, factor = Model.of(fitted), _factor(fitted)
    judged = _measured(judging.jobs(corpus))
    if given.record:
        write(RECORD, [replace(each, cpu_s=round(each.cpu_s / factor, 4)) for each in judged])
    verdicts = [judging.Verdict.of(model, each, factor) for each in judged]
    print(f"{what}; this machine takes {factor:.2f} of the time")
    print(judging.table(verdicts), judging.summary(verdicts), sep="\n")
    return int(not all(each.is_safe for each in verdicts))


def _measured(jobs: Iterable[Job]) -> list[Measured]:
    every = list(jobs)
    measured = []
    for number, each in enumerate(measure(every), 1):
        measured.append(each)
        print(f"\r{number} of {len(every)} measured", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return measured


def _described(fitted: dict[str, Any], jobs: int) -> dict[str, Any]:
    return {"machine": describe(), "software": versions(), "jobs": jobs, "reference_s": reference_s(), **fitted}


def _read() -> dict[str, Any]:
    fitted: dict[str, Any] = json.loads(MODEL.read_text())
    return fitted


def _factor(fitted: dict[str, Any]) -> float:
    return reference_s() / float(fitted["reference_s"])


if __name__ == "__main__":
    sys.exit(main())
