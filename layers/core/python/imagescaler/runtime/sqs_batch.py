"""Partial batch responses to SQS events. Source: AWS Lambda, "Implementing partial batch responses"."""

from collections.abc import Callable, Mapping
from typing import Any


def process_messages(event: Mapping[str, Any], process: Callable[[str], object]) -> dict[str, Any]:
    """Call `process` with the body of each message, and report those for which it raises as failed."""
    failed = [record["messageId"] for record in event["Records"] if not _succeeds(process, record["body"])]
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


def _succeeds(process: Callable[[str], object], body: str) -> bool:
    try:
        process(body)
    except Exception:  # noqa: BLE001 - whatever it is, the message is received again; the log context has logged it
        return False
    return True
