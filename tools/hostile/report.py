"""The results of a trial of all hostile inputs, as a page of the documentation and as a list of every input."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from tools.hostile.case import COMPLETED, Case
from tools.hostile.trial import Outcome

HEAD = """# Hostile inputs

Images, file names and request bodies that are made to do harm. Each is sent through the whole service: gateway,
functions, queue and processor, as `make run` starts them. `make hostile` tries all of them in about two minutes,
writes this page, and lists every input with its result in `build/hostile-inputs.md`.

## Method

Each input has one expected result: a status of the 400s at once (*refused*), an accepted task that ends with its reason
after one attempt (*failed*), or a picture (*completed*). The inputs are in `tools/hostile`, one module for each kind.
They are also cases of the test suite (`tests/embedded/test_hostile_inputs.py`), which checks that

- the result is the expected one, and no answer is a status of the 500s,
- no process ends, and memory and time stay within bounds,
- no answer contains a path, an address or a traceback of the service,
- a result is an image with the expected name and type, without metadata of its source.

*Large files* have up to 50 MB and are uploaded first. *Uploads* differ from what was announced for them. When the store
is full, the trial waits for as long as `Retry-After` says.

## Results

Memory is the highest resident memory of a process while it handled the input (`VmHWM`). A function of the API has
512 MiB, the processor 2,048 MiB and 30 s. Time runs from the first byte sent to the end of the task. Memory and time
are those of the worst input of a family.
"""
COLUMNS = "| family | tried | refused | failed | completed | API, MiB | processor, MiB | longest, s |"
RULE = "|---|--:|--:|--:|--:|--:|--:|--:|"


def page(outcomes: Sequence[Outcome]) -> str:
    """Return the page of the documentation: the method, and a summary by family."""
    return f"{HEAD}\n{table(outcomes)}\n{verdict(outcomes)}"


def table(outcomes: Sequence[Outcome]) -> str:
    """Sum up counts, memory and time by family."""
    families = [(family, list(group)) for family, group in groupby(outcomes, lambda outcome: outcome.case.family)]
    lines = [_row(family, group) for family, group in [*families, ("**all**", outcomes)]]
    return "\n".join([COLUMNS, RULE, *lines, ""])


def verdict(outcomes: Sequence[Outcome]) -> str:
    """Count unexpected results, faults and ended processes."""
    wrong = [outcome for outcome in outcomes if outcome.gave != outcome.case.gives]
    ended = sum(outcome.ended for outcome in outcomes)
    faults = sum(answer.status >= 500 for outcome in outcomes for answer in outcome.answers)
    return f"Unexpected results: {len(wrong)}. Statuses of the 500s: {faults}. Processes that ended: {ended}.\n"


def listing(outcomes: Iterable[Outcome]) -> str:
    """List every input with its result, memory and time."""
    sections = []
    for family, group in groupby(outcomes, lambda outcome: outcome.case.family):
        rows = [
            f"| {each.case.name} | {each.gave} | {each.api_mib:.0f} | {each.processor_mib:.0f} | {each.seconds:.1f} |"
            for each in group
        ]
        head = ["| input | result | API, MiB | processor, MiB | s |", "|---|---|--:|--:|--:|"]
        sections.append("\n".join([f"## {family[0].upper()}{family[1:]}", "", *head, *rows, ""]).replace("\\", "\\\\"))
    return "\n".join(["# Every hostile input\n", *sections])


def counts(results: Sequence[str]) -> tuple[int, int, int, int]:
    """Count results: all, refused, failed and completed."""
    failed, completed = sum(each.startswith("failed") for each in results), results.count(COMPLETED)
    return len(results), len(results) - failed - completed, failed, completed


def expected_counts(cases: Iterable[Case]) -> dict[str, tuple[int, int, int, int]]:
    """Count the expected results by family."""
    families = groupby(cases, lambda case: case.family)
    return {family: counts([case.gives for case in group]) for family, group in families}


def _row(family: str, outcomes: Sequence[Outcome]) -> str:
    numbers = " | ".join(map(str, counts([each.gave for each in outcomes])))
    api, processor = max(each.api_mib for each in outcomes), max(each.processor_mib for each in outcomes)
    longest = max(each.seconds for each in outcomes)
    return f"| {family} | {numbers} | {api:.0f} | {processor:.0f} | {longest:.1f} |"
