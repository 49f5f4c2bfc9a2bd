"""The checker on histories made by hand: it must see each fault, and none where there is none."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from tests.audit import Step
from tools.chaos.checker import Color, Fault, Remains, Row, acknowledged, check
from tools.chaos.history import Delivery, History, Line, Outcome, read, read_deliveries
from tools.chaos.receiver import Receiver
from tools.chaos.work import Kind, Way, Work

ONE = "11111111-1111-4111-8111-111111111111"
TWO = "22222222-2222-4222-8222-222222222222"
EIGHT = Work(8, Kind.GOOD)  # has a target
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def told(kind: Kind = Kind.GOOD, task_id: str = ONE, key: str | None = "k-7", number: int = 7) -> list[Line]:
    return [Line(Outcome.INVOKE, number, kind, key), Line(Outcome.OK, number, kind, key, task_id, 202)]


def walked(*statuses: str, task_id: str = ONE) -> list[Step]:
    return [Step(UUID(task_id), old, new, 1) for old, new in zip((None, *statuses[:-1]), statuses, strict=True)]


COMPLETED = Remains(
    rows={ONE: Row("completed", key="k-7")},
    steps=walked("pending", "processing", "completed"),
    pictures={ONE: Work(7, Kind.GOOD).color},
)


def faults(history: Sequence[Line], remains: Remains) -> list[Fault]:
    return [finding.fault for finding in check(history, remains)]


def test_a_run_without_faults_is_passed() -> None:
    assert check(told(), COMPLETED) == []


@pytest.mark.parametrize(("kind", "reason"), [(Kind.CORRUPT, "corrupt-image"), (Kind.POISON, "attempts-exhausted")])
def test_an_image_that_is_meant_to_fail_may_fail_with_its_reason_only(kind: Kind, reason: str) -> None:
    steps = walked("pending", "processing", "failed")
    assert check(told(kind), Remains({ONE: Row("failed", reason)}, steps)) == []
    assert faults(told(kind), Remains({ONE: Row("failed", "source-lost")}, steps)) == [Fault.WRONG_END]


def test_a_picture_of_a_corrupt_image_is_a_wrong_end() -> None:
    assert faults(told(Kind.CORRUPT), COMPLETED) == [Fault.WRONG_END]


def test_a_task_that_was_acknowledged_and_is_not_there_is_lost() -> None:
    assert faults(told(), Remains()) == [Fault.LOST]


def test_a_task_that_nobody_acknowledged_may_be_missing() -> None:
    assert (
        check([Line(Outcome.INVOKE, 7, Kind.GOOD, "k-7"), Line(Outcome.UNKNOWN, 7, Kind.GOOD, "k-7")], Remains()) == []
    )


@pytest.mark.parametrize("status", ["pending", "processing"])
@pytest.mark.parametrize("history", [told(), []])
def test_a_task_that_is_not_over_is_stuck_whether_its_client_knows_of_it_or_not(
    history: list[Line], status: str
) -> None:
    assert faults(history, Remains({ONE: Row(status)}, walked("pending"))) == [Fault.STUCK]


def test_a_good_image_that_failed_has_the_wrong_end() -> None:
    remains = Remains({ONE: Row("failed", "attempts-exhausted")}, walked("pending", "processing", "failed"))
    assert faults(told(), remains) == [Fault.WRONG_END]


def test_a_good_image_may_fail_only_if_faults_cut_off_each_of_its_attempts() -> None:
    failed, began = {ONE: Row("failed", "attempts-exhausted")}, ("pending", "processing")
    assert check(told(), Remains(failed, walked(*began, "processing", "processing", "failed"))) == []
    assert faults(told(), Remains(failed, walked(*began, *began, *began, "failed"))) == [Fault.WRONG_END]
    assert faults(told(), Remains(failed, walked(*began, "processing", *began, "failed"))) == [Fault.WRONG_END]


def test_many_good_images_may_not_fail_whatever_cut_off_their_attempts() -> None:
    statuses = ("pending", "processing", "processing", "processing", "failed")
    steps = [*walked(*statuses), *walked(*statuses, task_id=TWO)]
    remains = Remains({each: Row("failed", "attempts-exhausted") for each in (ONE, TWO)}, steps)
    history = [*told(key=None), *told(task_id=TWO, key=None, number=10)]
    assert faults(history, remains) == [Fault.WRONG_END] * 2


def test_a_result_that_is_gone_too_early_has_the_wrong_end() -> None:
    steps = walked("pending", "processing", "completed", "expired")
    assert faults(told(), Remains({ONE: Row("expired")}, steps)) == [Fault.WRONG_END]


SENT_AT_S = 1000.0
GONE_WITH_REDIS = {
    "source": (Remains({ONE: Row("failed", "source-lost")}, walked("pending", "failed")), Fault.WRONG_END),
    "result, as the sweeper saw": (
        Remains({ONE: Row("expired")}, walked("pending", "processing", "completed", "expired")),
        Fault.WRONG_END,
    ),
    "result, as its client is told": (replace(COMPLETED, pictures={ONE: None}, gone={ONE}), Fault.WRONG_PIXELS),
}


@pytest.mark.parametrize(("remains", "fault"), GONE_WITH_REDIS.values(), ids=GONE_WITH_REDIS)
def test_what_was_in_redis_may_be_gone_when_that_was_emptied_and_not_otherwise(remains: Remains, fault: Fault) -> None:
    history = [replace(line, at_s=SENT_AT_S) for line in told()]
    assert check(history, remains, SENT_AT_S + 1) == []
    assert [finding.fault for finding in check(history, remains, SENT_AT_S - 1)] == [fault]
    assert faults(history, remains) == [fault]


def test_an_empty_redis_excuses_nothing_else() -> None:
    history = [replace(line, at_s=SENT_AT_S) for line in told()]
    for remains in (
        Remains(),
        Remains({ONE: Row("pending")}, walked("pending")),
        Remains({ONE: Row("failed", "attempts-exhausted")}, walked("pending", "processing", "failed")),
        replace(COMPLETED, pictures={ONE: Work(8, Kind.GOOD).color}),
        replace(COMPLETED, pictures={ONE: None}),
    ):
        assert len(check(history, remains, SENT_AT_S + 1)) == 1


@pytest.mark.parametrize("picture", [{ONE: Work(8, Kind.GOOD).color}, {ONE: None}, {}])
def test_the_picture_of_another_task_and_none_at_all_are_wrong(picture: Mapping[str, Color | None]) -> None:
    assert faults(told(), replace(COMPLETED, pictures=picture)) == [Fault.WRONG_PIXELS]


@pytest.mark.parametrize(
    "end", [("completed", "completed"), ("completed", "failed"), ("failed", "completed"), ("completed", "processing")]
)
def test_a_task_that_ends_once_more_or_begins_again_is_finished_twice(end: tuple[str, str]) -> None:
    steps = [*walked("pending", "processing"), *walked("processing", *end)[1:]]
    assert Fault.TWICE in faults(told(), replace(COMPLETED, steps=steps))


def test_new_attempts_and_releases_are_no_fault() -> None:
    steps = walked("pending", "processing", "processing", "pending", "processing", "completed")
    assert check(told(), replace(COMPLETED, steps=steps)) == []


def test_two_tasks_of_one_key_are_a_fault() -> None:
    history = [*told(), *told(task_id=TWO)]
    rows = {ONE: Row("completed", key="k-7"), TWO: Row("completed")}
    pictures = dict.fromkeys((ONE, TWO), Work(7, Kind.GOOD).color)
    assert faults(history, Remains(rows, COMPLETED.steps, pictures)) == [Fault.SPLIT_KEY]


def test_a_request_that_was_only_ever_refused_must_not_have_a_task() -> None:
    refused = [Line(Outcome.INVOKE, 7, Kind.GOOD, "k-7"), Line(Outcome.REFUSED, 7, Kind.GOOD, "k-7", status=503)]
    assert check(refused, Remains()) == []
    assert faults(refused, COMPLETED) == [Fault.FALSE_REFUSAL]
    assert check([*refused, *told()], COMPLETED) == []


def test_work_without_a_key_that_was_only_ever_refused_must_not_have_a_picture() -> None:
    refused = [Line(Outcome.INVOKE, 7, Kind.GOOD), Line(Outcome.REFUSED, 7, Kind.GOOD, status=503)]
    remains = replace(COMPLETED, rows={ONE: Row("completed")})
    assert check(refused, Remains()) == []
    assert faults(refused, remains) == [Fault.FALSE_REFUSAL]
    unknown = [Line(Outcome.INVOKE, 7, Kind.GOOD), Line(Outcome.UNKNOWN, 7, Kind.GOOD)]
    assert check([*refused, *unknown], remains) == []
    assert check([*refused, *told(key=None)], remains) == []


def read_line(status: int, color: Color | None = None) -> Line:
    return Line(Outcome.READ, 7, Kind.GOOD, task_id=ONE, status=status, color=color)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (read_line(200), []),
        (read_line(200, Work(7, Kind.GOOD).color), []),
        (read_line(503), []),
        (read_line(404), [Fault.LOST]),
        (read_line(200, Work(8, Kind.GOOD).color), [Fault.WRONG_PIXELS]),
        (replace(read_line(500), bug=True), [Fault.BUG]),
    ],
)
def test_what_is_read_while_faults_go_on_is_checked(line: Line, found: list[Fault]) -> None:
    assert faults([*told(), line], COMPLETED) == found


def test_an_answer_that_speaks_of_an_error_of_the_service_is_a_fault() -> None:
    history = [Line(Outcome.INVOKE, 7, Kind.GOOD), Line(Outcome.UNKNOWN, 7, Kind.GOOD, status=500, bug=True)]
    assert faults(history, Remains()) == [Fault.BUG]


def test_a_ledger_that_differs_from_the_blobs_is_a_fault() -> None:
    ledger = ["sources/1: 9 bytes in the ledger, None in the store"]
    assert faults(told(), replace(COMPLETED, ledger=ledger)) == [Fault.LEDGER]


def test_a_result_that_was_overwritten_may_be_gone_but_not_be_served() -> None:
    gone = replace(COMPLETED, pictures={ONE: None}, gone={ONE})
    assert check(told(), replace(gone, corrupted={ONE})) == []
    assert faults(told(), gone) == [Fault.WRONG_PIXELS]
    assert faults(told(), replace(COMPLETED, pictures={ONE: None}, corrupted={ONE})) == [Fault.WRONG_PIXELS]
    expired = Remains({ONE: Row("expired")}, walked("pending", "processing", "completed", "expired"))
    assert check(told(), replace(expired, corrupted={ONE})) == []
    lost = Remains({ONE: Row("failed", "source-lost")}, walked("pending", "failed"), corrupted={ONE})
    assert faults(told(), lost) == [Fault.WRONG_END]


def test_what_is_left_over_is_named() -> None:
    [finding] = check(told(), replace(COMPLETED, left_over=["3 messages in TaskQueue"]))
    assert (finding.fault, finding.what) == (Fault.LEFT_OVER, "3 messages in TaskQueue")


def test_a_history_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    with path.open("w") as file:
        history = History(file)
        history.write(Outcome.INVOKE, 7, Kind.GOOD, key="k-7")
        history.write(Outcome.OK, 7, Kind.GOOD, key="k-7", task_id=ONE, status=202, way=Way.URL)
        history.write(Outcome.READ, 7, Kind.GOOD, task_id=ONE, status=200, color=(0, 0, 7))
    invoked, accepted = told()
    lines = [invoked, replace(accepted, way=Way.URL), read_line(200, (0, 0, 7))]
    assert [replace(line, at_s=0) for line in read(path)] == lines
    assert list(acknowledged(read(path))) == [ONE]


# Deletions

ASKED = Line(Outcome.DELETE, 7, Kind.GOOD, task_id=ONE)
CONFIRMED = Line(Outcome.DELETED, 7, Kind.GOOD, task_id=ONE)
GONE = Remains({ONE: Row("deleted", key="k-7")}, walked("pending", "processing", "completed", "deleted"))


def test_a_task_may_be_deleted_once_its_client_has_asked() -> None:
    assert check([*told(), ASKED], GONE) == check([*told(), ASKED, CONFIRMED], GONE) == []
    assert check([*told(), ASKED], COMPLETED) == []
    assert faults(told(), GONE) == [Fault.WRONG_END]


def test_a_task_that_was_deleted_and_is_not_is_found() -> None:
    assert faults([*told(), ASKED, CONFIRMED], COMPLETED) == [Fault.UNDELETED]


def test_a_blob_of_a_deleted_task_is_found() -> None:
    assert faults([*told(), ASKED], replace(GONE, undeleted=[f"results/{ONE}/1"])) == [Fault.UNDELETED]


@pytest.mark.parametrize("status", ["completed", "failed", "pending"])
def test_a_deleted_task_that_goes_on_is_found(status: str) -> None:
    steps = walked("pending", "processing", "deleted", status)
    assert Fault.TWICE in faults([*told(), ASKED], replace(GONE, steps=steps))


def read_after_deletion(asked_at_s: float, **seen: Any) -> list[Line]:
    """Read a task whose deletion was confirmed at the time 10."""
    confirmed = replace(CONFIRMED, at_s=10)
    return [*told(), ASKED, confirmed, Line(Outcome.READ, 7, Kind.GOOD, task_id=ONE, asked_at_s=asked_at_s, **seen)]


@pytest.mark.parametrize("seen", [{"color": Work(7, Kind.GOOD).color}, {"state": "completed"}, {"state": "pending"}])
def test_a_task_that_is_served_after_its_deletion_is_found(seen: dict[str, Any]) -> None:
    assert faults(read_after_deletion(11, **seen), GONE) == [Fault.UNDELETED]
    assert faults(read_after_deletion(9, **seen), GONE) == []


def test_a_deleted_task_may_be_read_as_deleted() -> None:
    assert faults(read_after_deletion(11, state="deleted"), GONE) == []
    assert faults(read_after_deletion(11, status=410), GONE) == []


# Waits and keys


@pytest.mark.parametrize(
    ("status", "state", "found"),
    [
        (200, "completed", []),
        (202, "pending", []),
        (202, "processing", []),
        (200, "pending", [Fault.UNFINISHED]),
        (202, "completed", [Fault.UNFINISHED]),
    ],
)
def test_a_task_is_said_to_be_over_when_it_is(status: int, state: str, found: list[Fault]) -> None:
    history = [replace(line, status=status, state=state) if line.task_id else line for line in told()]
    assert faults(history, COMPLETED) == found


@pytest.mark.parametrize(
    ("status", "problem", "found"),
    [
        (403, None, [Fault.KEY]),
        (401, None, [Fault.KEY]),
        (429, "/problems/too-many-unknown-keys", [Fault.KEY]),
        (429, None, []),
        (503, "/problems/queue-full", []),
    ],
)
def test_a_known_key_that_is_refused_is_found(status: int, problem: str | None, found: list[Fault]) -> None:
    refused = Line(Outcome.UNKNOWN, 7, Kind.GOOD, "k-7", status=status, problem=problem)
    assert faults([*told(), refused], COMPLETED) == found


@pytest.mark.parametrize(
    ("status", "problem", "found"),
    [
        (403, None, []),
        (429, "/problems/too-many-unknown-keys", []),
        (503, None, []),
        (404, "/problems/task-not-found", [Fault.KEY]),
        (200, None, [Fault.KEY]),
    ],
)
def test_an_unknown_key_that_passes_is_found(status: int, problem: str | None, found: list[Fault]) -> None:
    stranger = Line(Outcome.STRANGER, 0, Kind.GOOD, status=status, problem=problem)
    assert faults([*told(), stranger], COMPLETED) == found


# Webhooks

REPORTED = replace(COMPLETED, rows={ONE: Row("completed", key="k-7", is_reported=True)})


def sent(event: str = "completed", number: int = 1, *, taken: bool = True, genuine: bool = True) -> Delivery:
    return Delivery(f"webhook-{number}", ONE, f"task.{event}", taken, genuine)


@pytest.mark.parametrize("deliveries", [[sent()], [sent(taken=False), sent()], [sent(), sent()]])
def test_an_end_is_reported_at_least_once_by_one_id(deliveries: list[Delivery]) -> None:
    assert check(told(), replace(REPORTED, deliveries=deliveries)) == []


@pytest.mark.parametrize("deliveries", [[], [sent(taken=False)]])
def test_an_end_that_no_receiver_has_taken_is_found(deliveries: list[Delivery]) -> None:
    assert faults(told(), replace(REPORTED, deliveries=deliveries)) == [Fault.UNREPORTED]


def test_an_end_of_a_task_whose_client_never_heard_of_it_is_owed_too() -> None:
    assert faults([], REPORTED) == [Fault.UNREPORTED]


def test_a_task_that_was_to_be_reported_and_has_no_webhook_is_found() -> None:
    pictures = {ONE: Work(9, Kind.GOOD).color}
    remains = replace(COMPLETED, pictures=pictures)
    assert faults(told(number=9), remains) == [Fault.UNREPORTED]


def test_both_events_of_an_expired_task_are_owed() -> None:
    steps = walked("pending", "processing", "completed", "expired")
    remains = Remains({ONE: Row("expired", is_reported=True)}, steps, corrupted={ONE}, deliveries=[sent()])
    assert faults(told(), remains) == [Fault.UNREPORTED]
    assert check(told(), replace(remains, deliveries=[sent("expired", 2), sent()])) == []


@pytest.mark.parametrize(
    "deliveries",
    [
        [sent(), sent(number=2)],
        [sent(genuine=False)],
        [sent(), sent("failed", 2)],
        [sent(), sent("expired", 2)],
        [sent(), replace(sent(), task_id=TWO)],
    ],
    ids=["two ids", "another signature", "two ends", "an end that was not", "a task that is not there"],
)
def test_what_is_reported_falsely_is_found(deliveries: list[Delivery]) -> None:
    assert faults(told(), replace(REPORTED, deliveries=deliveries)) == [Fault.MISREPORTED]


def test_a_deleted_task_may_have_been_reported_before_or_not() -> None:
    gone = replace(GONE, rows={ONE: Row("deleted", is_reported=True)})
    for deliveries in ([], [sent()], [sent("failed")]):
        assert check([*told(), ASKED, CONFIRMED], replace(gone, deliveries=deliveries)) == []


@pytest.mark.parametrize(
    ("way", "objects", "found"),
    [
        (Way.FORM, {"8/a": EIGHT.color}, []),
        (Way.FORM, {}, [Fault.UNSTORED]),
        (Way.FORM, {"8/a": EIGHT.color, "8/b": EIGHT.color}, [Fault.UNSTORED]),
        (Way.FORM, {"8/a": None}, [Fault.WRONG_PIXELS]),
        (Way.FORM, {"8/a": EIGHT.color, "12/a": EIGHT.color}, [Fault.WRONG_PIXELS]),
        (Way.RENDITIONS, {"8/large": EIGHT.color, "8/small": EIGHT.color}, []),
        (Way.RENDITIONS, {"8/large": EIGHT.color}, [Fault.UNSTORED]),
    ],
)
def test_each_result_with_a_target_is_in_its_bucket(
    way: Way, objects: Mapping[str, Color | None], found: list[Fault]
) -> None:
    history = [replace(line, way=way) for line in told(number=8)]
    assert faults(history, replace(COMPLETED, pictures={ONE: EIGHT.color}, objects=objects)) == found


def test_deliveries_are_read_as_they_were_written(tmp_path: Path) -> None:
    path = tmp_path / "deliveries.jsonl"
    assert read_deliveries(path) == []
    receiver = Receiver(SECRET, path)
    receiver.write(sent())
    receiver.write(sent("failed", 2, taken=False))
    assert read_deliveries(path) == [sent(), sent("failed", 2, taken=False)]
