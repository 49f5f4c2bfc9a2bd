"""DELETE /api/v1/tasks/{task_id} and DELETE /api/v1/uploads/{upload_id}: no byte is left."""

import json
from typing import Any
from uuid import UUID, uuid4

import pytest

from imagescaler.domain.errors import StoreUnavailable
from imagescaler.domain.task.status import Status
from imagescaler.domain.upload import upload_key
from imagescaler.runtime import loop
from tests.answer import Answer
from tests.functions.conftest import Functions, Post
from tests.pictures import photograph, plain

RENDITIONS = json.dumps([{"name": "small", "width": 8}, {"name": "large", "width": 16}])


def delete(functions: Functions, task_id: str, owner: str | None = None) -> Answer:
    return functions.http("delete_task", "DELETE", f"/api/v1/tasks/{task_id}", owner=owner)


def get(functions: Functions, task_id: str, kind: str = "tasks") -> Answer:
    return functions.http("get_task" if kind == "tasks" else "get_result", "GET", f"/api/v1/{kind}/{task_id}")


def process(functions: Functions, task_id: str) -> Any:
    return functions.process(json.dumps({"task_id": task_id}))


def blobs(functions: Functions) -> set[str]:
    """Look into the store."""
    return set(functions["create_task"].store._blobs)


def purge(functions: Functions, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run the sweeper as if every lease were over."""
    module = functions["sweep_tasks"]
    with monkeypatch.context() as patch:
        patch.setattr(module.sweep_settings.__class__, "sweep_after_s", -3600)
        functions.invoke("sweep_tasks", b"{}")


@pytest.mark.parametrize("fields", [{"width": 8}, {"renditions": RENDITIONS}], ids=["one result", "renditions"])
@pytest.mark.parametrize("ended", [False, True])
def test_deleting_a_task_deletes_every_byte(
    functions: Functions, post: Post, fields: dict[str, Any], *, ended: bool
) -> None:
    task_id = post(photograph(), **fields).json["id"]
    if ended:
        assert process(functions, task_id) == {"batchItemFailures": []}
    assert blobs(functions) != set()
    answer = delete(functions, task_id)
    assert (answer.status, answer.body) == (204, b"")
    assert blobs(functions) == set()
    assert delete(functions, task_id).status == 204


def test_a_failed_task_can_be_deleted(functions: Functions, post: Post) -> None:
    task_id = post(photograph()[:-2000], width=8).json["id"]
    process(functions, task_id)
    assert delete(functions, task_id).status == 204
    task = get(functions, task_id).json
    assert (task["status"], task["error"]) == ("deleted", None)


def test_a_deleted_task_is_shown_as_deleted_and_its_result_is_gone(functions: Functions, post: Post) -> None:
    task_id = post(photograph(), width=8).json["id"]
    process(functions, task_id)
    delete(functions, task_id)
    task = get(functions, task_id)
    assert (task.status, task.json["status"], task.json["result"]) == (200, "deleted", None)
    assert "retry-after" not in task.headers
    result = get(functions, task_id, "results")
    assert (result.status, result.json["type"]) == (410, "/problems/task-deleted")
    listed = functions.http("list_tasks", "GET", "/api/v1/tasks").json["tasks"]
    assert listed == [task.json]


@pytest.mark.parametrize("name", ["small", "unknown", None])
def test_renditions_of_a_deleted_task_are_gone(functions: Functions, post: Post, name: str | None) -> None:
    task_id = post(photograph(), renditions=RENDITIONS).json["id"]
    process(functions, task_id)
    delete(functions, task_id)
    query = {"rendition": name} if name else None
    answer = functions.http("get_result", "GET", f"/api/v1/results/{task_id}", query=query)
    assert answer.status == 410
    shown = get(functions, task_id).json
    assert [(each["status"], each["result"]) for each in shown["renditions"]] == [("deleted", None)] * 2


def test_a_task_that_has_not_begun_is_cancelled(functions: Functions, post: Post) -> None:
    task_id = post(photograph(), width=8).json["id"]
    delete(functions, task_id)
    assert process(functions, task_id) == {"batchItemFailures": []}
    assert (get(functions, task_id).json["attempts"], blobs(functions)) == (0, set())


@pytest.mark.parametrize("moment", ["reads", "stores", "completes"])
def test_an_attempt_in_hand_ends_without_effect(
    functions: Functions, post: Post, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """The task is deleted when the attempt calls this method of its port, before the method does its work."""
    task_id = post(photograph(), width=8).json["id"]
    port, method = {"reads": ("store", "get"), "stores": ("store", "put"), "completes": ("tasks", "complete")}[moment]
    module = functions["delete_task"]
    adapter = getattr(functions["process_task"], port)
    own = getattr(adapter, method)

    async def deleted_before(*arguments: Any, **named: Any) -> Any:
        await module.delete_task(UUID(task_id), "", tasks=module.tasks, store=module.store, ends=module.ends)
        return await own(*arguments, **named)

    with monkeypatch.context() as patch:
        patch.setattr(adapter, method, deleted_before)
        process(functions, task_id)
    assert (get(functions, task_id).json["status"], blobs(functions)) == ("deleted", set())
    assert process(functions, task_id) == {"batchItemFailures": []}  # its message comes again


def test_what_an_attempt_leaves_that_dies_after_the_deletion_is_purged(
    functions: Functions, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    task_id = post(photograph(), width=8).json["id"]
    create: Any = functions["create_task"]
    task = loop.run(create.tasks.claim(UUID(task_id), lease_s=60, max_attempts=3))
    delete(functions, task_id)
    loop.run(create.store.put(task.result_key(), b"late", ttl_s=60))
    functions.invoke("sweep_tasks", b"{}")
    assert blobs(functions) == {task.result_key()}  # its lease is not over
    purge(functions, monkeypatch)
    assert blobs(functions) == set()
    assert loop.run(create.tasks.get(UUID(task_id))).expires_at is None


def test_results_of_earlier_attempts_are_deleted_as_well(functions: Functions, post: Post) -> None:
    task_id = post(photograph(), width=8).json["id"]
    create: Any = functions["create_task"]
    for _ in range(2):
        task = loop.run(create.tasks.claim(UUID(task_id), lease_s=0, max_attempts=3))
        loop.run(create.store.put(task.result_key(), b"of an attempt that was killed", ttl_s=60))
    delete(functions, task_id)
    assert blobs(functions) == set()


def test_a_store_that_is_away_delays_the_deletion_of_bytes(
    functions: Functions, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    task_id = post(photograph(), width=8).json["id"]

    async def away(_: str) -> None:
        raise StoreUnavailable("It does not answer.")

    with monkeypatch.context() as patch:
        patch.setattr(functions["delete_task"].store, "delete", away)
        assert delete(functions, task_id).status == 503
        patch.setattr(functions["sweep_tasks"].store, "delete", away)
        with pytest.raises(StoreUnavailable):
            purge(functions, monkeypatch)
    assert get(functions, task_id).json["status"] == "deleted"
    assert len(blobs(functions)) == 1
    purge(functions, monkeypatch)
    assert blobs(functions) == set()


@pytest.mark.parametrize("other", ["bob", ""])
def test_a_task_of_another_owner_is_unknown(functions: Functions, post: Post, other: str) -> None:
    task_id = post(photograph(), owner="ada", width=8).json["id"]
    answer = delete(functions, task_id, other)
    assert (answer.status, answer.json["type"]) == (404, "/problems/task-not-found")
    assert len(blobs(functions)) == 1
    assert delete(functions, task_id, "ada").status == 204


def test_an_unknown_task_is_not_found(functions: Functions) -> None:
    assert delete(functions, str(uuid4())).status == 404
    assert delete(functions, "42").status == 422


def test_a_key_stands_for_its_deleted_task(functions: Functions, post: Post) -> None:
    key = {"idempotency-key": "k1"}
    task_id = post(plain(), key, width=8).json["id"]
    delete(functions, task_id)
    answer = post(plain(), key, width=8)
    assert (answer.status, answer.json["id"], answer.json["status"]) == (200, task_id, "deleted")
    assert blobs(functions) == set()


def test_a_task_whose_status_is_deleted_waits_for_nothing(functions: Functions, post: Post) -> None:
    task_id = post(plain(), width=8).json["id"]
    delete(functions, task_id)
    answer = functions.http("get_task", "GET", f"/api/v1/tasks/{task_id}", headers={"prefer": "wait=10"})
    assert (answer.json["status"], answer.headers["preference-applied"]) == (Status.DELETED, "wait=10")


# Uploads


@pytest.fixture
def upload_id(functions: Functions) -> UUID:
    made = uuid4()
    loop.run(functions["create_task"].store.put(upload_key(made, "ada"), photograph(), ttl_s=60))
    return made


def delete_upload(functions: Functions, upload_id: UUID, owner: str = "ada") -> Answer:
    return functions.http("delete_upload", "DELETE", f"/api/v1/uploads/{upload_id}", owner=owner)


def test_deleting_an_upload_deletes_its_bytes_and_again(functions: Functions, upload_id: UUID) -> None:
    assert delete_upload(functions, upload_id, "bob").status == 204  # as for ids that do not exist
    assert len(blobs(functions)) == 1
    for _ in range(2):
        answer = delete_upload(functions, upload_id)
        assert (answer.status, answer.body, blobs(functions)) == (204, b"", set())


def test_a_task_of_a_deleted_upload_is_completed(functions: Functions, upload_id: UUID) -> None:
    wanted = json.dumps({"upload_id": str(upload_id), "width": 8}).encode()
    headers = {"content-type": "application/json"}
    task = functions.http("create_task", "POST", "/api/v1/tasks", headers=headers, body=wanted, owner="ada").json
    delete_upload(functions, upload_id)
    process(functions, task["id"])
    assert functions.http("get_task", "GET", f"/api/v1/tasks/{task['id']}", owner="ada").json["status"] == "completed"
    again = functions.http("create_task", "POST", "/api/v1/tasks", headers=headers, body=wanted, owner="ada")
    assert (again.status, again.json["type"]) == (404, "/problems/upload-not-found")
