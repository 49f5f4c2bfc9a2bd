"""Compares the cost model with what scaling real images takes.

`--corpus` names the folder of images, by default that of `make bench-scaling`. `--record` also writes what was
measured to corpus.json, with which the tests compare the model. `--factor` only prints this machine's CPU_FACTOR.
"""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from tools.benchmarks.costs.measure import measure
from tools.benchmarks.costs.record import RECORD, report, write
from tools.benchmarks.costs.reference import REFERENCE_S, reference_s
from tools.benchmarks.scaling.corpus import find

WAYS = (
    {"width": 800},
    {"width": 1920, "format": "webp"},
    {"width": 400, "height": 400, "fit": "cover", "format": "png"},
    {"scale": 50, "format": "avif"},
)


def main() -> int:
    """Measure and report; the exit code is 1 if an estimate is outside its bound."""
    parser = argparse.ArgumentParser(prog="python -m tools.benchmarks.costs", description=__doc__)
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--factor", action="store_true")
    given = parser.parse_args()
    factor = reference_s() / REFERENCE_S
    print(f"CPU_FACTOR={factor:.2f}")
    if given.factor:
        return 0
    corpus, what = find(given.corpus)
    sources = sorted(path for path in corpus.iterdir() if path.is_file())
    measured = []
    for each in measure((source, options) for source in sources for options in WAYS):
        measured.append(replace(each, cpu_s=round(each.cpu_s / factor, 4)))
        print(f"\r{len(measured)} of {len(sources) * len(WAYS)} measured", end="", file=sys.stderr, flush=True)
    print(f"\n{what}\n{report(measured)}")
    if given.record:
        write(RECORD, measured)
    return int(not all(each.is_within_bounds for each in measured))


if __name__ == "__main__":
    sys.exit(main())
