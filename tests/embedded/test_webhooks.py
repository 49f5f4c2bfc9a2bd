"""Webhooks of the running service, to a receiver that verifies them with the public package."""

import asyncio
import json
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest
from PIL import Image
from standardwebhooks.webhooks import Webhook

from local.cli import keys
from tests.pictures import encoded
from tests.service import Start

pytestmark = pytest.mark.slow
IMAGE = encoded(Image.new("RGB", (64, 48), "red"), "JPEG")
PATIENCE_S = 30


class Receiver(ThreadingHTTPServer):
    """Answers with the next status, or 204; keeps headers and bodies."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.statuses: list[int] = []
        self.received: list[tuple[dict[str, str], bytes]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/images"

    def wait(self, count: int) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while len(self.received) < count and time.monotonic() < deadline:
            time.sleep(0.05)
        assert len(self.received) == count


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.received.append((dict(self.headers), body))
        self.send_response(self.server.statuses.pop(0) if self.server.statuses else 204)
        self.send_header("location", "http://127.0.0.1:1/elsewhere")
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name of the standard library
        pass


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    thread = Thread(target=made.serve_forever)
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


def test_a_receiver_verifies_what_it_gets_also_at_the_second_attempt(
    start: Start, own_folder: Path, receiver: Receiver
) -> None:
    service = start(data=own_folder, OUTBOUND_ALLOWED="127.0.0.1")
    assert service.url
    with httpx.Client(base_url=service.url, timeout=40, trust_env=False) as client:

        def created(url: str) -> httpx.Response:
            fields = {"width": "32", "webhook_url": url}
            return client.post("/api/v1/tasks", files={"file": IMAGE}, data=fields, headers={"Prefer": "wait=20"})

        def webhook_of(task_id: str) -> Any:
            deadline = time.monotonic() + PATIENCE_S
            while True:
                [found] = client.get(f"/api/v1/tasks/{task_id}/webhooks").json()["webhooks"]
                if found["status"] != "pending" or time.monotonic() > deadline:
                    return found
                time.sleep(0.1)

        receiver.statuses = [302]
        task_id = created(receiver.url).json()["id"]
        receiver.wait(2)  # a redirect is not followed, and the next attempt comes after five seconds
        shown = webhook_of(task_id)
        assert (shown["status"], [each["status"] for each in shown["attempts"]]) == ("delivered", [302, 204])
        assert {headers["webhook-id"] for headers, _ in receiver.received} == {shown["id"]}
        answer = asyncio.run(keys._invoke(own_folder, b'{"action": "create_secret"}', may_be_new=False))
        verifier = Webhook(answer["secrets"][0]["secret"])
        for headers, body in receiver.received:
            event = verifier.verify(body, headers)
            assert (event["type"], event["data"]["id"]) == ("task.completed", task_id)
            assert event == json.loads(body)
        again = client.post(f"/api/v1/tasks/{task_id}/webhooks/{shown['id']}/redeliver")
        assert again.status_code == 202
        receiver.wait(3)
        receiver.statuses = [410]
        gone = created(receiver.url).json()["id"]
        assert webhook_of(gone)["status"] == "disabled"
        refused = webhook_of(created(receiver.url).json()["id"])
        assert (refused["status"], len(receiver.received)) == ("failed", 4)
        private = created("http://10.0.0.1/")
        assert (private.status_code, private.json()["errors"][0]["field"]) == (422, "webhook_url")
