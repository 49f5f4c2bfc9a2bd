"""The contract of every repository of tasks."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from imagescaler.adapters import repositories
from imagescaler.domain.errors import (
    IdempotencyKeyReused,
    LeaseLost,
    TaskFinished,
    TaskInProgress,
    TaskNotFound,
    TaskOfNewerRelease,
)
from imagescaler.domain.formats import Format
from imagescaler.domain.options import Options
from imagescaler.domain.quota import Quota
from imagescaler.domain.task.outcome import Failure, Result
from imagescaler.domain.task.receipt import PeakOf, Receipt, Usage
from imagescaler.domain.task.rendition import Rendition
from imagescaler.domain.task.source import Source
from imagescaler.domain.task.status import Status
from imagescaler.domain.task.task import Idempotency, NewTask, Task
from imagescaler.domain.task.task_filter import TaskFilter
from imagescaler.usecases.ports import TaskRepository

SOURCE = Source(Format.JPEG, 4000, 3000, 1_900_000)
ORIENTED = replace(SOURCE, width=3000, height=4000)
RESULT = Result(Format.WEBP, 800, 600, 61_234, "ab" * 32)
USAGE = Usage(0.2, 0.1, 99, PeakOf.ATTEMPT)
RECEIPT = Receipt("cd" * 32, "ab" * 32, {"pillow": "13"}, ("decode jpeg 1/2",), USAGE, ("A part is missing.",))
FAILURE = Failure("corrupt-image", "The image cannot be decoded", "It is cut off.")


def new_task(**changes: Any) -> NewTask:
    return replace(NewTask(uuid4(), Options(800, 600, preserve_ratio=False, format=Format.WEBP), SOURCE), **changes)


async def added(tasks: TaskRepository, **changes: Any) -> Task:
    task, _ = await tasks.add(new_task(**changes))
    return task


async def claimed(tasks: TaskRepository, lease_s: float = 60, max_attempts: int = 3) -> Task:
    return await tasks.claim((await added(tasks)).id, lease_s=lease_s, max_attempts=max_attempts)


async def test_a_new_task_is_pending_and_found_again(tasks: TaskRepository) -> None:
    new = new_task(owner="ada")
    task, created = await tasks.add(new)
    assert created
    assert task == await tasks.get(new.id)
    assert (task.status, task.attempt, task.options, task.source, task.owner) == (
        Status.PENDING,
        0,
        new.options,
        SOURCE,
        "ada",
    )
    assert abs((datetime.now(UTC) - task.created_at).total_seconds()) < 5


async def test_a_task_with_a_url_has_no_source_until_one_is_set(tasks: TaskRepository) -> None:
    url = "https://example.org/photo.jpg"
    task = await added(tasks, source=None, source_url=url)
    assert (task.source, task.source_url) == (None, url)
    assert await tasks.note_message(task.id, "message")
    for _ in range(2):
        await tasks.release(await tasks.claim(task.id, lease_s=60, max_attempts=3))
    held = await tasks.claim(task.id, lease_s=60, max_attempts=3)
    fetched = await tasks.set_source(held, SOURCE, pixels=9, default=Quota())
    assert (fetched.status, fetched.source, fetched.source_url) == (Status.PENDING, SOURCE, url)
    assert (fetched.attempt, fetched.counted_attempts, fetched.message_id) == (3, 0, None)
    assert await tasks.set_source(held, SOURCE, pixels=9, default=Quota()) == fetched == await tasks.get(task.id)
    later = await tasks.claim(task.id, lease_s=60, max_attempts=3)
    with pytest.raises(LeaseLost):
        await tasks.set_source(held, SOURCE, pixels=9, default=Quota())
    assert (await tasks.complete(later, RESULT, SOURCE, ttl_s=60)).source_url == url


async def test_an_unknown_task_is_not_found(tasks: TaskRepository) -> None:
    with pytest.raises(TaskNotFound, match="There is no task"):
        await tasks.get(uuid4())
    with pytest.raises(TaskNotFound):
        await tasks.claim(uuid4(), lease_s=1, max_attempts=1)


async def test_adding_twice_is_adding_once(tasks: TaskRepository) -> None:
    new = new_task()
    assert await tasks.add(new) == await tasks.add(new)


async def test_a_key_stands_for_the_first_task_that_had_it(tasks: TaskRepository) -> None:
    key = Idempotency("k1", "hash")
    first, created = await tasks.add(new_task(idempotency=key))
    again, created_again = await tasks.add(new_task(idempotency=key))
    assert (created, created_again) == (True, False)
    assert again == first


async def test_a_key_with_another_request_is_refused(tasks: TaskRepository) -> None:
    await added(tasks, idempotency=Idempotency("k1", "hash"))
    with pytest.raises(IdempotencyKeyReused, match="k1"):
        await added(tasks, idempotency=Idempotency("k1", "other"))


async def test_keys_of_two_owners_are_two_keys(tasks: TaskRepository) -> None:
    key = Idempotency("k1", "hash")
    ada, bob = await added(tasks, owner="ada", idempotency=key), await added(tasks, owner="bob", idempotency=key)
    assert ada.id != bob.id


async def test_twenty_clients_with_twenty_keys_make_twenty_tasks(tasks: TaskRepository) -> None:
    keys = [Idempotency(f"key-{number}", "hash") for number in range(20)]
    answers = await asyncio.gather(*(tasks.add(new_task(idempotency=key)) for key in keys * 20))
    assert len({task.id for task, _ in answers}) == 20
    assert sum(created for _, created in answers) == 20


async def test_a_task_is_found_by_the_key_of_its_owner(tasks: TaskRepository) -> None:
    key = Idempotency("k1", "hash")
    assert await tasks.find("ada", key) is None
    task = await added(tasks, owner="ada", idempotency=key)
    assert await tasks.find("ada", key) == task
    assert await tasks.find("bob", key) is None
    with pytest.raises(IdempotencyKeyReused, match="k1"):
        await tasks.find("ada", Idempotency("k1", "other"))


async def test_a_key_whose_task_others_discard_is_taken_in_the_end(tasks: TaskRepository) -> None:
    async def add_and_discard() -> bool:
        task, created = await tasks.add(new_task(idempotency=Idempotency("k1", "hash")))
        return created and await tasks.discard(task.id)

    assert any(await asyncio.gather(*(add_and_discard() for _ in range(100))))


async def test_a_task_without_a_message_can_be_discarded(tasks: TaskRepository) -> None:
    task = await added(tasks)
    assert await tasks.discard(task.id)
    assert await tasks.discard(task.id)
    with pytest.raises(TaskNotFound):
        await tasks.get(task.id)


async def test_a_task_whose_message_is_noted_cannot_be_discarded(tasks: TaskRepository) -> None:
    task = await added(tasks)
    assert await tasks.note_message(task.id, "17-0")
    assert not await tasks.discard(task.id)
    assert (await tasks.get(task.id)).message_id == "17-0"


async def test_a_key_is_free_again_once_its_task_was_discarded(tasks: TaskRepository) -> None:
    first = await added(tasks, idempotency=Idempotency("k1", "hash"))
    await tasks.discard(first.id)
    _, created = await tasks.add(new_task(idempotency=Idempotency("k1", "other")))
    assert created


async def test_a_task_that_was_taken_up_cannot_be_discarded(tasks: TaskRepository) -> None:
    task = await claimed(tasks)
    await tasks.discard(task.id)
    await tasks.release(task)
    await tasks.discard(task.id)
    assert (await tasks.get(task.id)).attempt == 1


async def test_noting_and_expiring_an_unknown_task_do_nothing(tasks: TaskRepository) -> None:
    assert not await tasks.note_message(uuid4(), "1-0")
    await tasks.expire(uuid4())
    assert await tasks.discard(uuid4())


async def test_a_claim_begins_an_attempt_with_a_lease(tasks: TaskRepository) -> None:
    task = await claimed(tasks, lease_s=60)
    assert (task.status, task.attempt) == (Status.PROCESSING, 1)
    assert task.started_at is not None
    assert task.lease_until is not None
    assert (task.lease_until - task.started_at).total_seconds() == pytest.approx(60)
    assert await tasks.get(task.id) == task


async def test_a_live_lease_keeps_others_out(tasks: TaskRepository) -> None:
    task = await claimed(tasks)
    with pytest.raises(TaskInProgress):
        await tasks.claim(task.id, lease_s=60, max_attempts=3)


async def test_one_of_twenty_claims_at_once_wins(tasks: TaskRepository) -> None:
    task = await added(tasks)
    claims = (tasks.claim(task.id, lease_s=60, max_attempts=3) for _ in range(20))
    outcomes = await asyncio.gather(*claims, return_exceptions=True)
    assert sum(isinstance(outcome, Task) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, TaskInProgress) for outcome in outcomes) == 19


async def test_when_a_lease_is_over_the_next_attempt_may_begin(tasks: TaskRepository) -> None:
    first = await claimed(tasks, lease_s=0)
    second = await tasks.claim(first.id, lease_s=60, max_attempts=3)
    assert second.attempt == 2
    assert second.result_key() != first.result_key()


async def test_a_task_whose_attempts_are_used_up_fails_at_the_next_claim(tasks: TaskRepository) -> None:
    task = await claimed(tasks, lease_s=0, max_attempts=1)
    over = await tasks.claim(task.id, lease_s=60, max_attempts=1)
    assert (over.status, over.attempt) == (Status.FAILED, 1)
    assert over.failure is not None
    assert over.failure.type == "attempts-exhausted"
    with pytest.raises(TaskFinished):
        await tasks.claim(task.id, lease_s=60, max_attempts=1)


async def test_a_completed_task_has_its_result_and_an_end(tasks: TaskRepository) -> None:
    task = await claimed(tasks)
    done = await tasks.complete(task, RESULT, ORIENTED, ttl_s=3600)
    assert done == await tasks.get(task.id)
    assert (done.status, done.result, done.source, done.lease_until) == (Status.COMPLETED, RESULT, ORIENTED, None)
    assert done.completed_at is not None
    assert done.expires_at is not None
    assert (done.expires_at - done.completed_at).total_seconds() == pytest.approx(3600)


async def test_a_result_keeps_its_receipt(tasks: TaskRepository) -> None:
    done = await tasks.complete(await claimed(tasks), replace(RESULT, receipt=RECEIPT), ORIENTED, ttl_s=3600)
    stored = (await tasks.get(done.id)).result
    assert stored is not None
    assert stored.receipt == RECEIPT


async def test_a_row_of_an_older_release_has_no_receipt(postgres_dsn: str) -> None:
    tasks: Any = repositories.connect(postgres_dsn)
    done = await tasks.complete(await claimed(tasks), replace(RESULT, receipt=RECEIPT), ORIENTED, ttl_s=3600)
    connection = await asyncpg.connect(postgres_dsn)
    await connection.execute("update tasks set result = result - 'receipt' where id = $1", done.id)
    await connection.close()
    stored = await tasks.get(done.id)
    assert (stored.result, stored.result.receipt) == (RESULT, None)
    await tasks._database.close()


OF_NEWER_RELEASE = pytest.mark.parametrize(
    "change",
    [
        """options = options || '{"sparkle": true}'""",
        """options = options || '{"format": "novel"}'""",
        """renditions = '[{"name": "small", "options": {"width": 8, "sparkle": true}}]'""",
        """renditions = '[{"name": "small", "options": {"width": 8, "format": "novel"}}]'""",
    ],
    ids=["option", "value", "rendition", "value in a rendition"],
)


@OF_NEWER_RELEASE
async def test_a_task_with_options_of_a_newer_release_is_left_to_it(postgres_dsn: str, change: str) -> None:
    """While a deployment rolls, an older processor would make another picture than the client asked for."""
    tasks: Any = repositories.connect(postgres_dsn)
    newer = await added(tasks)
    connection = await asyncpg.connect(postgres_dsn)
    await connection.execute(f"update tasks set {change} where id = $1", newer.id)
    for _ in range(4):
        with pytest.raises(TaskOfNewerRelease):
            await tasks.claim(newer.id, lease_s=60, max_attempts=3)
    await connection.execute("update tasks set options = '{\"width\": 8}', renditions = '[]' where id = $1", newer.id)
    await connection.close()
    claimed = await tasks.claim(newer.id, lease_s=60, max_attempts=3)
    assert (claimed.attempt, claimed.counted_attempts) == (5, 1)
    await tasks._database.close()


@OF_NEWER_RELEASE
async def test_a_task_of_a_newer_release_is_shown_without_what_is_unknown(postgres_dsn: str, change: str) -> None:
    """After a rollback, one such task must not take an owner's whole list away, nor stay without an end."""
    tasks: Any = repositories.connect(postgres_dsn)
    owner = str(uuid4())
    newer = await added(tasks, owner=owner)
    connection = await asyncpg.connect(postgres_dsn)
    await connection.execute(f"update tasks set {change} where id = $1", newer.id)
    await connection.close()
    assert (await tasks.get(newer.id)).options.width == newer.options.width
    assert [each.id for each in await tasks.list_tasks(owner, TaskFilter(), limit=10)] == [newer.id]
    assert (await tasks.abandon(newer.id, FAILURE)).status is Status.FAILED
    await tasks._database.close()


async def test_a_failed_task_has_its_reason(tasks: TaskRepository) -> None:
    task = await tasks.fail(await claimed(tasks), FAILURE)
    assert (task.status, task.failure, task.result) == (Status.FAILED, FAILURE, None)
    assert task == await tasks.get(task.id)


async def test_a_released_task_can_be_claimed_at_once(tasks: TaskRepository) -> None:
    task = await tasks.release(await claimed(tasks))
    assert (task.status, task.lease_until) == (Status.PENDING, None)
    assert (await tasks.claim(task.id, lease_s=60, max_attempts=3)).attempt == 2


async def test_an_uncounted_attempt_does_not_use_up_the_task_and_keeps_its_number(tasks: TaskRepository) -> None:
    task = await tasks.release(await claimed(tasks), uncounted=True)
    assert (task.status, task.attempt, task.uncounted_attempts) == (Status.PENDING, 1, 1)
    assert task == await tasks.get(task.id)
    again = await tasks.claim(task.id, lease_s=0, max_attempts=1)
    assert (again.status, again.attempt, again.uncounted_attempts) == (Status.PROCESSING, 2, 1)
    over = await tasks.claim(task.id, lease_s=0, max_attempts=1)
    assert (over.status, over.attempt) == (Status.FAILED, 2)


async def test_an_attempt_is_uncounted_once_however_often_it_is_released(tasks: TaskRepository) -> None:
    task = await claimed(tasks)
    assert [(await tasks.release(task, uncounted=True)).uncounted_attempts for _ in range(2)] == [1, 1]


End = Callable[[TaskRepository, Task], Awaitable[Task]]
ENDS: dict[str, End] = {
    "complete": lambda tasks, task: tasks.complete(task, RESULT, ORIENTED, ttl_s=3600),
    "fail": lambda tasks, task: tasks.fail(task, FAILURE),
    "release": lambda tasks, task: tasks.release(task),
    "release uncounted": lambda tasks, task: tasks.release(task, uncounted=True),
}
AS_PENDING = {"release": "release uncounted", "release uncounted": "release"}  # both leave the task pending


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
async def test_an_attempt_that_was_overtaken_can_write_nothing(tasks: TaskRepository, end: End) -> None:
    zombie = await claimed(tasks, lease_s=0)
    successor = await tasks.claim(zombie.id, lease_s=60, max_attempts=3)
    with pytest.raises(LeaseLost):
        await end(tasks, zombie)
    assert await tasks.get(zombie.id) == successor


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
async def test_an_attempt_that_ends_twice_in_the_same_way_ends_once(tasks: TaskRepository, end: End) -> None:
    task = await claimed(tasks)
    assert await end(tasks, task) == await end(tasks, task)


@pytest.mark.parametrize(("first", "second"), [(a, b) for a in ENDS for b in ENDS if a != b and b != AS_PENDING.get(a)])
async def test_an_attempt_that_has_ended_cannot_end_otherwise(tasks: TaskRepository, first: str, second: str) -> None:
    task = await claimed(tasks)
    ended = await ENDS[first](tasks, task)
    with pytest.raises(LeaseLost):
        await ENDS[second](tasks, task)
    assert await tasks.get(task.id) == ended


@pytest.mark.parametrize("end", ["complete", "fail"])
async def test_a_task_that_is_over_cannot_be_claimed(tasks: TaskRepository, end: str) -> None:
    task = await claimed(tasks)
    await ENDS[end](tasks, task)
    with pytest.raises(TaskFinished):
        await tasks.claim(task.id, lease_s=60, max_attempts=3)


async def test_a_result_expires_when_its_time_is_over(tasks: TaskRepository) -> None:
    task = await claimed(tasks)
    await tasks.complete(task, RESULT, ORIENTED, ttl_s=0)
    assert (await tasks.get(task.id)).status is Status.EXPIRED


async def test_a_result_that_is_gone_can_be_noted(tasks: TaskRepository) -> None:
    task = await claimed(tasks)
    await tasks.complete(task, RESULT, ORIENTED, ttl_s=3600)
    await tasks.expire(task.id)
    await tasks.expire(task.id)
    assert (await tasks.get(task.id)).status is Status.EXPIRED


async def test_a_task_without_a_result_does_not_expire(tasks: TaskRepository) -> None:
    task = await claimed(tasks)
    await tasks.expire(task.id)
    assert (await tasks.get(task.id)).status is Status.PROCESSING


async def test_each_message_that_is_noted_is_counted(tasks: TaskRepository) -> None:
    task = await added(tasks)
    assert (task.enqueue_count, task.enqueued_at) == (0, None)
    for message_id in ("17-0", "18-0"):
        await tasks.note_message(task.id, message_id)
    enqueued = await tasks.get(task.id)
    assert (enqueued.message_id, enqueued.enqueue_count) == ("18-0", 2)
    assert enqueued.enqueued_at is not None
    assert enqueued.enqueued_at >= task.created_at


async def test_a_task_that_nobody_works_on_can_be_abandoned(tasks: TaskRepository) -> None:
    waiting, crashed = await added(tasks), await claimed(tasks, lease_s=0)
    for task in (waiting, crashed):
        over = await tasks.abandon(task.id, FAILURE)
        assert (over.status, over.failure, over.lease_until) == (Status.FAILED, FAILURE, None)
        assert over.completed_at is not None
        assert over == await tasks.get(task.id)
        with pytest.raises(TaskFinished):
            await tasks.abandon(task.id, FAILURE)


async def test_a_task_that_somebody_works_on_cannot_be_abandoned(tasks: TaskRepository) -> None:
    task = await claimed(tasks)
    with pytest.raises(TaskInProgress):
        await tasks.abandon(task.id, FAILURE)
    assert await tasks.get(task.id) == task


async def test_an_unknown_task_cannot_be_abandoned(tasks: TaskRepository) -> None:
    with pytest.raises(TaskNotFound):
        await tasks.abandon(uuid4(), FAILURE)


async def test_a_zombie_cannot_end_a_task_that_was_abandoned(tasks: TaskRepository) -> None:
    zombie = await claimed(tasks, lease_s=0)
    await tasks.abandon(zombie.id, FAILURE)
    with pytest.raises(LeaseLost):
        await tasks.complete(zombie, RESULT, ORIENTED, ttl_s=60)


async def test_stale_are_tasks_that_nobody_works_on(tasks: TaskRepository) -> None:
    waiting, crashed, given_back = await added(tasks), await claimed(tasks, lease_s=0), await claimed(tasks)
    await tasks.release(given_back)
    await claimed(tasks)
    await tasks.complete(await claimed(tasks), RESULT, ORIENTED, ttl_s=60)
    await tasks.fail(await claimed(tasks), FAILURE)
    stale = await tasks.take_stale(older_than_s=0, limit=10)
    assert {task.id for task in stale} == {waiting.id, crashed.id, given_back.id}
    assert all(task.swept_at is not None for task in stale)
    assert [await tasks.get(task.id) for task in stale] == stale


async def test_what_is_young_is_not_stale(tasks: TaskRepository) -> None:
    await added(tasks)
    await claimed(tasks, lease_s=0)
    assert await tasks.take_stale(older_than_s=60, limit=10) == []


async def test_a_lease_that_ended_just_now_is_not_stale(tasks: TaskRepository) -> None:
    await claimed(tasks, lease_s=2)
    await asyncio.sleep(2.05)
    assert await tasks.take_stale(older_than_s=2, limit=10) == []


async def test_sweeps_at_once_and_soon_after_share_the_stale_tasks(tasks: TaskRepository) -> None:
    ids = {(await added(tasks)).id for _ in range(30)}
    await asyncio.sleep(0.5)
    at_once = await asyncio.gather(*(tasks.take_stale(older_than_s=0.5, limit=10) for _ in range(4)))
    at_once += [await tasks.take_stale(older_than_s=0.5, limit=30)]
    taken = [task.id for sweep in at_once for task in sweep]
    assert len(taken) == 30
    assert set(taken) == ids


async def test_the_stale_that_were_looked_at_longest_ago_come_first(tasks: TaskRepository) -> None:
    first, second, third = [(await added(tasks)).id for _ in range(3)]
    turns = [await tasks.take_stale(older_than_s=0, limit=2) for _ in range(3)]
    assert [{task.id for task in turn} for turn in turns] == [{first, second}, {third, first}, {second, first}]


async def test_due_results_are_noted_as_expired_some_at_a_time(tasks: TaskRepository) -> None:
    due = [await tasks.complete(await claimed(tasks), RESULT, ORIENTED, ttl_s=0) for _ in range(3)]
    kept = await tasks.complete(await claimed(tasks), RESULT, ORIENTED, ttl_s=60)
    assert [await tasks.expire_due(limit=2) for _ in range(3)] == [2, 1, 0]
    assert {(await tasks.get(task.id)).status for task in due} == {Status.EXPIRED}
    assert (await tasks.get(kept.id)).status is Status.COMPLETED


async def test_sweeps_at_once_expire_each_result_once(tasks: TaskRepository) -> None:
    for _ in range(10):
        await tasks.complete(await claimed(tasks), RESULT, ORIENTED, ttl_s=0)
    assert sum(await asyncio.gather(*(tasks.expire_due(limit=10) for _ in range(4)))) == 10


async def test_what_has_ended_long_ago_is_forgotten_some_at_a_time(tasks: TaskRepository) -> None:
    for _ in range(2):
        await tasks.fail(await claimed(tasks), FAILURE)
    await tasks.complete(await claimed(tasks), RESULT, ORIENTED, ttl_s=0)
    await tasks.expire_due(limit=10)
    await tasks.complete(await claimed(tasks), RESULT, ORIENTED, ttl_s=60)
    await added(tasks)
    await claimed(tasks, lease_s=0)
    assert await tasks.delete_ended(older_than_s=60, limit=10) == 0
    assert [await tasks.delete_ended(older_than_s=0, limit=2) for _ in range(3)] == [2, 1, 0]
    assert len(await tasks.take_stale(older_than_s=0, limit=10)) == 2


async def test_a_key_is_free_again_once_its_task_was_forgotten(tasks: TaskRepository) -> None:
    task, _ = await tasks.add(new_task(idempotency=Idempotency("k1", "hash")))
    await tasks.abandon(task.id, FAILURE)
    await tasks.delete_ended(older_than_s=0, limit=1)
    _, created = await tasks.add(new_task(idempotency=Idempotency("k1", "other")))
    assert created


async def test_the_backlog_counts_what_is_older_and_not_over(tasks: TaskRepository) -> None:
    await tasks.complete(await claimed(tasks), RESULT, ORIENTED, ttl_s=60)
    await claimed(tasks)
    waiting = await added(tasks)
    await added(tasks)
    backlog = await tasks.backlog(waiting)
    assert backlog.unfinished == 2
    assert 0 < backlog.seconds_each < 5


async def test_the_backlog_without_a_task_is_all_unfinished_tasks(tasks: TaskRepository) -> None:
    for _ in range(3):
        await added(tasks)
    assert (await tasks.backlog()).unfinished == 3


async def test_a_backlog_is_counted_as_far_as_the_longest_retry_after_reaches(postgres_dsn: str) -> None:
    """A task takes half a second without a completed one: 120 of them take a minute, and 1,200 ten."""
    tasks: Any = repositories.connect(postgres_dsn)
    connection = await asyncpg.connect(postgres_dsn)
    await connection.execute("truncate tasks")
    newest = await added(tasks)
    columns = "owner, options, source, renditions, created_at"
    await connection.execute(
        f"insert into tasks (id, {columns}) select gen_random_uuid(), {columns} from tasks, generate_series(1, 1500)"
    )
    of_task, of_all = await tasks.backlog(newest), await tasks.backlog()
    await connection.close()
    await tasks._database.close()
    assert (of_task.unfinished, of_task.retry_after_s) == (120, 60)
    assert (of_all.unfinished, of_all.room_after_s) == (1200, 60)


async def test_a_backlog_without_completed_tasks_has_a_default_duration(tasks: TaskRepository) -> None:
    backlog = await tasks.backlog(await added(tasks))
    assert (backlog.unfinished, backlog.seconds_each) == (1, 0.5)


async def test_it_answers(tasks: TaskRepository) -> None:
    await tasks.ping()


RENDITIONS = (Rendition("small", Options(400)), Rendition("large", Options(1600, format=Format.WEBP)))


async def test_renditions_come_back_as_they_were_requested(tasks: TaskRepository) -> None:
    task = await added(tasks, renditions=RENDITIONS)
    assert task.renditions == RENDITIONS
    claimed = await tasks.claim(task.id, lease_s=60, max_attempts=3)
    assert claimed.renditions == (await tasks.get(task.id)).renditions == RENDITIONS


async def test_the_outcome_of_each_rendition_is_kept(tasks: TaskRepository) -> None:
    task = await added(tasks, renditions=RENDITIONS)
    claimed = await tasks.claim(task.id, lease_s=60, max_attempts=3)
    ended = claimed.ended([RESULT, FAILURE])
    completed = await tasks.complete(ended, ended.result, ORIENTED, ttl_s=60)
    assert (completed.status, completed.result, completed.failure) == (Status.COMPLETED, None, None)
    assert completed.renditions == (await tasks.get(task.id)).renditions == ended.renditions
    assert completed == await tasks.complete(ended, ended.result, ORIENTED, ttl_s=60)
    await tasks.expire(task.id)
    assert (await tasks.get(task.id)).status is Status.EXPIRED


async def test_renditions_of_which_none_was_made_are_kept_with_the_failure(tasks: TaskRepository) -> None:
    task = await added(tasks, renditions=RENDITIONS)
    ended = (await tasks.claim(task.id, lease_s=60, max_attempts=3)).ended([FAILURE, FAILURE])
    assert ended.failure is not None
    failed = await tasks.fail(ended, ended.failure)
    assert (failed.status, failed.failure, failed.renditions) == (Status.FAILED, ended.failure, ended.renditions)
    assert await tasks.get(task.id) == failed


async def test_the_fence_stops_what_an_earlier_attempt_made_of_the_renditions(tasks: TaskRepository) -> None:
    task = await added(tasks, renditions=RENDITIONS)
    first = await tasks.claim(task.id, lease_s=0, max_attempts=3)
    await tasks.claim(task.id, lease_s=60, max_attempts=3)
    ended = first.ended([RESULT, RESULT])
    with pytest.raises(LeaseLost):
        await tasks.complete(ended, ended.result, ORIENTED, ttl_s=60)
    assert (await tasks.get(task.id)).renditions == RENDITIONS
