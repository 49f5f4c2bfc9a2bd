"""The figures of a run, and its verdict."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from tools.chaos.checker import Fault, Finding, Remains, acknowledged, exhausted
from tools.chaos.history import Line, Outcome

SHOWN = 5


def report(
    history: Sequence[Line], remains: Remains, findings: Sequence[Finding], faults: Mapping[str, int], settled_s: float
) -> Iterator[str]:
    """Yield the lines of the report."""
    outcomes = Counter(line.outcome for line in history)
    accepted = acknowledged(history)
    yield f"requests         {outcomes[Outcome.INVOKE]}: " + _counts(
        {outcome: outcomes[outcome] for outcome in Outcome if outcome is not Outcome.INVOKE}
    )
    yield f"accepted tasks   {len(accepted)}: {_counts(Counter(line.kind for line in accepted.values()))}"
    yield f"sent             {_counts(Counter(line.way for line in accepted.values() if line.way))}"
    yield f"tasks in all     {len(remains.rows)}: {_counts(Counter(row.status for row in remains.rows.values()))}"
    # A task's last step has most; a task that was taken back has none.
    latest = {str(step.task_id): step.attempt for step in remains.steps}
    attempts = Counter(attempt for task_id, attempt in latest.items() if task_id in remains.rows)
    reads = Counter(line.status for line in history if line.outcome is Outcome.READ)
    yield f"reads            {sum(reads.values())}: {_counts({f'of {status}': reads[status] for status in reads})}"
    yield f"attempts         {_counts({f'{number} of them': attempts[number] for number in sorted(attempts)})}"
    yield f"faults           {sum(faults.values())}: {_counts(faults)}"
    sources = sum(row.failure == "source-lost" for row in remains.rows.values())
    corrupted = f"{len(remains.corrupted)} were overwritten"
    reported = {each.id for each in remains.deliveries if each.taken}
    yield f"webhooks         {len(remains.deliveries)} requests, {len(reported)} webhooks taken"
    yield f"bucket           {len(remains.objects)} objects"
    yield f"gone             {sources} sources, {len(remains.gone)} results, of which {corrupted}"
    yield f"excused          {len(exhausted(history, remains))} good images, of which faults cut off every attempt"
    yield f"settled after    {settled_s:.1f} s without faults"
    found = Counter(finding.fault for finding in findings)
    yield "verdict          " + ", ".join(f"{found[fault]} {fault}" for fault in Fault)
    for fault in found:
        shown = [finding.what for finding in findings if finding.fault is fault][:SHOWN]
        yield from (f"  {fault}: {what}" for what in shown)


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items(), key=lambda pair: -pair[1]))
