"""Files and results that no request and no answer can carry, over HTTP."""

import hashlib
from typing import Any

import httpx
import pytest

from tests.pictures import noise, photograph
from tests.reference import pixels_of

WAIT = {"prefer": "wait=20"}
LARGE = 40_000_000


def upload(client: httpx.Client, image: bytes) -> str:
    """Upload as a client is told to, and give the id."""
    told = client.post("/uploads", json={"bytes": len(image), "media_type": "image/jpeg"}).json()
    answer = httpx.request(told["method"], told["url"], content=image, headers=told["headers"], timeout=60)
    assert answer.status_code == 200, answer.text
    return str(told["id"])


def completed(client: httpx.Client, **content: Any) -> Any:
    """Make a task, and wait until it is over."""
    task = client.post("/tasks", json=content, headers=WAIT).json()
    while task["status"] in {"pending", "processing"}:
        task = client.get(f"/tasks/{task['id']}", headers=WAIT).json()
    assert task["status"] == "completed", task
    return task


def test_a_photograph_of_forty_megabytes_goes_through(client: httpx.Client) -> None:
    image = noise(LARGE)
    task = completed(client, upload_id=upload(client, image), width=800, height=800)
    assert task["source"]["bytes"] == len(image) >= LARGE
    result = client.get(f"/results/{task['id']}", headers={"accept": "image/*"})
    assert result.headers["content-type"] == "image/jpeg"
    assert pixels_of(result.content).shape[:2] == (800, 800)
    assert abs(float(pixels_of(result.content).mean()) - 127.5) < 3  # the mean of all that is random


def test_an_upload_serves_many_tasks(client: httpx.Client) -> None:
    upload_id = upload(client, photograph())
    tasks = [completed(client, upload_id=upload_id, width=width) for width in (320, 160)]
    assert [task["result"]["width"] for task in tasks] == [320, 160]


def test_a_result_too_large_for_an_answer_is_fetched_from_where_it_is(client: httpx.Client) -> None:
    upload_id = upload(client, noise(5_000_000))
    task = completed(client, upload_id=upload_id, width=2000, height=2000, format="png")
    path, accept = f"/results/{task['id']}", {"accept": "image/*"}
    answer = client.get(path, headers=accept)
    assert answer.status_code == 303
    whole = httpx.get(answer.headers["location"], timeout=60)
    assert hashlib.sha256(whole.content).hexdigest() == task["result"]["sha256"]
    assert (whole.headers["etag"], whole.headers["content-type"]) == (f'"{task["result"]["sha256"]}"', "image/png")
    assert whole.headers["content-disposition"] == f'inline; filename="{task["id"]}.png"'
    assert whole.headers["x-content-type-options"] == "nosniff"
    head = client.head(path, headers=accept, follow_redirects=True)
    assert (head.status_code, head.content) == (200, b"")
    assert int(head.headers["content-length"]) == task["result"]["bytes"] > 4_718_667
    as_json = client.get(path, headers={"accept": "application/json"}).json()
    assert as_json["data"] is None
    assert httpx.get(as_json["url"], timeout=60).content == whole.content


@pytest.mark.needs("payload limits")
def test_who_sends_too_much_is_told_of_uploads(client: httpx.Client) -> None:
    for size in (8_000_000, 20_000_000):
        answer = client.post("/tasks", files={"file": ("photo", bytes(size))}, data={"width": "8"})
        assert answer.status_code == 413
        assert answer.json()["detail"].endswith("For a larger file, ask POST /api/v1/uploads where to send it.")


@pytest.mark.parametrize("change", ["length", "signature", "reuse"])
def test_a_signed_url_takes_what_was_signed_and_nothing_else(client: httpx.Client, change: str) -> None:
    told = client.post("/uploads", json={"bytes": 3, "media_type": "image/jpeg"}).json()
    put = {"content": b"abc", "headers": told["headers"], "timeout": 60}
    if change == "length":
        status = httpx.put(told["url"], **{**put, "content": b"abcd"}).status_code
    elif change == "signature":
        status = httpx.put(told["url"][:-4] + "aaaa", **put).status_code
    else:
        assert httpx.put(told["url"], **put).status_code == 200
        status = httpx.put(told["url"], **put).status_code
    assert status == (412 if change == "reuse" else 403)
