"""`make bench-scaling`: our engine beside sharp, pyvips, thumbor and IPX, in process; writes it up."""

import argparse
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from tools.benchmarks.scaling import corpus, document, machine, measuring, tables
from tools.benchmarks.scaling.cases import CASES, LARGE, Case
from tools.benchmarks.scaling.contenders import WORKERS, Contender, contenders
from tools.benchmarks.scaling.installation import ROOT, Installation
from tools.benchmarks.scaling.judging import Judges, judging
from tools.benchmarks.scaling.results import Results

ROUNDS, QUICK_ROUNDS = 7, 3


def main() -> None:
    """Measure, or only write the last results again."""
    parser = argparse.ArgumentParser(prog="make bench-scaling", description=__doc__)
    parser.add_argument("--corpus", type=Path, help="a folder with the sources")
    parser.add_argument("--quick", action="store_true", help="fewer cases, contenders and rounds")
    parser.add_argument("--only", help="only cases with this in their names")
    parser.add_argument("--write-only", action="store_true", help="write the document from the last run's results")
    parser.add_argument(
        "--output", type=Path, default=ROOT / "docs", help="where the document and the plot are written"
    )
    arguments = parser.parse_args()
    installation = Installation()
    installation.make()
    kept = installation.folder / "results.json"
    if not arguments.write_only:
        for results in _measure(installation, arguments.corpus, arguments.only, quick=arguments.quick):
            results.save(kept)  # again and again: a run that is cut off has not been for nothing
    _write(installation, Results.load(kept), arguments.output)


def _measure(installation: Installation, folder: Path | None, only: str | None, *, quick: bool) -> Iterator[Results]:
    """Yield the results after each measurement."""
    pictures, said = corpus.find(folder)
    rounds = QUICK_ROUNDS if quick else ROUNDS
    results = Results(machine.describe(), said, rounds, machine.versions(), installation.versions(), quick)
    chosen = [each for each in contenders(installation) if each.quick or not quick]
    cases = [each for each in CASES if (each.quick or not quick) and (only or "") in each.name]
    with judging(installation) as judges:
        for case in cases:
            _measure_case(case, results, pictures, chosen, judges)
            yield results
    print("Measuring peak memory", flush=True)
    results.memory.extend(
        row for case in LARGE for row in measuring.peaks(case, pictures, (each for each in chosen if each.only is None))
    )
    yield results


def _measure_case(case: Case, results: Results, pictures: Path, chosen: Sequence[Contender], judges: Judges) -> None:
    with TemporaryDirectory() as outputs:
        wanted = [each for each in chosen if each.only in {None, case.format}]
        rows, refusals = measuring.measure(case, pictures, wanted, results.rounds, Path(outputs))
        scores = judges.scores(pictures / case.source, [Path(outputs) / row.contender for row in rows])
    results.rows.extend(replace(row, score=score) for row, score in zip(rows, scores, strict=True))
    results.unable.extend(refusals)
    print(f"{case.name}: " + ", ".join(f"{row.contender} {row.cpu_ratio:.2f}" for row in rows), flush=True)


def _write(installation: Installation, results: Results, folder: Path) -> None:
    document.write(results, folder / "performance.md", {each.name: each.note for each in contenders(installation)})
    plot = (
        installation.python,
        "-m",
        f"{WORKERS}.plot",
        installation.folder / "results.json",
        installation.folder / "http.json",
        folder / "performance.svg",
    )
    subprocess.run(plot, cwd=ROOT, check=True)
    for table in (tables.aims, tables.ratios, tables.qualities, tables.memory):
        print(f"\n{table(results)}")


if __name__ == "__main__":
    main()
