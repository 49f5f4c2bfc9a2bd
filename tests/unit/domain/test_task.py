"""The life of a task, without a repository."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import uuid4

import pytest

from imagescaler.domain.errors import LeaseLost, RenditionNotFound, RenditionNotNamed, TaskFinished, TaskInProgress
from imagescaler.domain.formats import Format
from imagescaler.domain.options import Options
from imagescaler.domain.task.outcome import Failure, Result
from imagescaler.domain.task.rendition import Rendition
from imagescaler.domain.task.source import Source
from imagescaler.domain.task.status import TRANSITIONS, Status
from imagescaler.domain.task.task import Task

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
SOURCE = Source(Format.PNG, 4, 3, 100)
RESULT = Result(Format.PNG, 2, 2, 50, "00")
FAILURE = Failure("corrupt-image", "The image cannot be decoded", "It is cut off.")


def task(status: Status = Status.PENDING, attempt: int = 0) -> Task:
    lease_until = NOW + timedelta(seconds=9) if status is Status.PROCESSING else None
    return Task(uuid4(), status, Options(2), SOURCE, NOW, attempt=attempt, lease_until=lease_until)


def test_every_status_has_its_transitions_and_what_is_over_stays_over() -> None:
    assert set(TRANSITIONS) == set(Status)
    for status in Status:
        assert status.is_final == (not TRANSITIONS[status] - {Status.EXPIRED, Status.DELETED})


@pytest.mark.parametrize(("before", "after"), list(product(Status, Status)))
def test_only_the_transitions_in_the_table_happen(before: Status, after: Status) -> None:
    if after in TRANSITIONS[before]:
        assert task(before)._become(after).status is after
    else:
        with pytest.raises(ValueError, match=f"a task that is {before} cannot become {after}"):
            task(before)._become(after)


def test_a_claim_raises_the_attempt_and_sets_the_lease() -> None:
    claimed = task().claimed(NOW, lease_s=30, max_attempts=3)
    assert (claimed.attempt, claimed.started_at, claimed.lease_until) == (1, NOW, NOW + timedelta(seconds=30))


@pytest.mark.parametrize("status", [Status.COMPLETED, Status.FAILED, Status.EXPIRED, Status.DELETED])
def test_what_is_over_cannot_be_claimed(status: Status) -> None:
    with pytest.raises(TaskFinished):
        task(status).claimed(NOW, lease_s=30, max_attempts=3)


def test_a_live_lease_refuses_a_claim_and_a_dead_one_does_not() -> None:
    working = task(Status.PROCESSING, attempt=1)
    with pytest.raises(TaskInProgress):
        working.claimed(NOW, lease_s=30, max_attempts=3)
    assert working.claimed(NOW + timedelta(seconds=9), lease_s=30, max_attempts=3).attempt == 2


@pytest.mark.parametrize("status", [Status.PENDING, Status.PROCESSING])
def test_a_claim_beyond_the_last_attempt_ends_the_task(status: Status) -> None:
    over = task(status, attempt=3).claimed(NOW + timedelta(hours=1), lease_s=30, max_attempts=3)
    assert over.status is Status.FAILED
    assert over.failure is not None
    assert over.failure.detail == "The processor gave up after 3 attempts."


def test_the_fence_stops_every_other_attempt() -> None:
    working = task(Status.PROCESSING, attempt=2)
    for attempt in (1, 3):
        with pytest.raises(LeaseLost):
            working.completed(attempt, NOW, RESULT, SOURCE, ttl_s=1)
        with pytest.raises(LeaseLost):
            working.failed(attempt, NOW, FAILURE)
        with pytest.raises(LeaseLost):
            working.released(attempt)


def test_a_result_expires_with_its_time() -> None:
    done = task(Status.PROCESSING, attempt=1).completed(1, NOW, RESULT, SOURCE, ttl_s=60)
    assert done.as_of(NOW + timedelta(seconds=59)).status is Status.COMPLETED
    assert done.as_of(NOW + timedelta(seconds=60)).status is Status.EXPIRED
    assert task().as_of(NOW).status is Status.PENDING


def test_each_attempt_has_a_place_of_its_own_for_its_result() -> None:
    one, two = task(Status.PROCESSING, attempt=1), task(Status.PROCESSING, attempt=2)
    assert one.result_key() == f"results/{one.id}/1"
    assert two.result_key().endswith("/2")
    assert one.source_key == f"sources/{one.id}"


def with_renditions(status: Status = Status.PROCESSING) -> Task:
    renditions = (Rendition("small", Options(2)), Rendition("large", Options(4)))
    return replace(task(status, attempt=1), renditions=renditions)


def test_each_rendition_has_a_place_of_its_own_for_its_result() -> None:
    one = with_renditions()
    assert one.result_keys == (f"results/{one.id}/1/small", f"results/{one.id}/1/large")
    assert one.output_options == (Options(2), Options(4))
    two = task()
    assert (two.output_options, two.result_keys) == ((Options(2),), (two.result_key(),))


def test_a_task_fails_only_with_all_of_its_renditions() -> None:
    half, none = with_renditions().ended([RESULT, FAILURE]), with_renditions().ended([FAILURE, FAILURE])
    assert half.failure is None
    assert [half.outcome(name) for name in ("small", "large")] == [RESULT, FAILURE]
    assert [half.status_of(each) for each in half.renditions] == [Status.PROCESSING, Status.FAILED]
    assert none.failure is not None
    assert none.failure.detail == "small: It is cut off. large: It is cut off."
    assert task().ended([RESULT]).outcome() == RESULT
    assert task().ended([FAILURE]).outcome() == FAILURE


def test_a_task_without_a_result_of_its_own_tells_the_names() -> None:
    with pytest.raises(RenditionNotNamed, match=r"small, large.*\?rendition=small"):
        with_renditions().outcome()
    with pytest.raises(RenditionNotFound, match="small, large"):
        with_renditions().outcome("huge")
    with pytest.raises(RenditionNotFound, match="one result"):
        task().outcome("small")
