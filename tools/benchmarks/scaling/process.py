"""A contender's process: reads jobs as lines, writes their time and memory as lines."""

import json
import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tools.benchmarks.scaling.contenders import Contender
from tools.benchmarks.scaling.workers.loop import Job

PEAK = re.compile(r"VmHWM:\s+(\d+) kB")


class Unable(Exception):
    """A contender cannot do a job; the message is its own."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a job took: seconds of CPU over all threads, seconds on the clock, and bytes of all results."""

    cpu_s: float
    wall_s: float
    bytes: int


class Process:
    """A process that answers one line of JSON with another."""

    def __init__(self, command: Sequence[str], folder: Path, environment: dict[str, str] | None = None) -> None:
        self._process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, question: Any) -> dict[str, Any]:
        """Ask, and wait for the answer; raises Unable when that is an error."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline() or '{"error": "it ended"}')
        if "error" in answer:
            raise Unable(answer["error"])
        return answer

    def cost(self, job: Job) -> Cost:
        """Do a job; raises Unable."""
        return Cost(**self.ask(asdict(job)))

    @property
    def peak_bytes(self) -> int:
        """Peak of the resident memory so far, in bytes."""
        found = PEAK.search(Path(f"/proc/{self._process.pid}/status").read_text())
        assert found is not None
        return int(found[1]) * 1024

    def end(self) -> None:
        """Close its input, which ends it, and wait."""
        self._process.communicate(timeout=60)


@contextmanager
def running(contender: Contender) -> Iterator[Process]:
    """Run a contender's process."""
    process = Process(contender.command, contender.folder, contender.environment)
    try:
        yield process
    finally:
        process.end()
