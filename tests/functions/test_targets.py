"""Results that are also written to a bucket."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from imagescaler.domain.task.status import Status
from imagescaler.domain.task.task import Task
from tests.answer import Answer
from tests.cloud import REGION, cloud
from tests.functions.conftest import Functions, Post
from tests.functions.test_process_task import DONE, FAILED, message
from tests.pictures import photograph, plain


@pytest.fixture
def photos(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Yield a client of S3 with a bucket, of which results may be written to a prefix."""
    monkeypatch.setenv("TARGET_BUCKETS", "photos/small,missing-bucket")
    with cloud(monkeypatch) as made:
        made.s3.create_bucket(Bucket="photos", CreateBucketConfiguration={"LocationConstraint": REGION})
        yield made.s3


@pytest.fixture
def service(photos: Any, functions: Functions) -> Functions:
    return functions


def keys(photos: Any) -> list[str]:
    return [each["Key"] for each in photos.list_objects_v2(Bucket="photos").get("Contents", [])]


def stored(service: Functions, answer: Answer) -> Task:
    task: Task = service["create_task"].tasks.tasks[UUID(answer.json["id"])]
    return task


def process(service: Functions, answer: Answer) -> Any:
    assert answer.status == 202, answer.body
    return service.process(message(answer.json["id"]))


def test_a_result_is_written_under_the_id_of_its_task(photos: Any, service: Functions, post: Post) -> None:
    answer = post(photograph(), width=32, format="webp", target_url="s3://photos/small/2026/")
    assert process(service, answer) == DONE
    [key] = keys(photos)
    assert key == f"small/2026/{answer.json['id']}.webp"
    written = photos.get_object(Bucket="photos", Key=key)
    assert written["ContentType"] == "image/webp"
    [blob] = service["create_task"].store.blobs.values()
    assert written["Body"].read() == blob
    assert stored(service, answer).status is Status.COMPLETED


def test_a_result_is_written_under_the_name_of_the_client(photos: Any, service: Functions, post: Post) -> None:
    assert process(service, post(photograph(), width=32, target_url="s3://photos/small/card.jpg")) == DONE
    assert keys(photos) == ["small/card.jpg"]


def test_renditions_are_written_under_their_names(photos: Any, service: Functions, post: Post) -> None:
    renditions = [{"name": "a", "width": 8}, {"name": "b", "width": 16, "target_url": "s3://photos/small/b.png"}]
    answer = post(plain(), target_url="s3://photos/small/", renditions=json.dumps(renditions))
    assert process(service, answer) == DONE
    assert set(keys(photos)) == {f"small/{answer.json['id']}-a.png", "small/b.png"}


def test_renditions_with_one_name_for_all_are_refused(service: Functions, post: Post) -> None:
    renditions = [{"name": "a", "width": 8}, {"name": "b", "width": 16}]
    answer = post(plain(), target_url="s3://photos/small/a.png", renditions=json.dumps(renditions))
    says = "several renditions have one target_url; end it with a slash, or give each its own"
    assert (answer.status, answer.json["errors"][0]["detail"]) == (422, says)


@pytest.mark.parametrize(
    "url",
    [
        "s3://photos/",
        "s3://photos/large/",
        "s3://photos/small/../a.jpg",
        "s3://other/small/",
        "https://example.org/",
        "x",
    ],
)
@pytest.mark.parametrize("way", ["file", "source_url"])
def test_a_target_that_the_operator_does_not_allow_is_refused(
    service: Functions, post: Post, url: str, way: str
) -> None:
    if way == "file":
        answer = post(plain(), width=8, target_url=url)
    else:
        answer = post(None, width=8, target_url=url, source_url="https://example.org/a.jpg")
    assert (answer.status, answer.json["type"]) == (422, "/problems/target-forbidden")
    assert service["create_task"].tasks.tasks == {}


def test_no_target_is_allowed_by_default(post: Post) -> None:
    answer = post(plain(), width=8, target_url="s3://photos/small/")
    assert (answer.status, answer.json["type"]) == (422, "/problems/target-forbidden")


def test_a_bucket_that_is_not_there_ends_the_task(service: Functions, post: Post) -> None:
    answer = post(plain(), width=8, target_url="s3://missing-bucket/")
    assert process(service, answer) == DONE
    task = stored(service, answer)
    assert task.failure
    assert (task.status, task.failure.type, task.attempt) == (Status.FAILED, "target-forbidden", 1)
    assert service["create_task"].store.blobs == {}


def test_a_target_that_is_no_longer_allowed_is_not_written(
    photos: Any, service: Functions, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = post(plain(), width=8, target_url="s3://photos/small/")
    monkeypatch.setenv("TARGET_BUCKETS", "other")
    assert process(service, answer) == DONE
    assert stored(service, answer).status is Status.FAILED
    assert keys(photos) == []


def test_a_bucket_that_does_not_answer_takes_no_attempt(
    photos: Any, service: Functions, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = post(plain(), width=8, target_url="s3://photos/small/")
    with monkeypatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")
        assert process(service, answer) == FAILED
    task = stored(service, answer)
    assert (task.status, task.counted_attempts) == (Status.PENDING, 0)
    del service["process_task"].target._client
    assert process(service, answer) == DONE
    assert keys(photos) == [f"small/{answer.json['id']}.png"]
