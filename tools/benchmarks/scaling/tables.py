"""The tables, in Markdown, which a terminal shows as well."""

from collections.abc import Iterable

from tools.benchmarks.markdown import table
from tools.benchmarks.scaling.aims import REASONS, verdicts
from tools.benchmarks.scaling.cases import CASES, LARGE
from tools.benchmarks.scaling.contenders import OURS
from tools.benchmarks.scaling.results import Results, Row

NONE, UNMEASURED = "-", "Not measured in this run."
MEBI = 1024 * 1024


def aims(results: Results) -> str:
    """Table of the aims and the outcome of each, followed by the reasons for missed ones."""
    told = list(verdicts(results))
    lines = (
        (each.subject, each.aim, NONE if each.measured is None else f"{each.measured:.2f}", each.outcome)
        for each in told
    )
    verdict_table = table(("subject", "aim", "measured", "outcome"), lines)
    missed = dict.fromkeys(each.reason for each in told if each.reason and not each.is_met)
    return "\n".join([verdict_table, "", *(f"- {reason}: {REASONS[reason]}" for reason in missed)])


def ratios(results: Results) -> str:
    """Table of the CPU time of every contender in every case, as a ratio to sharp's."""
    names = _names(results.rows)
    lines = []
    for case in _cases(results):
        rows = results.of(case)
        cells = [f"{rows[name].cpu_ratio:.2f}" if name in rows else NONE for name in names]
        lines.append((case, *cells, f"{rows[OURS].cpu_s * 1000:.0f} ms" if OURS in rows else NONE))
    return table(("work", *names, "ours is"), lines)


def walls(results: Results) -> str:
    """Table of the wall time of every contender in every case, in milliseconds."""
    names = _names(results.rows)
    lines = (
        (case, *(f"{rows[name].wall_s * 1000:.0f}" if name in rows else NONE for name in names))
        for case in _cases(results)
        for rows in (results.of(case),)
    )
    return table(("work", *names), lines)


def qualities(results: Results) -> str:
    """Table of what was compared: the requested quality, the bytes, the score of the image."""
    names = _names(row for row in results.rows if row.score is not None)
    lines = (
        (case, *(_quality(rows.get(name), rows.get(OURS)) for name in names))
        for case in _cases(results)
        for rows in (results.of(case),)
    )
    return table(("work", *names), lines)


def memory(results: Results) -> str:
    """Table of the peak memory of a process that scales one image, in MiB."""
    names = _names(results.memory)
    if not names:
        return UNMEASURED
    found = {(row.case, row.contender): f"{row.peak_bytes / MEBI:.0f}" for row in results.memory}
    return table(("work", *names), ((case.name, *(found[case.name, name] for name in names)) for case in LARGE))


def _quality(row: Row | None, ours: Row | None) -> str:
    if row is None or row.score is None:
        return NONE
    knob = NONE if row.knob is None else f"{row.knob}"
    size = f"{row.bytes:,} B" if ours is None or row is ours else f"{row.bytes / ours.bytes - 1:+.1%}"
    return f"{knob} · {size} · {row.score:.1f}"


def _names(rows: Iterable[Row]) -> list[str]:
    return list(dict.fromkeys(row.contender for row in rows))


def _cases(results: Results) -> list[str]:
    measured = {row.case for row in results.rows}
    return [case.name for case in CASES if case.name in measured]
