"""An AWS account that moto imitates in this process, with our queues and our bucket."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3
import moto
import pytest

REGION = "eu-central-1"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "an-id", "AWS_SECRET_ACCESS_KEY": "a-key", "AWS_REGION": REGION}
VISIBILITY_TIMEOUT_S, MAX_RECEIVE_COUNT = 1, 3


@dataclass(frozen=True)
class Cloud:
    """Where things are, and clients to look at them from outside."""

    queue_url: str
    source_queue_url: str
    webhook_queue_url: str
    dead_letter_url: str
    bucket: str
    sqs: Any
    s3: Any

    @property
    def store_url(self) -> str:
        return f"s3://{self.bucket}/images"

    @property
    def objects(self) -> list[str]:
        """List the objects of the bucket."""
        return [found["Key"] for found in self.s3.list_objects_v2(Bucket=self.bucket).get("Contents", [])]

    def receive(self, count: int = 10) -> list[dict[str, Any]]:
        """Take what can be seen from the queue."""
        question = {"QueueUrl": self.queue_url, "MaxNumberOfMessages": count, "AttributeNames": ["All"]}
        return list(self.sqs.receive_message(**question).get("Messages", []))

    def waiting(self, url: str) -> int:
        name = "ApproximateNumberOfMessages"
        return int(self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"][name])


@contextmanager
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    """Make an account of its own for a test."""
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    with moto.mock_aws():
        sqs, s3 = boto3.client("sqs", REGION), boto3.client("s3", REGION)
        dead_letter_url = sqs.create_queue(QueueName="TaskDeadLetterQueue")["QueueUrl"]
        attributes = sqs.get_queue_attributes(QueueUrl=dead_letter_url, AttributeNames=["QueueArn"])["Attributes"]
        redrive = f'{{"deadLetterTargetArn": "{attributes["QueueArn"]}", "maxReceiveCount": {MAX_RECEIVE_COUNT}}}'
        timeout = str(VISIBILITY_TIMEOUT_S)
        queue = sqs.create_queue(
            QueueName="TaskQueue", Attributes={"RedrivePolicy": redrive, "VisibilityTimeout": timeout}
        )
        sources = sqs.create_queue(QueueName="SourceQueue", Attributes={"VisibilityTimeout": timeout})
        webhooks = sqs.create_queue(QueueName="WebhookQueue")
        s3.create_bucket(Bucket="a-bucket", CreateBucketConfiguration={"LocationConstraint": REGION})
        url, source_url, webhook_url = (each["QueueUrl"] for each in (queue, sources, webhooks))
        yield Cloud(url, source_url, webhook_url, dead_letter_url, "a-bucket", sqs, s3)
