"""Sends hostile inputs to a running service, and measures memory and time."""

import json
import re
import socket
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, RemoteDisconnected
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil

from tests.answer import Answer
from tests.service import Service
from tools.hostile.answer import read, summary
from tools.hostile.case import COMPLETED, NO_ANSWER, Case, Sent, Upload

TIMEOUT_S = 120
OPEN = {"pending", "processing"}
# Uploads are kept until they expire, so the large files fill the store; the trial then waits, as Retry-After says.
ENVIRONMENT = {"UPLOAD_TTL_S": "10"}
ENDED = re.compile(r"Runtime exited|timed out after|killed: ")  # in the log of the function host
RESET_PEAK = "5"  # proc_pid_clear_refs(5): resets the peak to the current resident memory


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a hostile input gave.

    `answers` are all that were heard, the peaks are of resident memory, and `ended` counts processes that ended while
    they worked; idle ones are stopped after a while.
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
        """The scaled image; empty unless the task completed."""
        return self.answers[-1].body if self.gave == COMPLETED else b""


class Trial:
    """Sends hostile inputs, one after another, each to its end."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._address = urlsplit(service.url).netloc

    def __call__(self, case: Case) -> Outcome:
        """Send one, and wait for its end."""
        sent = case.make()
        api, processors, output = self._pids("create_task"), self._pids("process_task"), self._service.output
        for pid in api | processors:
            with suppress(FileNotFoundError, ProcessLookupError):  # it was idle for long enough
                Path(f"/proc/{pid}/clear_refs").write_text(RESET_PEAK)
        answers, seconds = self._until_the_end(sent)
        while isinstance(sent, Upload) and answers and answers[0].status == HTTPStatus.SERVICE_UNAVAILABLE:
            time.sleep(int(answers[0].headers.get("retry-after", 2)))
            answers, seconds = self._until_the_end(sent)
        gave = summary(answers[-1]) if answers else NO_ANSWER
        if gave == COMPLETED:
            answers.append(self._get(f"/api/v1/results/{answers[-1].json['id']}", accept="image/*"))
        api, processors = api | self._pids("create_task"), processors | self._pids("process_task")
        ended = len(ENDED.findall(self._service.output[len(output) :]))
        return Outcome(case, gave, tuple(answers), _peak_mib(processors), _peak_mib(api), ended, seconds)

    def _until_the_end(self, sent: Sent | Upload) -> tuple[list[Answer], float]:
        started = time.perf_counter()
        answers = self.upload(sent) if isinstance(sent, Upload) else self.post(sent, prefer="wait=20")
        while answers and answers[-1].status < 300 and (task := answers[-1].json)["status"] in OPEN:
            answers.append(self._get(f"/api/v1/tasks/{task['id']}", prefer="wait=20"))
        return answers, time.perf_counter() - started

    def post(self, sent: Sent, *, prefer: str) -> list[Answer]:
        """Send one, and give the answer, or none."""
        length = len(sent.body) if sent.length is None else sent.length
        headers = {**sent.headers, "Content-Length": str(length), "Prefer": prefer}
        return self._send("POST", "/api/v1/tasks", sent.body, headers)

    def upload(self, upload: Upload) -> list[Answer]:
        """Send one through the door for large files, and give the answer to the task, or the refusal before it."""
        size = len(upload.image) if upload.claimed is None else upload.claimed
        [created] = self._post_json("/api/v1/uploads", bytes=size, media_type=upload.media_type)
        if created.status != HTTPStatus.CREATED:
            return [created]
        url = urlsplit(created.json["url"])
        headers = {"Content-Length": str(size), **created.json["headers"]}
        for _ in range(upload.puts):
            answers = self._send("PUT", f"{url.path}?{url.query}", upload.image, headers)
            if not answers or answers[0].status != HTTPStatus.OK:
                return answers
        return self._post_json("/api/v1/tasks", upload_id=created.json["id"], **upload.options)

    def _post_json(self, path: str, **content: Any) -> list[Answer]:
        body = json.dumps(content).encode()
        headers = {"Content-Type": "application/json", "Content-Length": str(len(body)), "Prefer": "wait=20"}
        return self._send("POST", path, body, headers)

    def _send(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> list[Answer]:
        connection = HTTPConnection(self._address, timeout=TIMEOUT_S)
        connection.putrequest(method, path)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        try:
            connection.send(body)
            if int(headers["Content-Length"]) > len(body):
                connection.sock.shutdown(socket.SHUT_WR)
            return [read(connection)]
        except (RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            return []
        finally:
            connection.close()

    def _get(self, path: str, **headers: str) -> Answer:
        connection = HTTPConnection(self._address, timeout=TIMEOUT_S)
        connection.request("GET", path, headers=headers)
        answer = read(connection)
        connection.close()
        return answer

    def _pids(self, function: str) -> set[int]:
        return {process.pid for process in self._service.children() if _folder(process).endswith(function)}


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
