"""The real thing: `python -m local` in a process of its own, spoken to over HTTP."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest

from local.servers import temporary_data_folder

ROOT = Path(__file__).parent.parent.parent
URL = re.compile(r"http://127\.0\.0\.1:\d+")


class Service:
    """A running service, its URL and what it has printed so far."""

    def __init__(self, process: "subprocess.Popen[str]", output: Path) -> None:
        self.process, self._output = process, output

    @property
    def output(self) -> str:
        return self._output.read_text()

    @property
    def url(self) -> str:
        while not (found := URL.search(self.output)):
            assert self.process.poll() is None, self.output
            signal.sigtimedwait([], 0.02)
        return found[0]

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(30)


Start = Callable[..., Service]


@contextmanager
def starting(folder: Path) -> Iterator[Start]:
    """Give a function that starts services; those that still run are stopped at the end."""
    services: list[Service] = []

    def start(*arguments: str, data: Path, **environment: str) -> Service:
        output = folder / f"output-{len(services)}.txt"
        variables = {name: value for name, value in os.environ.items() if name not in {"POSTGRES_DSN", "REDIS_URL"}}
        command = (sys.executable, "-m", "local", "--port", "0", "--data", str(data), *arguments)
        with output.open("w") as file:
            process = subprocess.Popen(
                command, cwd=ROOT, env={**variables, **environment}, stdout=file, stderr=file, text=True
            )
        services.append(Service(process, output))
        return services[-1]

    try:
        yield start
    finally:
        for service in services:
            service.stop(signal.SIGTERM)


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory, data_folder: Path) -> Iterator[Service]:
    """Run one service for all tests that leave it as it is."""
    with starting(tmp_path_factory.mktemp("service")) as start:
        yield start(data=data_folder / "service")


@pytest.fixture(scope="session")
def base_url(service: Service) -> str:
    """Say where the service is: the one that runs, or the one at BASE_URL."""
    return os.environ.get("BASE_URL") or service.url


@pytest.fixture
def client(base_url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{base_url}/api/v1", timeout=60) as made:
        yield made


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    with starting(tmp_path) as made:
        yield made


@pytest.fixture
def own_folder() -> Iterator[Path]:
    """Give a data folder for a service of a test's own."""
    with temporary_data_folder() as folder:
        yield folder
