"""The processor, on SQS events."""

import json
import re
import sys
import time
from collections.abc import Callable
from io import BytesIO
from threading import Timer
from threading import enumerate as enumerate_threads
from typing import Any
from uuid import UUID, uuid4

import pytest
from PIL import Image

from imagescaler.domain.errors import RepositoryUnavailable, StoreUnavailable
from imagescaler.domain.task.status import Status
from imagescaler.domain.task.task import MAX_UNCOUNTED_ATTEMPTS, Task
from imagescaler.engine.encode.rendered import RenderedImage
from imagescaler.engine.render_still import render_still
from imagescaler.runtime import loop
from imagescaler.runtime.deadline import TimeoutSettings
from tests.functions.conftest import Functions, Post
from tests.pictures import photograph, plain

FAILED = {"batchItemFailures": [{"itemIdentifier": "0"}]}
DONE: dict[str, Any] = {"batchItemFailures": []}


def message(task_id: str) -> str:
    return json.dumps({"task_id": task_id, "request_id": "request-1", "trace_id": "Root=1-2-3"})


def stored(functions: Functions, task_id: str) -> Task:
    task: Task = functions["create_task"].tasks.tasks[UUID(task_id)]
    return task


def test_a_task_is_completed_and_its_source_deleted(functions: Functions, post: Post) -> None:
    task_id = post(photograph(), width=320, height=320).json["id"]
    assert functions.process(message(task_id)) == DONE
    task = stored(functions, task_id)
    assert (task.status, task.attempt) == (Status.COMPLETED, 1)
    [(key, data)] = functions["create_task"].store.blobs.items()
    assert key == f"results/{task_id}/1"
    assert Image.open(BytesIO(data)).size == (320, 214)


def test_the_source_takes_no_memory_any_more_while_results_are_drawn(
    functions: Functions, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    task_id = post(photograph(), width=320).json["id"]
    [data] = functions["process_task"].store.blobs.values()
    holders = [sys.getrefcount(data)]

    def draw(*args: Any, **options: Any) -> RenderedImage:
        holders.append(sys.getrefcount(data))
        return render_still(*args, **options)

    monkeypatch.setattr("imagescaler.engine.scale.render_still", draw)
    functions.process(message(task_id))
    assert holders == [holders[0]] * 2


def test_a_completed_task_is_logged_and_counted(
    functions: Functions, post: Post, capsys: pytest.CaptureFixture[str]
) -> None:
    task_id = post(photograph(), width=320).json["id"]
    capsys.readouterr()
    functions.process(message(task_id))
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    completed = next(line for line in lines if line.get("message") == "task completed")
    assert (completed["task_id"], completed["request_id"], completed["trace_id"]) == (
        task_id,
        "request-1",
        "Root=1-2-3",
    )
    [metric] = [line for line in lines if "_aws" in line]
    assert metric["TasksCompleted"] == [1]
    assert metric["Megapixels"] == [pytest.approx(640 * 427 / 1e6)]
    assert metric["Seconds"][0] >= 0


def test_an_image_that_cannot_be_decoded_fails_at_once_and_for_good(
    functions: Functions, post: Post, capsys: pytest.CaptureFixture[str]
) -> None:
    task_id = post(photograph()[:20_000], width=320).json["id"]
    assert functions.process(message(task_id)) == DONE
    task = stored(functions, task_id)
    assert (task.status, task.attempt) == (Status.FAILED, 1)
    assert task.failure is not None
    assert task.failure.type == "corrupt-image"
    assert functions["create_task"].store.blobs == {}
    assert '"TasksFailed":[1.0]' in capsys.readouterr().out


def test_what_takes_more_time_than_there_is_fails_at_once(
    functions: Functions, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CPU_FACTOR", "1000000")
    task_id = post(photograph(), width=320).json["id"]
    assert functions.process(message(task_id)) == DONE
    task = stored(functions, task_id)
    assert (task.status, task.attempt) == (Status.FAILED, 1)
    assert task.failure is not None
    assert task.failure.type == "too-expensive"
    assert "the limits are 537 MB and 26.1 s" in task.failure.detail


def test_a_target_beyond_the_limits_fails_with_the_numbers(
    functions: Functions, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAX_TARGET_PIXELS", "1000")
    task_id = post(plain(size=(10, 1000)), width=100).json["id"]
    functions.process(message(task_id))
    failure = stored(functions, task_id).failure
    assert failure is not None
    assert failure.type == "target-too-large"
    assert "100 x 10000" in failure.detail
    assert "1,000" in failure.detail


def test_a_result_beyond_the_limit_fails_with_the_numbers_and_what_to_do_and_keeps_nothing(
    functions: Functions, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAX_RESULT_BYTES", "1000")
    task_id = post(photograph(), width=320, format="png").json["id"]
    assert functions.process(message(task_id)) == DONE
    failure = stored(functions, task_id).failure
    assert failure is not None
    assert failure.type == "result-too-large"
    assert re.search(r"The PNG has [\d,]{5,} bytes; the limit is 1,000\. Ask for fewer pixels", failure.detail)
    assert functions["create_task"].store.blobs == {}


def test_a_source_that_is_gone_fails_the_task(functions: Functions, post: Post) -> None:
    task_id = post(photograph(), width=320).json["id"]
    functions["create_task"].store._blobs.clear()
    assert functions.process(message(task_id)) == DONE
    failure = stored(functions, task_id).failure
    assert failure is not None
    assert failure.type == "source-lost"


@pytest.mark.parametrize(
    "change", [lambda data: data[:-1], lambda data: data + b"x", lambda _: b""], ids=["cut off", "longer", "empty"]
)
def test_a_source_that_is_not_as_long_as_it_was_accepted_is_lost_and_not_the_files_fault(
    functions: Functions, post: Post, change: Callable[[bytes], bytes]
) -> None:
    task_id = post(photograph(), width=320).json["id"]
    store = functions["create_task"].store
    [(key, data)] = store.blobs.items()
    loop.run(store.put(key, change(data), ttl_s=60))
    assert functions.process(message(task_id)) == DONE
    failure = stored(functions, task_id).failure
    assert failure is not None
    assert failure.type == "source-lost"


def test_a_message_that_comes_twice_does_its_work_once(functions: Functions, post: Post) -> None:
    task_id = post(photograph(), width=320).json["id"]
    functions.process(message(task_id))
    first = stored(functions, task_id)
    assert functions.process(message(task_id)) == DONE
    assert stored(functions, task_id) == first


def test_a_task_that_another_attempt_works_on_comes_again(functions: Functions, post: Post) -> None:
    task_id = post(photograph(), width=320).json["id"]
    loop.run(functions["create_task"].tasks.claim(UUID(task_id), lease_s=60, max_attempts=3))
    assert functions.process(message(task_id)) == FAILED
    assert stored(functions, task_id).attempt == 1


def test_a_message_without_a_task_comes_again_until_it_is_a_dead_letter(functions: Functions) -> None:
    assert functions.process(message(str(uuid4()))) == FAILED


@pytest.mark.parametrize("body", ["", "{}", "no json", '{"task_id": "1"}'])
def test_a_message_that_makes_no_sense_comes_again_until_it_is_a_dead_letter(functions: Functions, body: str) -> None:
    assert functions.process(body) == FAILED


def test_in_a_batch_only_what_failed_is_reported(functions: Functions, post: Post) -> None:
    good, bad = (post(data, width=32).json["id"] for data in (plain(), plain()[:60]))
    answer = functions.process(message(good), "no json", message(bad))
    assert answer == {"batchItemFailures": [{"itemIdentifier": "1"}]}
    assert stored(functions, good).status is Status.COMPLETED
    assert stored(functions, bad).status is Status.FAILED


def breaking(functions: Functions, monkeypatch: pytest.MonkeyPatch, port: str, error: Exception) -> None:
    name, method = port.split(".")

    async def away(*_: Any, **__: Any) -> Any:
        raise error

    functions["process_task"]
    monkeypatch.setattr(getattr(functions["create_task"], name), method, away)


@pytest.mark.parametrize("port", ["store.get", "store.put", "tasks.complete"])
def test_a_server_that_is_away_releases_the_task_for_another_attempt(
    functions: Functions, post: Post, monkeypatch: pytest.MonkeyPatch, port: str
) -> None:
    task_id = post(photograph(), width=320).json["id"]
    breaking(functions, monkeypatch, port, StoreUnavailable("It does not answer."))
    assert functions.process(message(task_id)) == FAILED
    assert (stored(functions, task_id).status, stored(functions, task_id).attempt) == (Status.PENDING, 1)
    monkeypatch.undo()
    assert functions.process(message(task_id)) == DONE
    assert (stored(functions, task_id).status, stored(functions, task_id).attempt) == (Status.COMPLETED, 2)


def test_an_outage_is_not_held_against_the_task(
    functions: Functions, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    task_id = post(photograph(), width=320).json["id"]
    breaking(functions, monkeypatch, "store.get", StoreUnavailable("It does not answer."))
    assert [functions.process(message(task_id)) for _ in range(5)] == [FAILED] * 5
    monkeypatch.undo()
    assert functions.process(message(task_id)) == DONE
    assert (stored(functions, task_id).status, stored(functions, task_id).attempt) == (Status.COMPLETED, 6)


def test_an_outage_without_an_end_ends_the_task_before_its_message_is_a_dead_letter(
    functions: Functions, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    task_id = post(photograph(), width=320).json["id"]
    breaking(functions, monkeypatch, "store.get", StoreUnavailable("It does not answer."))
    assert [functions.process(message(task_id)) for _ in range(MAX_UNCOUNTED_ATTEMPTS + 3)] == [FAILED] * (
        MAX_UNCOUNTED_ATTEMPTS + 3
    )
    task = stored(functions, task_id)
    assert task.attempts_exhausted
    assert (task.attempt, task.counted_attempts) == (MAX_UNCOUNTED_ATTEMPTS + 3, 3)


def test_a_poison_task_between_outages_ends_after_its_own_attempts(
    functions: Functions, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    task_id = post(photograph(), width=320).json["id"]
    for _ in range(3):
        breaking(functions, monkeypatch, "store.get", StoreUnavailable("It does not answer."))
        functions.process(message(task_id))
        monkeypatch.undo()
        loop.run(functions["create_task"].tasks.claim(UUID(task_id), lease_s=0, max_attempts=3))
    assert functions.process(message(task_id)) == FAILED
    assert stored(functions, task_id).attempts_exhausted
    assert stored(functions, task_id).attempt == 6


def test_a_task_that_cannot_even_be_released_waits_for_the_end_of_its_lease(
    functions: Functions, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    task_id = post(photograph(), width=320).json["id"]
    breaking(functions, monkeypatch, "store.get", StoreUnavailable("It does not answer."))
    breaking(functions, monkeypatch, "tasks.release", RepositoryUnavailable("It does not answer."))
    monkeypatch.setattr("imagescaler.usecases.release_task.PAUSES_S", (0, 0))
    assert functions.process(message(task_id)) == FAILED
    assert stored(functions, task_id).status is Status.PROCESSING


def test_an_outage_that_lasts_until_after_the_attempt_is_not_held_against_the_task(
    functions: Functions, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    task_id = post(photograph(), width=320).json["id"]
    tasks, refused = functions["create_task"].tasks, list[object]()
    release = tasks.release

    async def away_at_first(*args: Any, **options: Any) -> Task:
        if not refused:
            refused.append(args)
            raise RepositoryUnavailable("It does not answer.")
        released: Task = await release(*args, **options)
        return released

    breaking(functions, monkeypatch, "tasks.complete", RepositoryUnavailable("It does not answer."))
    monkeypatch.setattr(tasks, "release", away_at_first)
    assert functions.process(message(task_id)) == FAILED
    task = stored(functions, task_id)
    assert (task.status, task.attempt, task.counted_attempts) == (Status.PENDING, 1, 0)


def test_the_last_attempt_ends_the_task(
    functions: Functions, post: Post, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    task_id = post(photograph(), width=320).json["id"]
    functions["process_task"]
    monkeypatch.setattr(functions["process_task"], "scale_within_limits", lambda *_, **__: 1 / 0)
    assert [functions.process(message(task_id)) for _ in range(3)] == [FAILED, FAILED, FAILED]
    task = stored(functions, task_id)
    assert (task.status, task.attempt) == (Status.FAILED, 3)
    assert task.failure is not None
    assert task.failure.detail == "The processor gave up after 3 attempts."
    assert "ZeroDivisionError" in capsys.readouterr().out


def test_a_poison_task_that_killed_every_attempt_fails_at_the_next_claim(functions: Functions, post: Post) -> None:
    task_id = post(photograph(), width=320).json["id"]
    tasks = functions["create_task"].tasks
    for _ in range(3):
        loop.run(tasks.claim(UUID(task_id), lease_s=0, max_attempts=3))
    assert functions.process(message(task_id)) == FAILED
    task = stored(functions, task_id)
    assert task.status is Status.FAILED
    assert task.failure is not None
    assert task.failure.type == "attempts-exhausted"
    assert functions["create_task"].store.blobs == {}


def test_the_message_of_a_task_that_was_given_up_comes_again_until_it_is_a_dead_letter(
    functions: Functions, post: Post, capsys: pytest.CaptureFixture[str]
) -> None:
    task_id = post(photograph(), width=320).json["id"]
    for _ in range(3):
        loop.run(functions["create_task"].tasks.claim(UUID(task_id), lease_s=0, max_attempts=3))
    capsys.readouterr()
    assert [functions.process(message(task_id)) for _ in range(3)] == [FAILED] * 3
    assert capsys.readouterr().out.count('"TasksFailed":[1.0]') == 1


def test_a_zombie_keeps_nothing_of_its_own(functions: Functions, post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    task_id = post(photograph(), width=320).json["id"]
    tasks: Any = functions["create_task"].tasks
    processor: Any = functions["process_task"]
    scale = processor.scale_within_limits

    def slow(*args: Any, **allowed: Any) -> Any:
        tasks.tasks[UUID(task_id)] = (
            tasks.tasks[UUID(task_id)].released(1).claimed(tasks._clock(), lease_s=60, max_attempts=3)
        )
        return scale(*args, **allowed)

    monkeypatch.setattr(processor, "scale_within_limits", slow)
    assert functions.process(message(task_id)) == FAILED
    assert (stored(functions, task_id).status, stored(functions, task_id).attempt) == (Status.PROCESSING, 2)
    assert list(functions["create_task"].store.blobs) == [f"sources/{task_id}"]


def test_a_source_that_cannot_be_deleted_does_not_matter(
    functions: Functions, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    task_id = post(photograph(), width=320).json["id"]
    breaking(functions, monkeypatch, "store.delete", StoreUnavailable("It does not answer."))
    assert functions.process(message(task_id)) == DONE
    assert stored(functions, task_id).status is Status.COMPLETED


def outlast_the_timer() -> None:
    while any(isinstance(thread, Timer) for thread in enumerate_threads()):
        time.sleep(0.01)


def run_out_of_time(functions: Functions, monkeypatch: pytest.MonkeyPatch, *, busy: bool = True) -> None:
    """Let rendering take longer than the limit of 0.2 s, and spend the processor's time on it or none."""
    module = functions["process_task"]

    def render(*_: Any, **__: Any) -> RenderedImage:
        outlast_the_timer()
        raise MemoryError  # the process is killed here

    monkeypatch.setattr("imagescaler.runtime.deadline.process_time", time.monotonic if busy else lambda: 0.0)
    monkeypatch.setattr("imagescaler.engine.scale.render_still", render)
    monkeypatch.setattr(module, "DEADLINE_MARGIN_S", 28.8)
    monkeypatch.setattr(module.repositories, "new_from_env", lambda: functions["create_task"].tasks)


def test_an_attempt_that_runs_out_of_time_is_repeated_once(
    functions: Functions, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    task_id = post(photograph(), width=320).json["id"]
    run_out_of_time(functions, monkeypatch)
    assert functions.process(message(task_id)) == FAILED
    assert (stored(functions, task_id).status, stored(functions, task_id).attempt) == (Status.PENDING, 1)
    functions.process(message(task_id))
    task = stored(functions, task_id)
    assert (task.status, task.attempt) == (Status.FAILED, 2)
    assert task.failure
    assert task.failure.type == "time-limit-exceeded"
    assert functions.process(message(task_id)) == DONE  # no dead letter
    assert stored(functions, task_id) == task


def test_an_attempt_that_waits_for_a_server_is_not_out_of_time(
    functions: Functions, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    task_id = post(photograph(), width=320).json["id"]
    run_out_of_time(functions, monkeypatch, busy=False)
    assert [functions.process(message(task_id)) for _ in range(2)] == [FAILED] * 2
    assert (stored(functions, task_id).status, stored(functions, task_id).attempt) == (Status.PENDING, 2)


def test_an_attempt_that_ends_after_all_discards_its_results(
    functions: Functions, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    task_id = post(photograph(), width=320).json["id"]
    run_out_of_time(functions, monkeypatch)

    def render(*args: Any, **options: Any) -> RenderedImage:
        outlast_the_timer()
        return render_still(*args, **options)

    monkeypatch.setattr("imagescaler.engine.scale.render_still", render)
    assert functions.process(message(task_id)) == FAILED
    assert stored(functions, task_id).status is Status.PENDING
    assert not [key for key in functions["create_task"].store.blobs if key.startswith("results/")]
    monkeypatch.undo()
    assert functions.process(message(task_id)) == DONE
    assert stored(functions, task_id).status is Status.COMPLETED


@pytest.mark.parametrize("left_ms", [0, 630_000], ids=["ten minutes ahead", "ten minutes behind"])
def test_an_attempt_has_its_timeout_if_the_clock_was_set(
    functions: Functions, post: Post, monkeypatch: pytest.MonkeyPatch, left_ms: int
) -> None:
    processor = functions["process_task"]
    monkeypatch.setattr(processor, "timeout", TimeoutSettings(30))
    task_id, leases = post(photograph(), width=320).json["id"], []
    claim = processor.tasks.claim

    async def noted(*task: Any, lease_s: float, **options: Any) -> Task:
        leases.append(lease_s)
        claimed: Task = await claim(*task, lease_s=lease_s, **options)
        return claimed

    monkeypatch.setattr(processor.tasks, "claim", noted)
    assert functions.process(message(task_id), left_ms=left_ms) == DONE
    assert (stored(functions, task_id).status, leases) == (Status.COMPLETED, [31])
