"""Webhooks of the running service: to a receiver of the test's own, and to the receivers of docs/webhooks.md."""

import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from standardwebhooks import Webhook

from local.servers.folders import temporary_data_folder
from local.servers.supervisor import free_port
from tests.pictures import plain
from tests.service import ROOT, Service, starting
from tests.webhook_receiver import Receiver, receiving

pytestmark = pytest.mark.slow
PAGE = (ROOT / "docs/webhooks.md").read_text()
NODE_MODULES = ROOT / ".clients/node_modules"
IMAGE = plain()
PATIENCE_S = 40  # 15 for a receiver that does not answer, 6 until the second attempt


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with temporary_data_folder() as made:
        yield made


@pytest.fixture(scope="module")
def sending(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Run a service that sends webhooks to this machine."""
    with starting(tmp_path_factory.mktemp("webhooks")) as start:
        service = start(data=folder, OUTBOUND_ALLOWED="127.0.0.1")
        assert service.url
        yield service


def run(folder: Path, *arguments: str) -> str:
    """Run a key command and return what it prints."""
    command = (sys.executable, "-m", "local", "keys", *arguments, "--data", str(folder))
    done = subprocess.run(
        command, cwd=ROOT, env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True, timeout=60, check=False
    )
    return (done.stdout if done.returncode == 0 else done.stderr).strip()


@pytest.fixture(scope="module")
def secret(sending: Service, folder: Path) -> str:
    return run(folder, "webhook-secrets", "create")


def created(service: Service, url: str, headers: dict[str, str] | None = None, image: bytes = IMAGE) -> httpx.Response:
    """Scale an image, wait for it, and have the end reported to a URL."""
    fields = {"width": "8", **({"webhook_url": url} if url else {})}
    wait = {"prefer": "wait=20", **(headers or {})}
    return httpx.post(f"{service.url}/api/v1/tasks", files={"file": image}, data=fields, headers=wait, timeout=40)


def webhook_of(service: Service, task_id: str, headers: dict[str, str] | None = None) -> Any:
    """Return the webhook of a task, without waiting for it."""
    answer = httpx.get(f"{service.url}/api/v1/tasks/{task_id}/webhooks", headers=headers, timeout=40)
    [found] = answer.json()["webhooks"]
    return found


def wait_until(true: Callable[[], bool], patience_s: float = PATIENCE_S) -> None:
    deadline = time.monotonic() + patience_s
    while not true():
        assert time.monotonic() < deadline, "it takes too long"
        time.sleep(0.05)


def ended(service: Service, task_id: str) -> Any:
    """Return the webhook of a task once it has ended."""
    wait_until(lambda: webhook_of(service, task_id)["status"] != "pending")
    return webhook_of(service, task_id)


def test_a_receiver_verifies_every_attempt_and_all_have_one_id(
    sending: Service, receiver: Receiver, secret: str
) -> None:
    receiver.statuses = [500]
    task_id = created(sending, receiver.url).json()["id"]
    shown = ended(sending, task_id)
    assert (shown["status"], [each["status"] for each in shown["attempts"]]) == ("delivered", [500, 204])
    again = httpx.post(f"{sending.url}/api/v1/tasks/{task_id}/webhooks/{shown['id']}/redeliver")
    assert again.status_code == 202
    wait_until(lambda: len(receiver.received) == 3)
    assert {headers["webhook-id"] for headers, _ in receiver.received} == {shown["id"]}
    for headers, body in receiver.received:
        event = Webhook(secret).verify(body, headers)
        assert (event["type"], event["data"]["id"]) == ("task.completed", task_id)


def test_a_redirect_is_not_followed(sending: Service, receiver: Receiver) -> None:
    with receiving() as elsewhere:
        receiver.statuses, receiver.location = [307], elsewhere.url
        shown = ended(sending, created(sending, receiver.url).json()["id"])
        assert [each["status"] for each in shown["attempts"]] == [307, 204]
        assert elsewhere.received == []


def test_after_410_nothing_more_is_sent_there(sending: Service, receiver: Receiver) -> None:
    receiver.statuses, url = [410], f"{receiver.url}/gone"  # no other test may get this URL
    assert ended(sending, created(sending, url).json()["id"])["status"] == "disabled"
    refused = ended(sending, created(sending, url).json()["id"])
    assert (refused["status"], len(receiver.received)) == ("failed", 1)


def test_a_private_address_gets_nothing(service: Service) -> None:
    refused = created(service, "http://10.0.0.1/")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "webhook_url")
    task_id = created(service, "http://localhost/").json()["id"]  # known when the name is resolved
    wait_until(lambda: bool(webhook_of(service, task_id)["attempts"]))
    [attempt] = webhook_of(service, task_id)["attempts"]
    assert attempt["error"] == "localhost is not a host of the public internet: its address is loopback."


def test_a_failed_task_is_reported_too(sending: Service, receiver: Receiver, secret: str) -> None:
    cut = plain(size=(400, 300))
    task = created(sending, receiver.url, image=cut[: len(cut) // 2]).json()
    assert task["status"] == "failed"
    wait_until(lambda: len(receiver.received) == 1)
    headers, body = receiver.received[0]
    event = Webhook(secret).verify(body, headers)
    assert (event["type"], event["data"]["error"]) == ("task.failed", task["error"])


# The receivers of the page


def block(language: str) -> str:
    """Return the only block of the page in a language."""
    [found] = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    return str(found)


class Example:
    """A receiver of the page in a process, which can be stopped, killed and started again at its port."""

    def __init__(self, folder: Path, *command: str, secret: str) -> None:
        self.port = free_port()
        self._folder, self._environment = folder, {"PATH": "/usr/bin:/bin", "WEBHOOK_SECRET": secret}
        self._command = [part.format(port=self.port) for part in command]
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/images"

    @property
    def printed(self) -> list[str]:
        lines = (self._folder / "printed.txt").read_text().splitlines()
        return [line for line in lines if line.startswith("task.")]

    def start(self) -> None:
        environment = {**self._environment, "PORT": str(self.port), "PYTHONUNBUFFERED": "1"}
        with (self._folder / "printed.txt").open("a") as file:
            self.process = subprocess.Popen(
                self._command, cwd=self._folder, env=environment, stdout=file, stderr=subprocess.STDOUT
            )
        wait_until(self._listens)

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def send(self, number: signal.Signals) -> None:
        assert self.process
        self.process.send_signal(number)

    def kill(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()


@pytest.fixture
def python_example(tmp_path: Path, secret: str) -> Iterator[Example]:
    (tmp_path / "receiver.py").write_text(block("python"))
    command = (sys.executable, "-m", "uvicorn", "receiver:app", "--port", "{port}")
    made = Example(tmp_path, *command, secret=secret)
    made.start()
    yield made
    made.kill()


@pytest.fixture
def javascript_example(tmp_path: Path, secret: str) -> Iterator[Example]:
    if not (NODE_MODULES / "standardwebhooks").is_dir():
        pytest.skip("the library is not installed: make clients")
    (tmp_path / "node_modules").symlink_to(NODE_MODULES)
    (tmp_path / "receiver.mjs").write_text(block("js"))
    made = Example(tmp_path, "node", "receiver.mjs", secret=secret)
    made.start()
    yield made
    made.kill()


@pytest.mark.parametrize("language", ["python", "javascript"])
def test_the_receiver_of_the_page_takes_each_webhook_once_and_no_other(
    request: pytest.FixtureRequest, sending: Service, language: str
) -> None:
    example: Example = request.getfixturevalue(f"{language}_example")
    task_id = created(sending, example.url).json()["id"]
    shown = ended(sending, task_id)
    assert (shown["status"], shown["attempts"][0]["status"]) == ("delivered", 204)
    httpx.post(f"{sending.url}/api/v1/tasks/{task_id}/webhooks/{shown['id']}/redeliver")
    wait_until(lambda: len(webhook_of(sending, task_id)["attempts"]) == 2)
    assert webhook_of(sending, task_id)["attempts"][1]["status"] == 204
    wait_until(lambda: bool(example.printed))
    now = str(int(time.time()))
    wrong = {"webhook-id": "1", "webhook-timestamp": now, "webhook-signature": "v1,AAAA"}
    assert httpx.post(example.url, content=b"{}", headers=wrong).status_code == 401
    assert httpx.post(example.url, content=b"{}").status_code == 401
    assert example.printed == [f"task.completed {task_id}"]


def test_a_receiver_that_is_killed_in_the_middle_gets_the_webhook_when_it_is_back(
    sending: Service, python_example: Example
) -> None:
    python_example.send(signal.SIGSTOP)  # the kernel still accepts connections
    task_id = created(sending, python_example.url).json()["id"]
    time.sleep(1)
    assert webhook_of(sending, task_id)["attempts"] == []
    python_example.kill()
    wait_until(lambda: bool(webhook_of(sending, task_id)["attempts"]))
    python_example.start()
    shown = ended(sending, task_id)
    assert shown["status"] == "delivered"
    first, second = shown["attempts"]
    assert (first["status"], first["error"].startswith("The request failed"), second["status"]) == (None, True, 204)
    assert python_example.printed == [f"task.completed {task_id}"]


def test_a_receiver_that_does_not_answer_is_given_up_after_15_s_and_delays_nobody_else(
    sending: Service, python_example: Example, receiver: Receiver
) -> None:
    python_example.send(signal.SIGSTOP)
    slow = [created(sending, python_example.url).json()["id"] for _ in range(4)]  # more than one host may have
    began_s = time.monotonic()
    assert ended(sending, created(sending, receiver.url).json()["id"])["status"] == "delivered"
    assert time.monotonic() - began_s < 5
    wait_until(lambda: bool(webhook_of(sending, slow[0])["attempts"]))
    python_example.send(signal.SIGCONT)  # it now reads what it was sent before, too
    first, second = ended(sending, slow[0])["attempts"]
    assert (first["error"], second["status"]) == ("The response took longer than 15 seconds.", 204)
    assert 15 <= first["seconds"] < 16
    for task_id in slow:
        assert ended(sending, task_id)["status"] == "delivered"
    assert sorted(python_example.printed) == sorted(f"task.completed {task_id}" for task_id in slow)


# Commands


def test_a_key_has_a_url_for_its_tasks(folder: Path, tmp_path: Path, sending: Service, receiver: Receiver) -> None:
    with temporary_data_folder() as data, starting(tmp_path) as start:
        service = start(data=data, REQUIRE_KEYS="1", OUTBOUND_ALLOWED="127.0.0.1")
        assert service.url
        key = run(data, "create", "ada", "--webhook-url", receiver.url)
        key_id, ada = key.split("_")[1], {"authorization": f"Bearer {key}"}
        [line] = run(data, "list").splitlines()
        assert line.endswith(f"ada  webhook_url={receiver.url}")
        assert created(service, "", ada).status_code == 200
        wait_until(lambda: len(receiver.received) == 1)
        secret = run(data, "webhook-secrets", "create", "ada")
        headers, body = receiver.received[0]
        assert Webhook(secret).verify(body, headers)["type"] == "task.completed"
        shown = run(data, "set-webhook", key_id, "https://hooks.example.org/")
        assert shown == f"{key_id}  webhook_url=https://hooks.example.org/"
        assert run(data, "clear-webhook", key_id) == f"{key_id} has no webhook"
        assert "webhook_url" not in run(data, "list")
        assert run(data, "set-webhook", key_id, "http://10.0.0.1/").startswith("Error: ")
        assert len(run(data, "set-webhook", key_id, "http://10.0.0.1/").splitlines()) == 1
        assert run(data, "clear-webhook", "abc").startswith("Error: There is no key abc")


def test_secrets_are_made_rotated_and_listed_by_commands(
    folder: Path, sending: Service, receiver: Receiver, secret: str
) -> None:
    assert run(folder, "webhook-secrets", "create") == secret
    of_bob = run(folder, "webhook-secrets", "create", "bob")
    new = run(folder, "webhook-secrets", "rotate", "bob", "--overlap-s", "60")
    lines = [line.split("  ") for line in run(folder, "webhook-secrets", "list").splitlines()]
    assert [(each[0], each[3]) for each in lines] == [(secret, "-"), (new, "bob"), (of_bob, "bob")]
    assert (lines[1][2], lines[2][2].startswith("20")) == ("-", True)
    assert "An owner is named by" in run(folder, "webhook-secrets", "create", "a b")
    rotated = run(folder, "webhook-secrets", "rotate")
    created(sending, receiver.url)
    wait_until(lambda: len(receiver.received) == 1)
    headers, body = receiver.received[0]
    assert [bool(Webhook(each).verify(body, headers)) for each in (secret, rotated)] == [True, True]
