"""What the trial of hostile inputs showed, as docs/hostile-inputs.md tells it."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from tools.hostile.case import COMPLETED, Case
from tools.hostile.trial import Outcome

HEAD = """# Hostile inputs

Images, file names and request bodies that are made to do harm, each sent through the whole service: gateway, functions,
queue and processor, as `python -m local` runs them. The same inputs are cases of the test suite, with bounds on memory
and time, with a look at every byte of each result for metadata of its source, and at every answer for what is internal.
`make hostile` tries them anew and writes this page.

*Large files* have up to 50 MB and come by way of an upload, as do the
*uploads*, which lie; where all of them together fill the store, the next one waits, as it is told to.

*Refused* is a status of the 400s, at once. *Failed* is a task that was accepted and ended with its reason, in one
attempt. *Completed* is a picture. Memory is the highest resident memory of a process while the input was worked on
(VmHWM); a function of the API has 512 MiB, the processor 2,048 MiB and 30 s. Seconds are from the first byte sent to
the end of the task, of the slowest input.
"""
COLUMNS = "| family | tried | refused | failed | completed | API, MiB | processor, MiB | longest, s |"
RULE = "|---|--:|--:|--:|--:|--:|--:|--:|"


def page(outcomes: Sequence[Outcome]) -> str:
    """Give the whole page."""
    cases = [outcome.case for outcome in outcomes]
    return f"{HEAD}\n{table(outcomes)}\n{verdict(outcomes)}\n{listing(cases)}"


def table(outcomes: Sequence[Outcome]) -> str:
    """Sum up by family."""
    families = [(family, list(group)) for family, group in groupby(outcomes, lambda outcome: outcome.case.family)]
    lines = [_row(family, group) for family, group in [*families, ("**all**", outcomes)]]
    return "\n".join([COLUMNS, RULE, *lines, ""])


def verdict(outcomes: Sequence[Outcome]) -> str:
    """Say what went wrong, if anything did."""
    wrong = [outcome for outcome in outcomes if outcome.gave != outcome.case.gives]
    ended = sum(outcome.ended for outcome in outcomes)
    faults = sum(answer.status >= 500 for outcome in outcomes for answer in outcome.answers)
    return f"Other than expected: {len(wrong)}. Statuses of the 500s: {faults}. Processes that ended: {ended}.\n"


def listing(cases: Iterable[Case]) -> str:
    """List every input with what it gives."""
    sections = []
    for family, group in groupby(cases, lambda case: case.family):
        rows = [f"| {case.name} | {case.gives} |".replace("\\", "\\\\") for case in group]
        sections.append(
            "\n".join([f"## {family[0].upper()}{family[1:]}", "", "| input | gives |", "|---|---|", *rows, ""])
        )
    return "\n".join(sections)


def _row(family: str, outcomes: Sequence[Outcome]) -> str:
    gave = [outcome.gave for outcome in outcomes]
    failed, completed = sum(each.startswith("failed") for each in gave), gave.count(COMPLETED)
    counts = len(gave), len(gave) - failed - completed, failed, completed
    api, processor = max(each.api_mib for each in outcomes), max(each.processor_mib for each in outcomes)
    longest = max(each.seconds for each in outcomes)
    return f"| {family} | {' | '.join(map(str, counts))} | {api:.0f} | {processor:.0f} | {longest:.1f} |"
