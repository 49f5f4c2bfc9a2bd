"""Checks a run from the answers to its clients and what it left: a pure function, like Jepsen's checkers."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from imagescaler.usecases.process_task import AttemptSettings
from tests.audit import Step
from tools.chaos.history import Delivery, Line, Outcome
from tools.chaos.work import RENDITIONS, Kind, Way, Work

ENDS = frozenset({"completed", "failed"})
DELETED = "deleted"
OVER = ENDS | {"expired", DELETED}
WITHOUT_SOURCE, WITHOUT_RESULT = ("failed", "source-lost"), ("expired", None)
EXHAUSTED, CUT_OFF = "attempts-exhausted", {"processing", "failed"}
MOST_EXHAUSTED = 1 / 200  # of the accepted tasks
OK, NOT_FOUND, SERVER_ERROR, REFUSED = 200, 404, 500, (401, 403)
THROTTLED = "/problems/too-many-unknown-keys"
Color = tuple[int, int, int]


class Fault(StrEnum):
    """What a service may not do."""

    LOST = "lost"
    STUCK = "stuck"
    TWICE = "finished twice"
    WRONG_END = "wrong end"
    WRONG_PIXELS = "wrong pixels"
    SPLIT_KEY = "one key, two tasks"
    FALSE_REFUSAL = "refused and done all the same"
    UNFINISHED = "said to be over too early, or too late"
    KEY = "key misjudged"
    UNDELETED = "deleted and there all the same"
    LEFT_OVER = "left over"
    LEDGER = "ledger and blobs differ"
    UNREPORTED = "end not reported"
    MISREPORTED = "reported falsely"
    UNSTORED = "not in its bucket"
    BUG = "answered by 500"


@dataclass(frozen=True, slots=True)
class Row:
    """A task as it stands in the database at the end; `failure` is the type of the problem.

    Its end `is_reported` if it has a `webhook_url`.
    """

    status: str
    failure: str | None = None
    key: str | None = None
    is_reported: bool = False


@dataclass(frozen=True, slots=True)
class Remains:
    """Everything that is there when a run has settled, by the task's id where it is a task's.

    `pictures` has the color of each result, None where it has several or cannot be had; `gone` are those of which the
    service says that they are gone (410). `left_over` names what should not be there: messages, and blobs without a
    time to live. `ledger` names the differences between the store's ledger and its blobs. `corrupted` are the tasks
    whose results were overwritten: these may be gone, but never served. `undeleted` are blobs of deleted tasks.
    `deliveries` are the webhooks that the receiver got, and `objects` the colors of what is in the bucket, by key.
    """

    rows: Mapping[str, Row] = field(default_factory=dict)
    steps: Sequence[Step] = ()
    pictures: Mapping[str, Color | None] = field(default_factory=dict)
    left_over: Sequence[str] = ()
    gone: Collection[str] = ()
    ledger: Sequence[str] = ()
    corrupted: Collection[str] = ()
    undeleted: Sequence[str] = ()
    deliveries: Sequence[Delivery] = ()
    objects: Mapping[str, Color | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault, and the task or thing that shows it."""

    fault: Fault
    what: str


def check(history: Sequence[Line], remains: Remains, emptied_at_s: float = 0) -> Sequence[Finding]:
    """Find every fault of a run; the store was emptied at last at `emptied_at_s`, in seconds since the epoch.

    Only tasks from before that moment may have lost their source or result, and must report it.
    """
    return [
        *_lost_or_wrong(history, remains, emptied_at_s),
        *_stuck(remains),
        *_twice(remains),
        *_keys(history, remains),
        *_refused_without_key(history, remains),
        *_reads(history),
        *_reads_of_deleted(history),
        *_waits(history),
        *_strangers(history),
        *_reported(history, remains),
        *_reported_falsely(remains),
        *_stored(history, remains),
        *(Finding(Fault.UNDELETED, what) for what in remains.undeleted),
        *(Finding(Fault.LEFT_OVER, what) for what in remains.left_over),
        *(Finding(Fault.LEDGER, what) for what in remains.ledger),
        *(Finding(Fault.BUG, f"work {line.number}: {line.outcome}") for line in history if line.bug),
    ]


def acknowledged(history: Sequence[Line]) -> Mapping[str, Line]:
    """Return the acknowledged requests by task id."""
    return {line.task_id: line for line in history if line.outcome is Outcome.OK and line.task_id}


def _lost_or_wrong(history: Sequence[Line], remains: Remains, emptied_at_s: float) -> Iterator[Finding]:
    before = {line.number for line in history if line.outcome is Outcome.INVOKE and line.at_s < emptied_at_s}
    asked, deleted = (
        {line.task_id for line in history if line.outcome is outcome} for outcome in (Outcome.DELETE, Outcome.DELETED)
    )
    excused = exhausted(history, remains)
    for task_id, line in acknowledged(history).items():
        name, row = f"task {task_id} of work {line.number}, {line.kind}", remains.rows.get(task_id)
        emptied, corrupted = line.number in before, task_id in remains.corrupted
        if row is None:
            yield Finding(Fault.LOST, f"{name}: no such task")
        elif task_id in deleted and row.status != DELETED:
            yield Finding(Fault.UNDELETED, f"{name}: {row.status}")
        elif (row.status == DELETED and task_id in asked) or task_id in excused:
            continue
        elif row.status in OVER:
            excuses = {WITHOUT_SOURCE, WITHOUT_RESULT} if emptied else {WITHOUT_RESULT} if corrupted else set()
            yield from _end(name, line.kind, row, excuses)
            if row.status == "completed" and not ((emptied or corrupted) and task_id in remains.gone):
                yield from _picture(name, Work(line.number, line.kind), remains.pictures.get(task_id))


def exhausted(history: Sequence[Line], remains: Remains) -> Collection[str]:
    """Return the good images' tasks that may have failed, since faults cut off each attempt; none if they are many.

    The lease of such an attempt expired: it was killed, or an outage that ended it kept it from saying so. Three in a
    row are more than is promised (docs/reliability.md). An attempt that fails by itself releases its task.
    """
    cut_off = Counter(str(step.task_id) for step in remains.steps if step.old == "processing" and step.new in CUT_OFF)
    accepted = acknowledged(history)
    found = [
        task_id
        for task_id, line in accepted.items()
        if line.kind in {Kind.GOOD, Kind.SLOW}
        and cut_off[task_id] >= AttemptSettings().max_attempts
        and task_id in remains.rows
        and remains.rows[task_id].failure == EXHAUSTED
    ]
    return found if len(found) <= max(1, len(accepted) * MOST_EXHAUSTED) else ()


def _end(name: str, kind: Kind, row: Row, excuses: Collection[tuple[str, str | None]]) -> Iterator[Finding]:
    if (row.status, row.failure) not in kind.ends.union(excuses):
        yield Finding(Fault.WRONG_END, f"{name}: {row.status} {row.failure or ''}".rstrip())


def _picture(name: str, work: Work, color: Color | None) -> Iterator[Finding]:
    if color != work.color:
        yield Finding(Fault.WRONG_PIXELS, f"{name}: {color} and not {work.color}")


def _reads(history: Sequence[Line]) -> Iterator[Finding]:
    """Check what was read of acknowledged tasks while faults went on."""
    for line in history:
        if line.outcome is Outcome.READ:
            name = f"task {line.task_id} of work {line.number}, as it was read"
            if line.status == NOT_FOUND:
                yield Finding(Fault.LOST, f"{name}: no such task")
            if line.color is not None:
                yield from _picture(name, Work(line.number, line.kind), line.color)


def _reads_of_deleted(history: Sequence[Line]) -> Iterator[Finding]:
    """Check what was asked for after a deletion had been confirmed."""
    deleted_at_s = {line.task_id: line.at_s for line in reversed(history) if line.outcome is Outcome.DELETED}
    for line in history:
        if line.outcome is Outcome.READ and line.asked_at_s > deleted_at_s.get(line.task_id, line.asked_at_s):
            name = f"task {line.task_id} of work {line.number}, as it was read"
            if line.color is not None:
                yield Finding(Fault.UNDELETED, f"{name}: with a result")
            if line.state not in {None, DELETED}:
                yield Finding(Fault.UNDELETED, f"{name}: {line.state}")


def _waits(history: Sequence[Line]) -> Iterator[Finding]:
    """Check that 200 is the answer for a new task that has ended, and for no other."""
    for line in history:
        if line.outcome is Outcome.OK and line.state and (line.status == OK) != (line.state in OVER):
            yield Finding(Fault.UNFINISHED, f"task {line.task_id} of work {line.number}: {line.status} {line.state}")


def _strangers(history: Sequence[Line]) -> Iterator[Finding]:
    """Check that a known API key passes, and an unknown one does not, whatever the other does."""
    for line in history:
        if line.status is None:
            continue
        refused = line.status in REFUSED or line.problem == THROTTLED
        if line.outcome is Outcome.STRANGER:
            if not refused and line.status < SERVER_ERROR:
                yield Finding(Fault.KEY, f"an unknown one: {line.status}")
        elif refused:
            yield Finding(Fault.KEY, f"that of work {line.number}: {line.status} {line.problem or ''}".rstrip())


def _events_of(row: Row) -> Collection[str]:
    """Return the events of a task that is over; a deleted task may have had one before."""
    match row.status:
        case "expired":
            return {"task.completed", "task.expired"}
        case "completed" | "failed":
            return {f"task.{row.status}"}
    return ()


def _reported(history: Sequence[Line], remains: Remains) -> Iterator[Finding]:
    """Check that each event of a task with a webhook was taken by its receiver, at least once."""
    for task_id, line in acknowledged(history).items():
        row = remains.rows.get(task_id)
        if row and Work(line.number, line.kind).is_reported and not row.is_reported:
            yield Finding(Fault.UNREPORTED, f"task {task_id} of work {line.number} has no webhook")
    taken = {(each.task_id, each.type) for each in remains.deliveries if each.taken}
    for task_id, row in remains.rows.items():
        for event in _events_of(row) if row.is_reported else ():
            if (task_id, event) not in taken:
                yield Finding(Fault.UNREPORTED, f"task {task_id}: no {event}")


def _reported_falsely(remains: Remains) -> Iterator[Finding]:
    """Check what the receiver got: signatures, one id for each event, and no event that was not."""
    ids: dict[tuple[str, str], set[str]] = defaultdict(set)
    for each in remains.deliveries:
        ids[each.task_id, each.type].add(each.id)
        if not each.genuine:
            yield Finding(Fault.MISREPORTED, f"task {each.task_id}: {each.type} has another signature")
    for (task_id, event), several in ids.items():
        row = remains.rows.get(task_id)
        if len(several) > 1:
            yield Finding(Fault.MISREPORTED, f"task {task_id}: {event} has {len(several)} ids")
        if row is None or (row.status != DELETED and event not in _events_of(row)):
            yield Finding(Fault.MISREPORTED, f"task {task_id}: {event}, and it is {row.status if row else 'not there'}")


def _stored(history: Sequence[Line], remains: Remains) -> Iterator[Finding]:
    """Check that each result with a target is in the bucket, and that everything there is of its work."""
    stored: dict[int, int] = defaultdict(int)
    for key, color in remains.objects.items():
        work = Work(int(key.partition("/")[0]), Kind.GOOD)
        stored[work.number] += 1
        yield from _picture(f"object {key}", work, color)
    for task_id, line in acknowledged(history).items():
        row = remains.rows.get(task_id)
        if row and row.status == "completed" and Work(line.number, line.kind).target_url:
            wanted = len(RENDITIONS) if line.way is Way.RENDITIONS else 1
            if stored[line.number] != wanted:
                what = f"task {task_id} of work {line.number}: {stored[line.number]} objects and not {wanted}"
                yield Finding(Fault.UNSTORED, what)


def _refused_without_key(history: Sequence[Line], remains: Remains) -> Iterator[Finding]:
    """Find work that was only ever refused, and has a picture all the same: its color is the number of the work."""
    outcomes: dict[int, set[Outcome]] = defaultdict(set)
    for line in history:
        if line.key is None:
            outcomes[line.number].add(line.outcome)
    for task_id, color in remains.pictures.items():
        if color and outcomes.get(number := Work.number_of(color)) == {Outcome.INVOKE, Outcome.REFUSED}:
            yield Finding(Fault.FALSE_REFUSAL, f"work {number} is task {task_id}")


def _stuck(remains: Remains) -> Iterator[Finding]:
    """Look at all rows: a task that its client never heard of has to end, too."""
    for task_id, row in remains.rows.items():
        if row.status not in OVER:
            yield Finding(Fault.STUCK, f"task {task_id} is {row.status}")


def _twice(remains: Remains) -> Iterator[Finding]:
    ends: dict[str, list[str]] = defaultdict(list)
    for step in remains.steps:
        if step.new in ENDS:
            ends[str(step.task_id)].append(f"{step.old} to {step.new} in attempt {step.attempt}")
        if step.old == DELETED or (step.old in OVER and step.new not in OVER):
            yield Finding(Fault.TWICE, f"task {step.task_id} began again: {step.old} to {step.new}")
    for task_id, each in ends.items():
        if len(each) > 1:
            yield Finding(Fault.TWICE, f"task {task_id}: {', then '.join(each)}")


def _keys(history: Sequence[Line], remains: Remains) -> Iterator[Finding]:
    """One key is one task for all of its requests; one whose only answers were refusals is none."""
    tasks: dict[str, set[str]] = defaultdict(set)
    outcomes: dict[str, set[Outcome]] = defaultdict(set)
    for line in history:
        if line.key:
            outcomes[line.key].add(line.outcome)
            tasks[line.key] |= {line.task_id} if line.task_id else set()
    for key, ids in tasks.items():
        if len(ids) > 1:
            yield Finding(Fault.SPLIT_KEY, f"{key}: {', '.join(sorted(ids))}")
    kept = {row.key for row in remains.rows.values()}
    for key, seen in outcomes.items():
        if seen == {Outcome.INVOKE, Outcome.REFUSED} and key in kept:
            yield Finding(Fault.FALSE_REFUSAL, key)
