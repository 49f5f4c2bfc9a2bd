"""Sources by URL, on the whole service: a web server is fetched from, a private address is not."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.pictures import photograph
from tests.reference import expected, mean_difference, pixels_of
from tests.service import starting
from tests.web_host import WebHost, web_host

WAIT = {"prefer": "wait=20"}


@pytest.fixture(scope="module")
def host() -> Iterator[WebHost]:
    with web_host() as made:
        yield made


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory, data_folder: Path) -> Iterator[httpx.Client]:
    with starting(tmp_path_factory.mktemp("sources")) as start:
        service = start(data=data_folder / "sources", OUTBOUND_ALLOWED="127.0.0.1")
        with httpx.Client(base_url=f"{service.url}/api/v1", timeout=60) as made:
            yield made


def test_an_image_is_fetched_and_scaled(client: httpx.Client, host: WebHost) -> None:
    url = host.serve("/photo.jpg", photograph())
    answer = client.post("/tasks", json={"source_url": url, "width": 160}, headers={**WAIT, "accept": "image/*"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
    assert mean_difference(pixels_of(answer.content), expected(photograph(), (160, 107))) < 6


def test_a_host_that_answers_the_second_time_is_waited_for(client: httpx.Client, host: WebHost) -> None:
    url = host.serve("/busy.jpg", b"", 503)
    task = client.post("/tasks", json={"source_url": url, "width": 160}).json()
    while "/busy.jpg" not in host.paths:
        assert client.get(f"/tasks/{task['id']}").status_code == 200
    host.serve("/busy.jpg", photograph())
    for _ in range(6):
        task = client.get(f"/tasks/{task['id']}", headers=WAIT).json()
        if task["status"] not in {"pending", "processing"}:
            break
    assert task["status"] == "completed"
    assert task["attempts"] >= 3  # two of fetch_source, or more if the host is late, and one of process_task


def test_an_address_inside_ends_the_task(client: httpx.Client, host: WebHost) -> None:
    url = host.serve("/inside", b"", 302, Location="http://169.254.169.254/latest/meta-data/")
    task = client.post("/tasks", json={"source_url": url, "width": 160}, headers=WAIT).json()
    assert (task["status"], task["error"]["type"]) == ("failed", "/problems/source-forbidden")
