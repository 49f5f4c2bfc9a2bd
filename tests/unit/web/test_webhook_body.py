"""The body of a webhook, and its signatures."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from standardwebhooks.webhooks import Webhook as Verifier
from standardwebhooks.webhooks import WebhookVerificationError

from imagescaler.adapters.outbound.webhook_sender import HttpWebhookSender, signed
from imagescaler.domain.formats import Format
from imagescaler.domain.limits import Limits
from imagescaler.domain.options import Options
from imagescaler.domain.task.outcome import Failure, Result
from imagescaler.domain.task.receipt import PeakOf, Receipt, Usage
from imagescaler.domain.task.rendition import Rendition
from imagescaler.domain.task.source import Source
from imagescaler.domain.task.status import Status
from imagescaler.domain.task.task import Task
from imagescaler.domain.webhook import EventType, Webhook
from imagescaler.domain.webhook_secret import new_secret
from imagescaler.web.views.webhook import WebhookEvent, event_body

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
RECEIPT = Receipt("ab" * 32, "cd" * 32, {"pillow": "13.0.0"}, ("decode", "resize"), Usage(0.1, 0.1, 1, PeakOf.ATTEMPT))
RESULT = Result(Format.WEBP, 800, 600, 61_234, "ab" * 32, RECEIPT)
TASK = Task(uuid4(), Status.EXPIRED, Options(800), Source(Format.JPEG, 4000, 3000, 9), NOW, result=RESULT)


def webhook(event: EventType = EventType.COMPLETED) -> Webhook:
    return Webhook(uuid4(), TASK.id, "", event, "https://hooks.example.org/", NOW)


@pytest.mark.parametrize("event", [EventType.COMPLETED, EventType.EXPIRED])
def test_the_body_is_the_task_with_the_status_that_it_had(event: EventType) -> None:
    body = json.loads(event_body(TASK, webhook(event)))
    assert (body["type"], body["timestamp"]) == (event, "2026-01-01T12:00:00Z")
    assert (body["data"]["id"], body["data"]["status"]) == (str(TASK.id), event.status)
    assert body["data"]["result"]["receipt"]["operations"] == ["decode", "resize"]


def with_renditions(count: int, outcome: Result | Failure = RESULT) -> Task:
    renditions = tuple(Rendition(f"rendition-{number}", Options(800)).ended(outcome) for number in range(count))
    return Task(TASK.id, Status.COMPLETED, Options(), TASK.source, NOW, renditions=renditions)


def test_a_body_that_is_too_large_is_without_receipts() -> None:
    body = event_body(with_renditions(Limits().max_renditions + 1), webhook())
    assert len(body) < 20_000
    assert {each["result"]["width"] for each in json.loads(body)["data"]["renditions"]} == {800}
    assert "receipt" not in body


@pytest.mark.parametrize("outcome", [RESULT, Failure("corrupt-image", "It cannot be decoded", "é" * 9_000)])
def test_a_body_has_less_than_20_kb_whatever_the_task_has(outcome: Result | Failure) -> None:
    body = event_body(with_renditions(100, outcome), webhook())
    assert len(body.encode()) < 20_000
    assert json.loads(body)["data"] == {
        "id": str(TASK.id),
        "status": "completed",
        "created_at": "2026-01-01T12:00:00Z",
        "started_at": None,
        "completed_at": None,
        "expires_at": None,
        "attempts": 0,
        "source": {"format": "jpeg", "width": 4000, "height": 3000, "bytes": 9, "frames": 1},
        "options": None,
    }


@pytest.mark.parametrize("task", [TASK, with_renditions(13), with_renditions(100)])
def test_every_body_is_of_the_schema_in_the_openapi_document(task: Task) -> None:
    body = event_body(task, webhook())
    event = WebhookEvent.model_validate_json(body)
    assert (event.data.id, event.data.status) == (task.id, "completed")


def test_a_receiver_verifies_with_each_of_two_secrets_and_with_no_other() -> None:
    old, new, other = new_secret(), new_secret(), new_secret()
    headers = signed("an-id", datetime.now(UTC), '{"a": "é"}', [new, old])
    for secret in (old, new):
        assert Verifier(secret).verify('{"a": "é"}'.encode(), headers) == {"a": "é"}
    with pytest.raises(WebhookVerificationError):
        Verifier(other).verify(b'{"a": "\xc3\xa9"}', headers)
    with pytest.raises(WebhookVerificationError):
        Verifier(old).verify(b"{}", headers)


async def test_the_timestamp_of_a_request_is_that_of_its_attempt_whatever_the_clock_of_the_process() -> None:
    sent: list[dict[str, str]] = []

    class Client:
        async def post(self, url: str, body: bytes, headers: dict[str, str], *, timeout_s: float) -> int:
            sent.append(headers)
            return 204

    client: Any = Client()
    attempted = replace(webhook(), attempted_at=NOW + timedelta(hours=2))
    assert await HttpWebhookSender(client).send(attempted, "{}", [new_secret()], timeout_s=1) == 204
    assert sent[0]["webhook-timestamp"] == str(int((NOW + timedelta(hours=2)).timestamp()))
