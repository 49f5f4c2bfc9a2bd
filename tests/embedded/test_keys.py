"""The service with keys: made, listed and revoked by the commands, asked for by the gateway."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from local.servers.folders import temporary_data_folder
from tests.pictures import plain
from tests.service import ROOT, Service, starting


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with temporary_data_folder() as made:
        yield made


def run(folder: Path, *arguments: str) -> str:
    command = (sys.executable, "-m", "local", "keys", *arguments, "--data", str(folder))
    done = subprocess.run(
        command, cwd=ROOT, env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True, timeout=60, check=False
    )
    return done.stdout if done.returncode == 0 else done.stderr


@pytest.fixture(scope="module")
def key_before(folder: Path) -> str:
    """Make a key while no service runs."""
    return run(folder, "create", "ada").strip()


@pytest.fixture(scope="module")
def locked(folder: Path, key_before: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with starting(tmp_path_factory.mktemp("keys")) as start:
        service = start(data=folder, REQUIRE_KEYS="1")
        assert service.url  # it has announced its servers: the commands use them
        yield service


def bearer(key: str) -> dict[str, str]:
    return {"authorization": f"Bearer {key}"}


def post(service: Service, headers: dict[str, str]) -> httpx.Response:
    url = f"{service.url}/api/v1/tasks"
    wait = {"prefer": "wait=20", **headers}
    return httpx.post(url, files={"file": plain()}, data={"width": "8"}, headers=wait, timeout=60)


def test_without_a_key_only_health_and_documentation_are_there(locked: Service) -> None:
    assert post(locked, {}).status_code == 401
    assert post(locked, bearer("isk_0_0")).status_code == 403
    for path in ("/api/v1/health", "/docs", "/openapi.json", "/problems/queue-full"):
        assert httpx.get(locked.url + path).status_code == 200


def test_a_task_and_its_result_are_its_owners(locked: Service, folder: Path, key_before: str) -> None:
    ada, bob = bearer(key_before), bearer(run(folder, "create", "bob").strip())
    task = post(locked, ada).json()
    assert task["status"] == "completed"
    for kind in ("tasks", "results"):
        url = f"{locked.url}/api/v1/{kind}/{task['id']}"
        assert httpx.get(url, headers=ada).status_code == 200
        assert httpx.get(url, headers=bob).status_code == 404


def test_a_revoked_key_is_of_no_use(locked: Service, folder: Path) -> None:
    key = run(folder, "create", "eve").strip()
    key_id = key.split("_")[1]
    assert run(folder, "revoke", key_id) == f"{key_id} revoked\n"
    assert post(locked, bearer(key)).status_code == 403
    [line] = [line for line in run(folder, "list").splitlines() if key_id in line]
    assert line.endswith("eve")
    assert line.split()[2].startswith("20")


def test_a_key_makes_no_more_than_its_quota_which_a_command_sets(locked: Service, folder: Path) -> None:
    key = run(folder, "create", "quinn", "--tasks-per-day", "2").strip()
    key_id = key.split("_")[1]
    answers = [post(locked, bearer(key)) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[0].headers["ratelimit-policy"] == '"tasks-per-day";q=2;w=86400'
    [line] = [line for line in run(folder, "list").splitlines() if key_id in line]
    assert line.endswith("quinn  tasks_per_day=2  today: 2 tasks, 0.0 megapixels")
    shown = run(folder, "quota", key_id, "--megapixels-at-once", "5", "--tasks-per-day", "0")
    assert shown.startswith(f"{key_id}  tasks_per_day=0  megapixels_at_once=5")
    assert run(folder, "quota", "abc").startswith("Error: There is no key abc")


def test_a_stranger_who_guesses_gets_429_and_locks_nobody_out(locked: Service, folder: Path) -> None:
    url = f"{locked.url}/api/v1/tasks"
    guesses = [httpx.get(f"{url}/{uuid4()}", headers=bearer(f"isk_{number}_0")) for number in range(25)]
    assert {guess.status_code for guess in guesses[:10]} == {403}
    assert {guess.status_code for guess in guesses[-4:]} == {429}
    assert guesses[-1].json()["type"] == "/problems/too-many-unknown-keys"
    assert int(guesses[-1].headers["retry-after"]) > 0
    assert post(locked, bearer(run(folder, "create", "dan").strip())).status_code == 200


def test_what_is_wrong_is_told_in_a_sentence(locked: Service, folder: Path) -> None:
    assert run(folder, "revoke", "abc").startswith("Error: There is no key abc")
    assert "An owner is named by" in run(folder, "create", "a b")


def test_no_key_is_in_any_log(locked: Service, folder: Path, key_before: str) -> None:
    logs = [path.read_text() for path in (folder / "logs").iterdir()] + [locked.output]
    assert not [text for text in logs if key_before.rpartition("_")[2] in text]
