"""A task queue in Amazon SQS. Its consumer is Lambda's event source mapping."""

import asyncio
import re
import time
from collections.abc import Callable
from math import ceil
from urllib.parse import urlsplit

from imagescaler.adapters.clients.aws import AwsClient, unavailable_as
from imagescaler.domain.errors import QueueFull, QueueUnavailable
from imagescaler.domain.task.message import TaskMessage

REGION = re.compile(r"(?:^|\.)sqs\.([a-z0-9-]+)\.")  # https://sqs.eu-central-1.amazonaws.com/123456789012/TaskQueue
LENGTHS = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
LENGTH_TTL_S = 5
UNAVAILABLE = "The queue does not answer. Try again."


class SqsTaskQueue:
    """A standard queue, whose groups make it a fair one, with a soft limit on its length, because SQS has none.

    The length is requested every five seconds. In between, this environment adds the messages that it pushes; those
    of other environments are not counted, so together they can exceed the limit.
    """

    def __init__(self, url: str, *, max_length: int, clock_s: Callable[[], float] = time.monotonic) -> None:
        parts = urlsplit(url)
        region = REGION.search(parts.netloc)
        endpoint_url = f"{parts.scheme}://{parts.netloc}"
        self._client = AwsClient("sqs", region=region[1] if region else "", endpoint_url=endpoint_url)
        self._url, self._max_length, self._clock_s = url, max_length, clock_s
        self._length, self._length_expires_at_s = 0, float("-inf")
        self._measuring = asyncio.Lock()

    async def push(self, message: TaskMessage, *, delay_s: float = 0) -> str:
        with unavailable_as(QueueUnavailable, UNAVAILABLE):
            async with self._measuring:
                if self._clock_s() >= self._length_expires_at_s:
                    await self._measure()
            self._check()
            self._length += 1
            group = {"MessageGroupId": message.group} if message.group else {}
            body, delay = message.to_json(), ceil(delay_s)
            answer = await self._client.call(
                "send_message", QueueUrl=self._url, MessageBody=body, DelaySeconds=delay, **group
            )
        return str(answer["MessageId"])

    async def check_room(self) -> None:
        if self._clock_s() < self._length_expires_at_s:
            self._check()

    async def holds(self, message_id: str) -> bool | None:  # noqa: ARG002 - SQS cannot look up a message by its id
        return None

    async def ping(self) -> None:
        with unavailable_as(QueueUnavailable, UNAVAILABLE):
            await self._measure()

    def _check(self) -> None:
        if self._length >= self._max_length:
            raise QueueFull(f"{self._max_length} tasks are waiting, which is the limit. Try again later.")

    async def _measure(self) -> None:
        answer = await self._client.call("get_queue_attributes", QueueUrl=self._url, AttributeNames=list(LENGTHS))
        self._length = sum(int(answer["Attributes"][name]) for name in LENGTHS)
        self._length_expires_at_s = self._clock_s() + LENGTH_TTL_S
