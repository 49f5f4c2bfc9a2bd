"""Tries hostile inputs on a running service, and measures what they cost it."""

import json
import socket
import time
from dataclasses import dataclass
from http.client import HTTPConnection, RemoteDisconnected
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil

from tests.hostile.case import COMPLETED, NO_ANSWER, Case, Sent
from tests.service import Service

TIMEOUT_S = 120
OPEN = {"pending", "processing"}
RESET_PEAK = "5"  # proc_pid_clear_refs(5): the peak starts anew from what is resident now


@dataclass(frozen=True, slots=True)
class Answer:
    """What the service said."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a hostile input gave.

    `answers` are all that were heard, the peaks are of resident memory, and `ended` counts processes that are gone.
    """

    case: Case
    gave: str
    answers: tuple[Answer, ...]
    processor_mib: float
    api_mib: float
    ended: int
    seconds: float

    @property
    def result(self) -> bytes:
        """Give the scaled image, or nothing."""
        return self.answers[-1].body if self.gave == COMPLETED else b""


class Trial:
    """Sends hostile inputs, one after another, each to its end."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._address = urlsplit(service.url).netloc

    def __call__(self, case: Case) -> Outcome:
        """Send one, and wait for its end."""
        sent = case.make()
        api, processors = self._pids("create_task"), self._pids("process_task")
        for pid in api | processors:
            Path(f"/proc/{pid}/clear_refs").write_text(RESET_PEAK)
        started = time.perf_counter()
        answers = self.post(sent, prefer="wait=20")
        while answers and answers[-1].status < 300 and (task := answers[-1].json)["status"] in OPEN:
            answers.append(self._get(f"/api/v1/tasks/{task['id']}", prefer="wait=20"))
        seconds = time.perf_counter() - started
        gave = summary(answers[-1]) if answers else NO_ANSWER
        if gave == COMPLETED:
            answers.append(self._get(f"/api/v1/results/{answers[-1].json['id']}", accept="image/*"))
        ended = len([pid for pid in api | processors if not psutil.pid_exists(pid)])
        return Outcome(case, gave, tuple(answers), _peak_mib(processors), _peak_mib(api), ended, seconds)

    def post(self, sent: Sent, *, prefer: str) -> list[Answer]:
        """Send one, and give the answer, or none."""
        length = len(sent.body) if sent.length is None else sent.length
        connection = HTTPConnection(self._address, timeout=TIMEOUT_S)
        connection.putrequest("POST", "/api/v1/tasks")
        for name, value in {**sent.headers, "Content-Length": str(length), "Prefer": prefer}.items():
            connection.putheader(name, value)
        connection.endheaders()
        try:
            connection.send(sent.body)
            if length > len(sent.body):
                connection.sock.shutdown(socket.SHUT_WR)
            return [_answer(connection)]
        except (RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            return []
        finally:
            connection.close()

    def _get(self, path: str, **headers: str) -> Answer:
        connection = HTTPConnection(self._address, timeout=TIMEOUT_S)
        connection.request("GET", path, headers=headers)
        answer = _answer(connection)
        connection.close()
        return answer

    def _pids(self, function: str) -> set[int]:
        return {process.pid for process in self._service.children() if _folder(process).endswith(function)}


def summary(answer: Answer) -> str:
    """Say in short what an answer to a task is: see `Case`."""
    if answer.status < 300:
        task = answer.json
        return f"failed {_slug(task['error'])}" if task["status"] == "failed" else str(task["status"])
    is_problem = answer.headers.get("content-type") == "application/problem+json"
    return f"{answer.status} {_slug(answer.json)}" if is_problem else str(answer.status)


def _slug(problem: Any) -> str:
    return str(problem["type"]).removeprefix("/problems/")


def _answer(connection: HTTPConnection) -> Answer:
    response = connection.getresponse()
    headers = {name.lower(): value for name, value in response.getheaders()}
    return Answer(response.status, headers, response.read())


def _folder(process: psutil.Process) -> str:
    try:
        return process.cwd()
    except psutil.NoSuchProcess:
        return ""


def _peak_mib(pids: set[int]) -> float:
    return max((_peak_kib(pid) for pid in pids), default=0) / 1024


def _peak_kib(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except FileNotFoundError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM")), 0)
