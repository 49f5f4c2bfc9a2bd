"""The command line as people run it, against the real service."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.client.conftest import Proxied
from tests.client.faulty_proxy import Fault
from tests.pictures import photograph, plain

MODULE = (sys.executable, "-m", "imagescaler_client.cli")
COUNT = 200


def imagescaler(url: str, *arguments: str | Path, folder: Path) -> "subprocess.CompletedProcess[str]":
    command = [*MODULE, "--url", url, *map(str, arguments)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=240, check=False)


def photographs(folder: Path, count: int) -> Path:
    """Write different photographs: a JPEG may have bytes after its end."""
    folder.mkdir()
    for number in range(count):
        data = photograph(("china.jpg", "flower.jpg")[number % 2])
        (folder / f"{number:03}.jpg").write_bytes(data + str(number).encode())
    return folder


def test_files_folders_and_patterns_are_scaled(url: str, tmp_path: Path) -> None:
    photographs(tmp_path / "photos", 3)
    (tmp_path / "a.png").write_bytes(plain())
    done = imagescaler(url, "scale", "a.png", "photos", "--width", "8", "--format", "webp", "--json", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert sorted(line["results"][0] for line in lines) == ["000.webp", "001.webp", "002.webp", "a.webp"]
    again = imagescaler(url, "scale", "*.png", "photos/*.jpg", "--width", "8", "--format", "webp", folder=tmp_path)
    assert "0 scaled, 4 were there, 0 failed" in again.stderr
    (tmp_path / "scaled/a.webp").write_bytes(b"")
    other = imagescaler(url, "scale", ".", "--width", "8", "--format", "webp", folder=tmp_path)
    assert other.returncode == 0, other.stderr


def test_one_bad_file_fails_alone(url: str, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(plain())
    (tmp_path / "b.png").write_bytes(b"no image")
    done = imagescaler(url, "scale", "a.png", "b.png", "--width", "8", folder=tmp_path)
    assert (done.returncode, "1 scaled, 0 were there, 1 failed" in done.stderr) == (1, True), done.stderr
    assert "b.png: " in done.stderr


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (("scale", "none.jpg"), 1, "There is no file none.jpg."),
        (("scale", "empty"), 1, "There is no image at empty."),
        (("scale", "a.png", "--width", "0"), 2, "--width"),
        (("scale", "a.png", "--fit", "round"), 2, "--fit"),
        (("task", "8e03978e-40d5-43e8-bc93-6894a57f9324"), 1, "8e03978e"),
        (("plan", "a.png", "--crop", "1"), 1, "left,top,width,height"),
    ],
)
def test_bad_input_is_a_sentence(url: str, tmp_path: Path, arguments: tuple[str, ...], status: int, words: str) -> None:
    (tmp_path / "a.png").write_bytes(plain())
    (tmp_path / "empty").mkdir()
    done = imagescaler(url, *arguments, folder=tmp_path)
    assert (done.returncode, done.stdout) == (status, "")
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert status == 2 or done.stderr.count("\n") == 1


def test_a_missing_server_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(plain())
    for command in (("scale", "a.png"), ("list",)):
        done = imagescaler("http://127.0.0.1:9", *command, folder=tmp_path)
        assert (done.returncode, done.stderr.count("\n")) == (1, 1)
        assert "No answer from http://127.0.0.1:9" in done.stderr


def test_tasks_are_planned_shown_listed_and_deleted(url: str, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(plain())
    planned = imagescaler(url, "plan", "a.png", "--width", "30", folder=tmp_path)
    assert json.loads(planned.stdout)["result"]["height"] == 20
    assert imagescaler(url, "scale", "a.png", "--width", "8", folder=tmp_path).returncode == 0
    task_id = imagescaler(url, "list", "--limit", "1", folder=tmp_path).stdout.split()[0]
    shown = imagescaler(url, "list", "--limit", "1", "--json", folder=tmp_path)
    assert json.loads(shown.stdout)["id"] == task_id
    assert json.loads(imagescaler(url, "task", task_id, folder=tmp_path).stdout)["status"] == "completed"
    assert imagescaler(url, "delete", task_id, folder=tmp_path).returncode == 0
    assert json.loads(imagescaler(url, "task", task_id, folder=tmp_path).stdout)["status"] == "deleted"


def test_keys_and_serve_are_commands_of_the_service(url: str, tmp_path: Path) -> None:
    assert "revoke" in imagescaler(url, "keys", "--help", folder=tmp_path).stdout
    assert "--port" in imagescaler(url, "serve", "--help", folder=tmp_path).stdout


@pytest.mark.slow
@pytest.mark.parametrize("faults", [(), (Fault.OVERLOADED, Fault.THROTTLED, *[Fault.NONE] * 8) * 60])
def test_two_hundred_photographs_are_taken_up_again_after_a_kill(
    proxied: Proxied, tmp_path: Path, faults: tuple[Fault, ...]
) -> None:
    photographs(tmp_path / "photos", COUNT)
    proxy = proxied(*faults)
    arguments = ("scale", "photos", "--width", "64", "--format", "webp", "--out", "small", "--jobs", "4")
    with subprocess.Popen(
        [*MODULE, "--url", proxy.url, *arguments], cwd=tmp_path, stderr=subprocess.DEVNULL, start_new_session=True
    ) as first:
        while len(list((tmp_path / "small").glob("*.webp"))) < COUNT // 2:
            assert first.poll() is None
            time.sleep(0.05)
        os.kill(first.pid, signal.SIGKILL)
    there = len((tmp_path / "small/.imagescaler.jsonl").read_text().splitlines())
    done = imagescaler(proxy.url, *arguments, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert f"{COUNT - there} scaled, {there} were there, 0 failed" in done.stderr
    assert len(list((tmp_path / "small").glob("*.webp"))) == COUNT
    assert len([method for method, _, _ in proxy.seen if method == "POST"]) <= COUNT + 4 + len(faults)
