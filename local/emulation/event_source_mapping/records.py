"""Messages as Lambda shows them to a function: an SQS event."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any
from uuid import NAMESPACE_OID, uuid4, uuid5

from local.emulation.event_source_mapping.stream import Message


def sqs_event(messages: Sequence[Message], *, arn: str, now_ms: int) -> bytes:
    """Give the event's JSON. Source: AWS Lambda, using Lambda with Amazon SQS, example message event."""
    return json.dumps({"Records": [_record(message, arn, now_ms) for message in messages]}).encode()


def record_id(message: Message) -> str:
    """Give the `messageId`, the same each time the message comes."""
    return str(uuid5(NAMESPACE_OID, message.first_id))


def _record(message: Message, arn: str, now_ms: int) -> dict[str, Any]:
    return {
        "messageId": record_id(message),
        "receiptHandle": str(uuid4()),
        "body": message.body,
        "attributes": {
            "ApproximateReceiveCount": str(message.receive_count),
            "SentTimestamp": message.first_id.partition("-")[0],
            "SenderId": "AIDAEXAMPLE",
            "ApproximateFirstReceiveTimestamp": str(now_ms),
        },
        "messageAttributes": {},
        "md5OfBody": hashlib.md5(message.body.encode(), usedforsecurity=False).hexdigest(),
        "eventSource": "aws:sqs",
        "eventSourceARN": arn,
        "awsRegion": arn.split(":")[3],
    }
