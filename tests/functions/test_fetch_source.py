"""Tasks whose image is at a URL: accepted without it, fetched by a function of its own, then scaled as all others."""

import json
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest

from imagescaler.domain.errors import QueueFull, StoreUnavailable
from imagescaler.domain.task.status import Status
from imagescaler.domain.task.task import Task
from imagescaler.runtime import loop
from tests.answer import Answer
from tests.cloud import REGION, cloud
from tests.functions.conftest import Context, Functions, multipart
from tests.pictures import photograph, plain
from tests.web_host import WebHost, web_host

DONE: dict[str, Any] = {"batchItemFailures": []}
FAILED = {"batchItemFailures": [{"itemIdentifier": "0"}]}
URL = "https://example.org/photo.jpg"


@pytest.fixture
def host() -> Iterator[WebHost]:
    with web_host() as made:
        yield made


@pytest.fixture(autouse=True)
def allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTBOUND_ALLOWED", "127.0.0.1")
    monkeypatch.setenv("SOURCE_TIMEOUT_S", "20")


Create = Callable[..., Answer]


@pytest.fixture
def create(functions: Functions) -> Create:
    def send(source_url: str, headers: dict[str, str] | None = None, **options: Any) -> Answer:
        body = json.dumps({"source_url": source_url, **options}).encode()
        all_headers = {"content-type": "application/json", **(headers or {})}
        return functions.http("create_task", "POST", "/api/v1/tasks", headers=all_headers, body=body)

    return send


def fetch(functions: Functions, task_id: str) -> Any:
    records = [{"messageId": "0", "body": json.dumps({"task_id": task_id}), "eventSource": "aws:sqs"}]
    return functions["fetch_source"].handler({"Records": records}, Context("fetch-source"))


def stored(functions: Functions, task_id: str) -> Task:
    task: Task = functions["create_task"].tasks.tasks[UUID(task_id)]
    return task


def waiting(functions: Functions, queue: str) -> list[str]:
    return [str(each.task_id) for each in getattr(functions["create_task"], queue).messages.values()]


def failure(functions: Functions, task_id: str) -> tuple[str, str]:
    error = functions.http("get_task", "GET", f"/api/v1/tasks/{task_id}").json["error"]
    return error["type"], error["detail"]


def test_a_task_with_a_url_is_accepted_before_anything_is_fetched(functions: Functions, create: Create) -> None:
    answer = create(URL, width=32)
    assert answer.status == 202
    assert (answer.json["source"], answer.json["source_url"], answer.json["status"]) == (None, URL, "pending")
    assert waiting(functions, "source_queue") == [answer.json["id"]]
    assert waiting(functions, "queue") == []


def test_a_form_may_have_a_url(functions: Functions) -> None:
    headers, body = multipart(source_url=URL, width=32)
    answer = functions.http("create_task", "POST", "/api/v1/tasks", headers=headers, body=body)
    assert (answer.status, answer.json["source_url"]) == (202, URL)


def test_a_fetched_image_is_scaled_as_one_that_was_sent(functions: Functions, create: Create, host: WebHost) -> None:
    photo = photograph()
    task_id = create(host.serve("/photo.jpg", photo), width=32).json["id"]
    assert fetch(functions, task_id) == DONE
    task = stored(functions, task_id)
    assert task.source
    assert (task.status, task.source.bytes, task.counted_attempts) == (Status.PENDING, len(photo), 0)
    assert functions["create_task"].store.blobs == {f"sources/{task_id}": photo}
    assert waiting(functions, "queue") == [task_id]
    assert functions.process(json.dumps({"task_id": task_id})) == DONE
    shown = functions.http("get_task", "GET", f"/api/v1/tasks/{task_id}").json
    assert (shown["status"], shown["result"]["width"], shown["source"]["bytes"]) == ("completed", 32, len(photo))


def test_redirects_are_followed(functions: Functions, create: Create, host: WebHost) -> None:
    host.serve("/b.png", plain())
    task_id = create(host.serve("/a", b"", 302, Location="/b.png"), width=8).json["id"]
    assert fetch(functions, task_id) == DONE
    assert (stored(functions, task_id).status, host.paths) == (Status.PENDING, ["/a", "/b.png"])


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("ftp://example.org/a.jpg", "The scheme is ftp; give a URL of https or http"),
        ("https://me:secret@example.org/a.jpg", "A URL has no user name and no password"),
        ("http://10.0.0.1/", "10.0.0.1 is not a host of the public internet: its address is private"),
        ("http://0x7f.1/", "127.0.0.1 is not a host of the public internet: its address is loopback"),
        ("photo.jpg", "Give an absolute URL, such as https://example.org/photo.jpg"),
    ],
)
def test_a_url_that_is_never_fetched_is_refused_at_once(
    functions: Functions, create: Create, monkeypatch: pytest.MonkeyPatch, url: str, says: str
) -> None:
    monkeypatch.delenv("OUTBOUND_ALLOWED")
    functions["create_task"].settings.from_env.cache_clear()
    answer = create(url, width=8)
    shown = f"{says} (it is {url!r})"
    assert (answer.status, answer.json["errors"]) == (422, [{"field": "source_url", "detail": shown}])
    assert functions["create_task"].tasks.tasks == {}


def test_another_port_is_refused_at_once(functions: Functions, create: Create, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OUTBOUND_ALLOWED")
    functions["create_task"].settings.from_env.cache_clear()
    answer = create("https://example.org:22/a", width=8)
    assert (answer.status, answer.json["errors"][0]["detail"]) == (
        422,
        "The port is 22; permitted are 80, 443 (it is 'https://example.org:22/a')",
    )


@pytest.mark.parametrize("others", [{"upload_id": "8e03978e-40d5-43e8-bc93-6894a57f9324"}])
def test_a_request_has_one_image(create: Create, others: dict[str, str]) -> None:
    answer = create(URL, width=8, **others)
    says = "send either the image as file, or the upload_id of an upload, or a source_url"
    assert (answer.status, answer.json["errors"]) == (422, [{"field": "body", "detail": says}])


def test_a_body_that_is_an_image_has_no_url_beside_it(functions: Functions) -> None:
    answer = functions.http(
        "create_task",
        "POST",
        "/api/v1/tasks",
        query={"source_url": URL},
        headers={"content-type": "image/png"},
        body=plain(),
    )
    assert answer.status == 422


def test_a_plan_has_no_url(functions: Functions) -> None:
    body = json.dumps({"source_url": URL, "width": 8}).encode()
    answer = functions.http(
        "plan_task", "POST", "/api/v1/plan", headers={"content-type": "application/json"}, body=body
    )
    assert answer.status == 422
    assert "source_url" in [each["field"] for each in answer.json["errors"]]


def test_a_name_of_this_host_is_forbidden_once_it_is_resolved(
    functions: Functions, create: Create, host: WebHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = host.server.server_port
    task_id = create(f"http://localhost:{port}/secret", width=8).json["id"]
    monkeypatch.setenv("OUTBOUND_ALLOWED", "127.0.0.2")
    assert fetch(functions, task_id) == DONE
    assert failure(functions, task_id)[0] == "/problems/source-forbidden"
    assert host.paths == []


def test_a_redirect_to_a_private_address_ends_the_task(functions: Functions, create: Create, host: WebHost) -> None:
    task_id = create(host.serve("/a", b"", 302, Location="http://169.254.169.254/latest/"), width=8).json["id"]
    assert fetch(functions, task_id) == DONE
    assert failure(functions, task_id) == (
        "/problems/source-forbidden",
        "169.254.169.254 is not a host of the public internet: its address is metadata of a cloud.",
    )


def test_an_image_that_is_not_there_ends_the_task_at_once(functions: Functions, create: Create, host: WebHost) -> None:
    task_id = create(f"{host.url}/missing.jpg", width=8).json["id"]
    assert fetch(functions, task_id) == DONE
    assert failure(functions, task_id) == ("/problems/source-unreachable", "The host answered with status 404.")
    assert len(host.paths) == 1


def test_a_host_that_is_busy_is_tried_three_times(functions: Functions, create: Create, host: WebHost) -> None:
    task_id = create(host.serve("/busy", b"", 503), width=8).json["id"]
    assert [fetch(functions, task_id) for _ in range(3)] == [FAILED, FAILED, DONE]
    assert failure(functions, task_id) == ("/problems/source-unreachable", "The host answered with status 503.")
    assert fetch(functions, task_id) == DONE
    assert len(host.paths) == 3


def test_a_host_that_recovers_is_fetched_from(functions: Functions, create: Create, host: WebHost) -> None:
    task_id = create(host.serve("/photo", b"", 503), width=8).json["id"]
    assert fetch(functions, task_id) == FAILED
    host.serve("/photo", plain())
    assert fetch(functions, task_id) == DONE
    assert stored(functions, task_id).source is not None


def test_a_closed_port_is_tried_again(functions: Functions, create: Create) -> None:
    task_id = create("http://127.0.0.1:9/a", width=8).json["id"]
    assert fetch(functions, task_id) == FAILED
    assert stored(functions, task_id).status is Status.PENDING


def test_a_file_with_too_many_bytes_ends_the_task(
    functions: Functions, create: Create, host: WebHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAX_SOURCE_BYTES", "1000")
    task_id = create(host.serve("/large", b"x" * 2000), width=8).json["id"]
    assert fetch(functions, task_id) == DONE
    slug, detail = failure(functions, task_id)
    assert slug == "/problems/source-too-large"
    assert "the limit is 1,000" in detail
    assert functions["create_task"].store.blobs == {}


@pytest.mark.parametrize(
    ("content", "options", "slug"),
    [
        (b"<html>", {"width": 8}, "unsupported-image-format"),
        (b"", {"width": 8}, "unsupported-image-format"),
        (plain()[:20], {"width": 8}, "corrupt-image"),
        (plain(), {"crop": "0,0,5000,5000"}, "crop-outside"),
    ],
)
def test_a_file_that_cannot_become_the_result_ends_the_task(
    functions: Functions, create: Create, host: WebHost, content: bytes, options: dict[str, Any], slug: str
) -> None:
    task_id = create(host.serve("/a", content), **options).json["id"]
    assert fetch(functions, task_id) == DONE
    assert failure(functions, task_id)[0] == f"/problems/{slug}"
    assert functions["create_task"].store.blobs == {}


def test_a_key_stands_for_the_url(create: Create) -> None:
    key = {"idempotency-key": "k1"}
    first, again = create(URL, key, width=8), create(URL, key, width=8)
    assert (again.status, again.json["id"]) == (202, first.json["id"])
    assert again.headers["idempotency-replayed"] == "true"
    assert create(f"{URL}?other", key, width=8).status == 422


def test_a_message_that_comes_again_fetches_nothing_again(functions: Functions, create: Create, host: WebHost) -> None:
    task_id = create(host.serve("/a", plain()), width=8).json["id"]
    assert [fetch(functions, task_id), fetch(functions, task_id)] == [DONE, DONE]
    assert host.paths == ["/a"]
    assert waiting(functions, "queue") == [task_id, task_id]
    functions.process(json.dumps({"task_id": task_id}))
    assert fetch(functions, task_id) == DONE
    assert stored(functions, task_id).status is Status.COMPLETED


def test_a_fetched_task_that_was_not_enqueued_is_so_by_the_sweeper(
    functions: Functions, create: Create, host: WebHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SWEEP_AFTER_S", "0")
    task_id = create(host.serve("/a", plain()), width=8).json["id"]

    async def full(_: Any) -> str:
        raise QueueFull("full")

    with monkeypatch.context() as patch:
        patch.setattr(functions["create_task"].queue, "push", full)
        assert fetch(functions, task_id) == DONE
    assert stored(functions, task_id).message_id is None
    assert functions["sweep_tasks"].handler({}, Context("sweep-tasks"))["reenqueued"] == 1
    assert waiting(functions, "queue") == [task_id]


def test_the_sweeper_enqueues_a_task_to_be_fetched_in_the_queue_of_sources(
    functions: Functions, create: Create, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SWEEP_AFTER_S", "0")
    task_id = create(URL, width=8).json["id"]
    sweep = functions["sweep_tasks"]
    assert sweep.handler({}, Context("sweep-tasks"))["reenqueued"] == 0
    functions["create_task"].source_queue.messages.clear()
    assert sweep.handler({}, Context("sweep-tasks"))["reenqueued"] == 1
    assert (waiting(functions, "source_queue"), waiting(functions, "queue")) == ([task_id], [])


def test_the_sweeper_ends_a_task_that_was_never_fetched(
    functions: Functions, create: Create, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SWEEP_AFTER_S", "0")
    monkeypatch.setenv("SOURCE_TTL_S", "0")
    task_id = create(URL, width=8).json["id"]
    assert functions["sweep_tasks"].handler({}, Context("sweep-tasks"))["ended"] == 1
    assert failure(functions, task_id)[0] == "/problems/source-unreachable"


def test_a_store_that_does_not_answer_takes_no_attempt(
    functions: Functions, create: Create, host: WebHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    task_id = create(host.serve("/a", plain()), width=8).json["id"]

    async def away(*_: Any, **__: Any) -> None:
        raise StoreUnavailable("away")

    with monkeypatch.context() as patch:
        patch.setattr(functions["create_task"].store, "put", away)
        assert [fetch(functions, task_id) for _ in range(4)] == [FAILED] * 4
    assert stored(functions, task_id).counted_attempts == 0
    assert fetch(functions, task_id) == DONE
    assert stored(functions, task_id).source is not None


def test_a_deleted_task_is_not_fetched(functions: Functions, create: Create, host: WebHost) -> None:
    task_id = create(host.serve("/a", plain()), width=8).json["id"]
    assert functions.http("delete_task", "DELETE", f"/api/v1/tasks/{task_id}").status == 204
    assert fetch(functions, task_id) == DONE
    assert host.paths == []


def test_a_task_that_is_deleted_while_it_is_fetched_stays_deleted(
    functions: Functions, create: Create, host: WebHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    task_id = create(host.serve("/a", plain()), width=8).json["id"]
    module = functions["fetch_source"]
    original = module.fetcher.fetch

    async def slow(url: str, *, max_bytes: int) -> bytes:
        await module.tasks.delete(UUID(task_id))
        data: bytes = await original(url, max_bytes=max_bytes)
        return data

    monkeypatch.setattr(module.fetcher, "fetch", slow)
    assert fetch(functions, task_id) == FAILED
    assert stored(functions, task_id).status is Status.DELETED
    assert waiting(functions, "queue") == []
    unpurged = loop.run(module.tasks.take_unpurged(older_than_s=-60, limit=9))
    assert [f"sources/{task_id}" in each.image_keys for each in unpurged] == [True]


def test_bytes_that_a_late_attempt_has_stored_are_not_scaled(
    functions: Functions, create: Create, host: WebHost
) -> None:
    data = plain()
    task_id = create(host.serve("/a", data), width=8).json["id"]
    fetch(functions, task_id)
    other = data[:-1] + bytes([data[-1] ^ 1])
    loop.run(functions["create_task"].store.put(f"sources/{task_id}", other, ttl_s=60))
    assert functions.process(json.dumps({"task_id": task_id})) == DONE
    assert failure(functions, task_id)[0] == "/problems/source-lost"


def test_the_processor_ends_a_task_whose_message_is_in_the_wrong_queue(functions: Functions, create: Create) -> None:
    task_id = create(URL, width=8).json["id"]
    assert functions.process(json.dumps({"task_id": task_id})) == DONE
    assert failure(functions, task_id)[0] == "/problems/source-lost"


# Buckets


@pytest.fixture
def photos(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Yield a client of S3 with a bucket, of which the operator allows a prefix."""
    with cloud(monkeypatch) as made:
        made.s3.create_bucket(Bucket="photos", CreateBucketConfiguration={"LocationConstraint": REGION})
        monkeypatch.setenv("SOURCE_BUCKETS", "photos/2026, other-photos")
        yield made.s3


def test_an_object_is_fetched_and_scaled(functions: Functions, create: Create, photos: Any) -> None:
    photos.put_object(Bucket="photos", Key="2026/a photo.jpg", Body=photograph())
    functions["create_task"].settings.from_env.cache_clear()
    answer = create("s3://photos/2026/a photo.jpg", width=32)
    assert answer.status == 202
    task_id = answer.json["id"]
    assert fetch(functions, task_id) == DONE
    functions.process(json.dumps({"task_id": task_id}))
    assert stored(functions, task_id).status is Status.COMPLETED


@pytest.mark.parametrize(
    "url",
    [
        "s3://photos/2025/a.jpg",
        "s3://photos/20260/a.jpg",
        "s3://photos/2026/../2025/a.jpg",
        "s3://photos/2026",
        "s3://photos",
        "s3://a-bucket/images/results/1",
        "s3://PHOTOS/2026/a.jpg",
        "s3://other-photos.example.org/a.jpg",
        "S3://photos/2026/a.jpg",
        "s3://me@photos/2026/a.jpg",
        "s3:///2026/a.jpg",
    ],
)
def test_an_object_that_the_operator_does_not_allow_is_refused_at_once(
    functions: Functions, create: Create, photos: Any, url: str
) -> None:
    functions["create_task"].settings.from_env.cache_clear()
    answer = create(url, width=8)
    assert (answer.status, answer.json["errors"][0]["field"]) == (422, "source_url")


def test_no_bucket_is_allowed_by_default(create: Create) -> None:
    assert create("s3://photos/2026/a.jpg", width=8).status == 422


def test_a_bucket_that_is_no_longer_allowed_ends_the_task(
    functions: Functions, create: Create, photos: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    photos.put_object(Bucket="photos", Key="2026/a.jpg", Body=plain())
    functions["create_task"].settings.from_env.cache_clear()
    task_id = create("s3://photos/2026/a.jpg", width=8).json["id"]
    monkeypatch.setenv("SOURCE_BUCKETS", "other-photos")
    assert fetch(functions, task_id) == DONE
    assert failure(functions, task_id)[0] == "/problems/source-forbidden"


@pytest.mark.parametrize("url", ["s3://photos/2026/missing.jpg", "s3://other-photos/a.jpg"])
def test_an_object_that_is_not_there_ends_the_task(functions: Functions, create: Create, photos: Any, url: str) -> None:
    functions["create_task"].settings.from_env.cache_clear()
    task_id = create(url, width=8).json["id"]
    assert fetch(functions, task_id) == DONE
    assert failure(functions, task_id) == ("/problems/source-unreachable", f"There is no object {url}.")


def test_an_object_with_too_many_bytes_ends_the_task(
    functions: Functions, create: Create, photos: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    photos.put_object(Bucket="photos", Key="2026/a.jpg", Body=bytes(2000))
    functions["create_task"].settings.from_env.cache_clear()
    task_id = create("s3://photos/2026/a.jpg", width=8).json["id"]
    monkeypatch.setenv("MAX_SOURCE_BYTES", "1000")
    assert fetch(functions, task_id) == DONE
    assert failure(functions, task_id)[0] == "/problems/source-too-large"


def test_an_s3_that_does_not_answer_is_tried_again(
    functions: Functions, create: Create, photos: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    functions["create_task"].settings.from_env.cache_clear()
    task_id = create("s3://photos/2026/a.jpg", width=8).json["id"]
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")
    assert fetch(functions, task_id) == FAILED
    assert stored(functions, task_id).status is Status.PENDING
