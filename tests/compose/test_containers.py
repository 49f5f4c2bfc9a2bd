"""What containers can do: be more, be replaced one by one, and be thrown away."""

import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import httpx
from PIL import Image

from tests.drivers.compose import Compose
from tests.drivers.containers import ROOT, docker
from tests.e2e.client import finished, post
from tests.pictures import encoded, photograph
from tests.reference import upright

OTHERS = {path.name for path in ROOT.iterdir()} - {
    ".dockerignore",
    "Dockerfile",
    "functions",
    "layers",
    "locks",
}
INVOKE_TWICE = """
import sys, threading, urllib.request
url = "http://127.0.0.1:8080/2015-03-31/functions/function/invocations"
for _ in range(8):
    threading.Thread(target=lambda: urllib.request.urlopen(url, sys.argv[1].encode())).start()
"""


def test_three_processors_work_at_the_same_time(compose: Compose, client: httpx.Client) -> None:
    compose.project.compose("up", "--detach", "--no-deps", "--scale", "process-task=3", "process-task")
    large = encoded(upright(photograph()).resize((4000, 3000), Image.Resampling.BICUBIC), "WEBP", method=0)
    with ThreadPoolExecutor(4) as clients:
        accepted = list(clients.map(lambda width: post(client, large, width=width), range(100, 130)))
    tasks = [finished(client, answer) for answer in accepted]
    assert {task["status"] for task in tasks} == {"completed"}
    edges = sorted(edge for task in tasks for edge in ((task["started_at"], 1), (task["completed_at"], -1)))
    at_a_time = most = 0
    for _, step in edges:
        at_a_time += step
        most = max(most, at_a_time)
    assert most == 3


def test_a_function_is_replaced_while_the_rest_goes_on(compose: Compose, client: httpx.Client) -> None:
    task = finished(client, post(client, photograph(), width=80))
    before = set(compose.project.containers("create-task"))
    with asking(f"{compose.url}/api/v1/tasks/{task['id']}") as answers:
        compose.project.compose("up", "--detach", "--no-deps", "--force-recreate", "--wait", "create-task")
        again = finished(client, post(client, photograph(), width=81))
    assert not before & set(compose.project.containers("create-task"))
    assert again["status"] == "completed"
    assert len(answers) > 10
    assert set(answers) == {200}


@contextmanager
def asking(url: str) -> Iterator[list[int]]:
    """Ask for a task all the time, and collect the statuses."""
    answers: list[int] = []
    over = threading.Event()

    def ask() -> None:
        with httpx.Client(timeout=60) as client:
            while not over.is_set():
                answers.append(client.get(url).status_code)

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield answers
    finally:
        over.set()
        thread.join()


def test_a_crashed_container_comes_back_by_itself(compose: Compose, client: httpx.Client) -> None:
    """Two invocations at once are what an emulator does not survive."""
    [container] = compose.project.containers("health")
    event = (ROOT / "functions/health/event.json").read_text()
    subprocess.run(["docker", "exec", container, "python3", "-c", INVOKE_TWICE, event], check=False)
    assert client.get("/health").status_code == 200
    assert docker("inspect", "--format", "{{.RestartCount}}", container).strip() != "0"


def test_data_survives_the_containers(compose: Compose, client: httpx.Client) -> None:
    task = finished(client, post(client, photograph(), width=80))
    compose.project.compose("down", "--timeout", "10")
    compose.project.compose("up", "--wait", "--detach")
    result = client.get(f"/results/{task['id']}", headers={"accept": "image/*"})
    assert len(result.content) == task["result"]["bytes"]


def test_a_changed_handler_changes_one_layer_of_one_image(tmp_path: Path) -> None:
    shutil.copytree(ROOT, tmp_path, ignore=lambda folder, _: OTHERS if Path(folder) == ROOT else (), dirs_exist_ok=True)
    # Builds in parallel leave several layers of the same library in the cache, of which a build may take any.
    (tmp_path / "layers/core/python/own.py").write_text(f"# {uuid4()}\n")
    before = {name: layers(tmp_path, name) for name in ("get_task", "get_result")}
    with (tmp_path / "functions/get_task/handler.py").open("a") as handler:
        handler.write("CHANGED = True\n")
    after = {name: layers(tmp_path, name) for name in before}
    assert after["get_result"] == before["get_result"]
    assert after["get_task"][:-1] == before["get_task"][:-1]
    assert after["get_task"][-1] != before["get_task"][-1]


def layers(context: Path, function: str) -> list[str]:
    """Build a function's image and give the digests of its layers."""
    image = docker("build", "--quiet", "--build-arg", f"FUNCTION={function}", str(context)).strip()
    digests: list[str] = json.loads(docker("inspect", "--format", "{{json .RootFS.Layers}}", image))
    return digests
