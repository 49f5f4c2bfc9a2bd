"""The sweeper, on the event of its schedule."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID

import pytest

from imagescaler.domain.errors import StoreUnavailable
from imagescaler.domain.task.status import Status
from imagescaler.domain.task.task import Task
from imagescaler.runtime import loop
from imagescaler.runtime.deadline import TimeoutSettings
from imagescaler.usecases.sweep_tasks import sweep_tasks
from tests.functions.conftest import Context, Functions, Post
from tests.functions.test_process_task import message
from tests.pictures import plain

NOTHING = {"checked": 0, "reenqueued": 0, "ended": 0, "expired": 0, "deleted": 0, "webhooks": 0}
HOUR_S, DAY_S = 3600, 86_400


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock(functions: Functions) -> Clock:
    made = Clock()
    functions["create_task"].tasks._clock = made
    return made


@pytest.fixture
def create(functions: Functions, post: Post) -> Callable[[], UUID]:
    return lambda: UUID(post(plain(), width=8).json["id"])


@pytest.fixture
def sweep(functions: Functions) -> Callable[[], dict[str, int]]:
    return lambda: functions["sweep_tasks"].handler({}, Context("sweep-tasks"))


Create = Callable[[], UUID]
Sweep = Callable[[], dict[str, int]]


def stored(functions: Functions, task_id: UUID) -> Task:
    task: Task = functions["create_task"].tasks.tasks[task_id]
    return task


def messages(functions: Functions) -> list[UUID]:
    return [each.task_id for each in functions["create_task"].queue.messages.values()]


def lose_messages(functions: Functions) -> None:
    functions["create_task"].queue.messages.clear()


def claim(functions: Functions, task_id: UUID, times: int) -> None:
    for _ in range(times):
        loop.run(functions["create_task"].tasks.claim(task_id, lease_s=0, max_attempts=3))


def test_a_task_whose_attempts_did_not_count_is_enqueued_again_and_not_ended(
    functions: Functions, create: Create, sweep: Sweep, clock: Clock
) -> None:
    tasks, task_id = functions["create_task"].tasks, create()
    for _ in range(3):
        loop.run(tasks.release(loop.run(tasks.claim(task_id, lease_s=60, max_attempts=3)), uncounted=True))
    lose_messages(functions)
    clock.move(HOUR_S)
    assert sweep()["reenqueued"] == 1
    assert stored(functions, task_id).status is Status.PENDING


def test_where_all_is_well_there_is_nothing_to_do(functions: Functions, create: Create, sweep: Sweep) -> None:
    create()
    assert sweep() == NOTHING
    assert len(messages(functions)) == 1


def test_a_task_that_waits_its_turn_is_not_enqueued_again_however_old_it_is(
    functions: Functions, create: Create, sweep: Sweep, clock: Clock
) -> None:
    create()
    for _ in range(5):
        clock.move(HOUR_S)
        assert sweep() == NOTHING | {"checked": 1}
    assert len(messages(functions)) == 1


def test_a_task_whose_message_is_gone_is_enqueued_again_once(
    functions: Functions, create: Create, sweep: Sweep, clock: Clock
) -> None:
    task_id = create()
    lose_messages(functions)
    clock.move(61)
    assert sweep() == NOTHING | {"checked": 1, "reenqueued": 1}
    assert messages(functions) == [task_id]
    assert stored(functions, task_id).message_id in functions["create_task"].queue.messages
    clock.move(61)
    assert sweep() == NOTHING | {"checked": 1}


def test_a_task_is_enqueued_again_though_the_sweepers_clock_is_ahead(
    functions: Functions, create: Create, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    task_id = create()
    lose_messages(functions)
    clock.move(61)
    monkeypatch.setattr(functions["sweep_tasks"], "timeout", TimeoutSettings(60))
    assert functions.invoke("sweep_tasks", b"{}", left_ms=0) == NOTHING | {"checked": 1, "reenqueued": 1}
    assert messages(functions) == [task_id]


def test_a_task_that_never_had_a_message_is_enqueued(
    functions: Functions, create: Create, sweep: Sweep, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The accepting function was killed between the row and the note."""

    async def killed(*_: Any) -> bool:
        return True

    with monkeypatch.context() as patch:
        patch.setattr(functions["create_task"].tasks, "note_message", killed)
        task_id = create()
    lose_messages(functions)
    clock.move(61)
    sweep()
    assert messages(functions) == [task_id]


def test_a_task_that_was_enqueued_again_is_completed(
    functions: Functions, create: Create, sweep: Sweep, clock: Clock
) -> None:
    task_id = create()
    lose_messages(functions)
    clock.move(61)
    sweep()
    [again] = functions["create_task"].queue.messages.values()
    functions.process(again.to_json())
    assert stored(functions, task_id).status is Status.COMPLETED


def test_a_task_whose_processor_died_with_its_message_is_enqueued_again_after_the_lease(
    functions: Functions, create: Create, sweep: Sweep, clock: Clock
) -> None:
    task_id = create()
    loop.run(functions["create_task"].tasks.claim(task_id, lease_s=90, max_attempts=3))
    lose_messages(functions)
    clock.move(89)
    assert sweep() == NOTHING
    clock.move(62)
    assert sweep()["reenqueued"] == 1


@pytest.fixture
def unasked(functions: Functions, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the queue one that cannot be asked, as SQS is."""

    async def holds(_: str) -> None:
        return None

    monkeypatch.setattr(functions["create_task"].queue, "holds", holds)


@pytest.mark.usefixtures("unasked")
def test_of_a_queue_that_cannot_be_asked_it_enqueues_again_after_a_long_silence_and_not_for_ever(
    functions: Functions, create: Create, sweep: Sweep, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAX_ENQUEUES", "3")
    task_id = create()
    reenqueued = []
    for _ in range(6 * 60):
        clock.move(60)
        reenqueued.append(sweep()["reenqueued"])
    assert [minute + 1 for minute, count in enumerate(reenqueued) if count] == [60, 120]
    assert messages(functions) == [task_id] * 3


def test_a_task_whose_source_is_gone_fails(
    functions: Functions, create: Create, sweep: Sweep, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    task_id = create()
    functions["create_task"].store._blobs.clear()
    clock.move(61)
    assert sweep() == NOTHING | {"checked": 1, "ended": 1}
    failure = stored(functions, task_id).failure
    assert failure is not None
    assert failure.type == "source-lost"
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    [failed] = [line for line in lines if line.get("message") == "task failed"]
    assert failed["task_id"] == str(task_id)
    assert [line["TasksFailed"] for line in lines if "TasksFailed" in line] == [[1]]


@pytest.mark.parametrize("source", ["there", "gone"])
def test_a_task_whose_attempts_are_used_up_fails_and_its_source_goes(
    functions: Functions, create: Create, sweep: Sweep, clock: Clock, source: str
) -> None:
    task_id = create()
    claim(functions, task_id, times=3)
    if source == "gone":
        functions["create_task"].store._blobs.clear()
    clock.move(61)
    assert sweep()["ended"] == 1
    failure = stored(functions, task_id).failure
    assert failure is not None
    assert failure.type == "attempts-exhausted"
    assert functions["create_task"].store.blobs == {}


def test_a_task_that_somebody_takes_up_while_the_sweeper_looks_stays_theirs(
    functions: Functions, create: Create, sweep: Sweep, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    task_id = create()
    clock.move(61)

    async def gone_but_taken_up(_: str) -> bool:
        await functions["create_task"].tasks.claim(task_id, lease_s=60, max_attempts=3)
        return False

    monkeypatch.setattr(functions["create_task"].store, "exists", gone_but_taken_up)
    assert sweep() == NOTHING | {"checked": 1}
    assert stored(functions, task_id).status is Status.PROCESSING


def test_a_run_that_is_killed_between_message_and_note_costs_a_message_and_no_more(
    functions: Functions, create: Create, sweep: Sweep, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def killed(*_: Any) -> bool:
        raise KeyboardInterrupt

    task_id = create()
    lose_messages(functions)
    clock.move(61)
    with monkeypatch.context() as patch:
        patch.setattr(functions["create_task"].tasks, "note_message", killed)
        with pytest.raises(KeyboardInterrupt):
            sweep()
    clock.move(61)
    assert sweep()["reenqueued"] == 1
    assert messages(functions) == [task_id] * 2
    answers = [functions.process(each.to_json()) for each in functions["create_task"].queue.messages.values()]
    assert answers == [{"batchItemFailures": []}] * 2
    assert (stored(functions, task_id).status, stored(functions, task_id).attempt) == (Status.COMPLETED, 1)


def test_a_full_queue_ends_the_ringing_and_not_the_run(
    functions: Functions, create: Create, sweep: Sweep, clock: Clock
) -> None:
    for _ in range(3):
        create()
    lose_messages(functions)
    functions["create_task"].queue._max_length = 2
    clock.move(61)
    assert sweep()["reenqueued"] == 2
    lose_messages(functions)
    clock.move(61)
    assert sweep()["reenqueued"] == 2


def test_a_run_looks_at_so_many_at_a_time_and_at_all_of_them(
    functions: Functions, create: Create, sweep: Sweep, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SWEEP_LIMIT", "2")
    ids = [create() for _ in range(5)]
    lose_messages(functions)
    clock.move(61)
    assert [sweep()["reenqueued"] for _ in range(2)] == [5, 0]
    assert set(messages(functions)) == set(ids)


def test_a_run_ends_when_its_time_is_over_and_the_next_continues(
    functions: Functions, create: Create, sweep: Sweep, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = iter(range(0, 1000, 4))  # each look at the clock takes four of the 29 - 15 seconds
    monkeypatch.setitem(cast("dict[str, Any]", sweep_tasks.__kwdefaults__), "clock", lambda: next(times))
    ids = [create() for _ in range(3)]
    lose_messages(functions)
    clock.move(61)
    assert sweep()["reenqueued"] == 0
    monkeypatch.undo()
    clock.move(61)
    assert sweep()["reenqueued"] == 3
    assert set(messages(functions)) == set(ids)


PARTS = {"reenqueued": "take_stale", "expired": "expire_due", "deleted": "delete_ended"}


@pytest.mark.parametrize("failing", PARTS)
def test_a_part_that_fails_stops_no_other_part_but_fails_the_run(
    functions: Functions,
    create: Create,
    sweep: Sweep,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    failing: str,
) -> None:
    async def fail(**_: Any) -> int:
        raise RuntimeError("a bug")

    old, due, _ = create(), create(), create()
    functions.process(message(str(old)))
    loop.run(functions["create_task"].tasks.expire(old))
    clock.move(29 * DAY_S)
    functions.process(message(str(due)))
    lose_messages(functions)
    clock.move(DAY_S)
    monkeypatch.setattr(functions["create_task"].tasks, PARTS[failing], fail)
    capsys.readouterr()
    with pytest.raises(RuntimeError, match="a bug"):
        sweep()
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    [summary] = [line for line in lines if line.get("message") == "swept"]
    assert {name: summary[name] for name in PARTS} == {"reenqueued": 1, "expired": 1, "deleted": 1} | {failing: 0}


def test_a_task_that_cannot_be_swept_does_not_stop_those_behind_it(
    functions: Functions, create: Create, sweep: Sweep, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [create() for _ in range(3)]
    store = functions["create_task"].store
    exists = store.exists

    async def fail_for_the_first(key: str) -> bool:
        if str(ids[0]) in key:
            raise StoreUnavailable("It does not answer.")
        return bool(await exists(key))

    monkeypatch.setattr(store, "exists", fail_for_the_first)
    lose_messages(functions)
    clock.move(61)
    with pytest.raises(StoreUnavailable):
        sweep()
    assert set(messages(functions)) == set(ids[1:])


def test_a_store_that_is_away_fails_the_run_and_ends_nobody(
    functions: Functions, create: Create, sweep: Sweep, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(_: str) -> bool:
        raise StoreUnavailable("It does not answer.")

    task_id = create()
    monkeypatch.setattr(functions["create_task"].store, "exists", away)
    clock.move(61)
    with pytest.raises(StoreUnavailable):
        sweep()
    assert stored(functions, task_id).status is Status.PENDING


def test_results_expire_and_tasks_are_forgotten_in_their_time(
    functions: Functions, create: Create, sweep: Sweep, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    task_id = create()
    functions.process(message(str(task_id)))
    clock.move(DAY_S - 1)
    assert sweep() == NOTHING
    clock.move(1)
    assert sweep() == NOTHING | {"expired": 1}
    assert stored(functions, task_id).status is Status.EXPIRED
    clock.move(29 * DAY_S - 1)
    assert sweep() == NOTHING
    clock.move(1)
    capsys.readouterr()
    assert sweep() == NOTHING | {"deleted": 1}
    assert functions["create_task"].tasks.tasks == {}
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    [summary] = [line for line in lines if line.get("message") == "swept"]
    assert {name: summary[name] for name in NOTHING} == NOTHING | {"deleted": 1}
    assert [line["TasksDeleted"] for line in lines if "TasksDeleted" in line] == [[1]]
