"""Runs the service as people do, `python -m local` in a process of its own."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

ROOT = Path(__file__).parent.parent
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
    """Yield a function that starts services; stop those that still run at the end."""
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
