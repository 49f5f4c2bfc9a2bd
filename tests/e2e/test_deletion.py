"""Lists, and the deletion of tasks and uploads, over HTTP."""

import httpx

from tests.e2e.client import finished, post
from tests.e2e.test_uploads import upload
from tests.pictures import photograph


def test_a_deleted_task_is_listed_as_deleted_and_its_result_is_gone(client: httpx.Client) -> None:
    task = finished(client, post(client, photograph(), width=64))
    assert task["status"] == "completed"
    for _ in range(2):
        answer = client.delete(f"/tasks/{task['id']}")
        assert (answer.status_code, answer.content) == (204, b"")
    result = client.get(f"/results/{task['id']}")
    assert (result.status_code, result.json()["type"]) == (410, "/problems/task-deleted")
    [listed] = [each for each in client.get("/tasks?status=deleted").json()["tasks"] if each["id"] == task["id"]]
    assert listed == client.get(f"/tasks/{task['id']}").json()
    assert (listed["status"], listed["result"]) == ("deleted", None)


def test_a_task_that_is_deleted_at_once_stays_deleted(client: httpx.Client) -> None:
    """Whether its attempt has begun or not."""
    created = [post(client, photograph(), width=64).json()["id"] for _ in range(5)]
    assert {client.delete(f"/tasks/{task_id}").status_code for task_id in created} == {204}
    waited = [client.get(f"/tasks/{task_id}", headers={"prefer": "wait=2"}).json() for task_id in created]
    assert {task["status"] for task in waited} == {"deleted"}


def test_a_client_follows_the_links_of_a_list(client: httpx.Client) -> None:
    made = [finished(client, post(client, photograph(), width=64)) for _ in range(5)]
    answer = client.get("/tasks", params={"limit": 2, "status": "completed"})
    found = answer.json()["tasks"]
    while len(found) < len(made):
        answer = client.get(answer.links["next"]["url"].removeprefix("/api/v1"))
        assert len(answer.json()["tasks"]) <= 2
        found += answer.json()["tasks"]
    ids = [task["id"] for task in found if task["id"] in {task["id"] for task in made}]
    assert ids == [task["id"] for task in reversed(made)]
    head = client.head("/tasks", params={"limit": 2})
    assert (head.status_code, head.content) == (200, b"")


def test_a_deleted_upload_serves_no_task(client: httpx.Client) -> None:
    upload_id = upload(client, photograph())
    task = finished(client, client.post("/tasks", json={"upload_id": upload_id, "width": 64}))
    assert task["status"] == "completed"
    for _ in range(2):
        assert client.delete(f"/uploads/{upload_id}").status_code == 204
    refused = client.post("/tasks", json={"upload_id": upload_id, "width": 64})
    assert (refused.status_code, refused.json()["type"]) == (404, "/problems/upload-not-found")
    assert client.get(f"/results/{task['id']}").status_code == 200
