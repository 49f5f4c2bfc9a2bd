"""The verification of webhooks, with requests as the service signs them."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook

from imagescaler_client import Client, InvalidSignature, TaskView
from imagescaler_client.webhooks import verify
from tests.pictures import plain
from tools.documents import OPENAPI

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # the example of the specification
ID = "msg_1"


@pytest.fixture(scope="module")
def task(url: str) -> TaskView:
    with Client(url) as client:
        return client.tasks.run(plain(), width=8)


def event(task: TaskView) -> str:
    return f'{{"type": "task.completed", "timestamp": "2026-01-01T12:00:00Z", "data": {task.model_dump_json()}}}'


def signed(body: str, at: datetime | None = None) -> dict[str, str]:
    at = at or datetime.now(UTC)
    headers = {"Webhook-Id": ID, "Webhook-Timestamp": str(int(at.timestamp()))}
    return {**headers, "Webhook-Signature": Webhook(SECRET).sign(ID, at, body)}


def test_a_signed_event_has_its_task(task: TaskView) -> None:
    body = event(task)
    for sent in (body, body.encode()):
        verified = verify(sent, signed(body), SECRET)
        assert (verified.type, verified.data) == ("task.completed", task)


EXAMPLES = {
    name: operations["post"]["requestBody"]["content"]["application/json"]["example"]
    for name, operations in json.loads(OPENAPI.read_text())["webhooks"].items()
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_each_event_of_the_document_is_read(name: str) -> None:
    body = json.dumps(EXAMPLES[name])
    verified = verify(body, signed(body), SECRET)
    assert (verified.type, verified.data.status) == (name, name.removeprefix("task."))


def test_a_body_without_details_is_read() -> None:
    """As it is sent where it would have more than 20 kB."""
    without = {name: EXAMPLES["task.completed"]["data"][name] for name in ("id", "status", "created_at", "attempts")}
    body = json.dumps({**EXAMPLES["task.completed"], "data": {**without, "source": None, "options": None}})
    assert verify(body, signed(body), SECRET).data.result is None


def test_what_is_not_signed_like_that_is_refused(task: TaskView) -> None:
    body = event(task)
    headers = signed(body)
    for changed in ({"Webhook-Signature": "v1"}, {"Webhook-Signature": "v1,x"}, {"Webhook-Id": "msg_2"}):
        with pytest.raises(InvalidSignature):
            verify(body, {**headers, **changed}, SECRET)
    for sent in (body + " ", b"\xff"):
        with pytest.raises(InvalidSignature):
            verify(sent, headers, SECRET)
    with pytest.raises(InvalidSignature):
        verify(body, {}, SECRET)
    with pytest.raises(InvalidSignature, match="old"):
        verify(body, signed(body, datetime.now(UTC) - timedelta(hours=1)), SECRET)
