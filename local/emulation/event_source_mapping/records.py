"""The SQS event by which Lambda passes messages to a function."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from local.emulation.event_source_mapping.queue_consumer import Message


def sqs_event(messages: Sequence[Message], *, arn: str, now_ms: int) -> bytes:
    """Return the event's JSON. Source: AWS Lambda, using Lambda with Amazon SQS, example message event."""
    return json.dumps({"Records": [_record(message, arn, now_ms) for message in messages]}).encode()


def _record(message: Message, arn: str, now_ms: int) -> dict[str, Any]:
    return {
        "messageId": message.message_id,
        "receiptHandle": message.receipt_handle,
        "body": message.body,
        "attributes": {
            "ApproximateReceiveCount": str(message.receive_count),
            "SentTimestamp": str(message.sent_at_ms),
            "SenderId": "AIDAEXAMPLE",
            "ApproximateFirstReceiveTimestamp": str(now_ms),
            **({"MessageGroupId": message.group} if message.group else {}),
        },
        "messageAttributes": {},
        "md5OfBody": hashlib.md5(message.body.encode(), usedforsecurity=False).hexdigest(),
        "eventSource": "aws:sqs",
        "eventSourceARN": arn,
        "awsRegion": arn.split(":")[3],
    }
