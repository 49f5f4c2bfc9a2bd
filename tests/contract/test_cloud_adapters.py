"""Behaviour of SQS and S3 alone: approximate lengths, expiry in metadata, errors of a misconfigured account."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from imagescaler.adapters import queues, stores
from imagescaler.adapters.queues.sqs import SqsTaskQueue
from imagescaler.adapters.stores.s3 import S3ImageStore
from imagescaler.domain.errors import BlobNotFound, QueueFull, QueueUnavailable, StoreUnavailable
from imagescaler.domain.task.message import TaskMessage, group_of
from imagescaler.runtime.settings import SettingsError
from tests.cloud import CREDENTIALS, Cloud


def message() -> TaskMessage:
    return TaskMessage(task_id=uuid4(), request_id="r", trace_id="t")


# SQS


async def test_a_message_is_what_the_queue_carries(aws: Cloud) -> None:
    sent = message()
    message_id = await queues.connect(aws.queue_url).push(sent)
    [received] = aws.sqs.receive_message(QueueUrl=aws.queue_url)["Messages"]
    assert received["MessageId"] == message_id
    assert TaskMessage.from_json(received["Body"]) == sent


async def test_messages_are_grouped_by_owner_on_the_standard_queue(aws: Cloud) -> None:
    await queues.connect(aws.queue_url).push(replace(message(), group=group_of("ada@example.org")))
    [received] = aws.receive()
    assert received["Attributes"]["MessageGroupId"] == group_of("ada@example.org")
    assert TaskMessage.from_json(received["Body"]).group == group_of("ada@example.org")


async def test_the_length_is_asked_for_again_after_five_seconds(aws: Cloud) -> None:
    now_s = [0.0]
    ours = SqsTaskQueue(aws.queue_url, max_length=2, clock_s=lambda: now_s[0])
    await ours.push(message())
    theirs = queues.connect(aws.queue_url)
    await theirs.push(message())
    await ours.push(message())  # what others push is not seen at once: the limit is soft
    with pytest.raises(QueueFull):
        await ours.push(message())
    aws.sqs.purge_queue(QueueUrl=aws.queue_url)
    with pytest.raises(QueueFull):
        await ours.push(message())
    now_s[0] = 5
    await ours.push(message())


async def test_messages_in_hand_count_as_the_stream_counts_them(aws: Cloud) -> None:
    for _ in range(2):
        await queues.connect(aws.queue_url).push(message())
    aws.sqs.receive_message(QueueUrl=aws.queue_url)
    with pytest.raises(QueueFull):
        await queues.connect(aws.queue_url, max_length=2).push(message())


@pytest.mark.parametrize(
    ("url", "region"),
    [
        ("https://sqs.eu-west-1.amazonaws.com/123456789012/TaskQueue", "eu-west-1"),
        ("https://sqs.cn-north-1.amazonaws.com.cn/123456789012/TaskQueue", "cn-north-1"),
        ("https://vpce-1.sqs.us-east-2.vpce.amazonaws.com/123456789012/TaskQueue", "us-east-2"),
        ("http://127.0.0.1:5000/123456789012/TaskQueue", "eu-central-1"),
    ],
)
def test_the_region_is_that_of_the_queues_url(aws: Cloud, url: str, region: str) -> None:
    made: Any = queues.connect(url)
    assert made._client.raw.meta.region_name == region


async def test_a_queue_that_is_not_there_is_unavailable_and_logged(
    aws: Cloud, caplog: pytest.LogCaptureFixture
) -> None:
    queue = queues.connect(aws.queue_url + "Gone")
    for question in (queue.ping(), queue.push(message())):
        with pytest.raises(QueueUnavailable, match=r"^The queue does not answer\. Try again\.$"):
            await question
    assert "NonExistentQueue" in caplog.text


# S3


async def test_objects_lie_under_the_prefix_and_say_when_they_end(aws: Cloud) -> None:
    store = S3ImageStore(aws.store_url)
    await store.put("sources/1", b"x", ttl_s=60)
    await store.copy("sources/1", "sources/2", ttl_s=6000)
    assert aws.objects == ["images/sources/1", "images/sources/2"]
    first, second = (aws.s3.head_object(Bucket=aws.bucket, Key=key)["Metadata"]["expires-at"] for key in aws.objects)
    assert float(second) - float(first) == pytest.approx(5940, abs=5)


async def test_without_a_prefix_objects_lie_at_the_top(aws: Cloud) -> None:
    await stores.connect(f"s3://{aws.bucket}").put("sources/1", b"x", ttl_s=60)
    assert aws.objects == ["sources/1"]


async def test_an_object_without_an_expiry_is_kept_for_the_lifecycle_to_delete(aws: Cloud) -> None:
    aws.s3.put_object(Bucket=aws.bucket, Key="images/sources/1", Body=b"x")
    assert await S3ImageStore(aws.store_url).get("sources/1") == b"x"


async def test_an_object_larger_than_any_of_ours_is_not_read(aws: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imagescaler.adapters.stores.s3.MAX_BLOB_BYTES", 3)
    store = S3ImageStore(aws.store_url)
    await store.put("sources/1", b"1234", ttl_s=60)
    with pytest.raises(BlobNotFound):
        await store.get("sources/1")
    assert await store.get("sources/1", first_bytes=3) == b"123"


async def test_a_bucket_that_is_not_there_is_unavailable_and_logged(
    aws: Cloud, caplog: pytest.LogCaptureFixture
) -> None:
    store = stores.connect("s3://no-bucket/images")
    for question in (store.put("k", b"x", ttl_s=1), store.get("k"), store.ping(), store.delete("k")):
        caplog.clear()
        with pytest.raises(StoreUnavailable, match=r"^The image store does not answer\. Try again\.$"):
            await question
        assert caplog.text


# A misconfigured account


@pytest.mark.parametrize(
    ("module", "url"), [(stores, "s3://a-bucket/images"), (queues, "http://127.0.0.1:1/123456789012/TaskQueue")]
)
def test_without_a_region_nothing_starts(monkeypatch: pytest.MonkeyPatch, module: Any, url: str) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(SettingsError, match="AWS_REGION is not set: set it to the region of your queue and bucket"):
        module.connect(url)


def test_a_store_without_a_bucket_is_refused(aws: Cloud) -> None:
    with pytest.raises(SettingsError, match="STORE_URL: there is no bucket in s3:///images; give s3://bucket/prefix"):
        stores.connect("s3:///images")


async def test_missing_credentials_are_named_in_the_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    with pytest.raises(StoreUnavailable):
        await stores.connect("s3://a-bucket/images").get("sources/1")
    assert "there are no AWS credentials" in caplog.text


@pytest.mark.parametrize("service", ["SQS", "S3"])
async def test_an_address_where_nobody_answers_is_unavailable(monkeypatch: pytest.MonkeyPatch, service: str) -> None:
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1")
    if service == "S3":
        with pytest.raises(StoreUnavailable):
            await stores.connect("s3://a-bucket/images").put("sources/1", b"x", ttl_s=60)
    else:
        with pytest.raises(QueueUnavailable):
            await queues.connect("http://127.0.0.1:1/123456789012/TaskQueue").push(message())
