"""The service as `python -m local` runs it: processes on this machine."""

import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil

from local.emulation.lambda_host.lambda_client import DEFAULT_URL_PATTERN
from local.servers.folders import temporary_data_folder
from local.servers.supervisor import free_port
from tests.service import Service, starting


class Embedded:
    """`python -m local`, with servers and data of its own."""

    lacks: Mapping[str, str] = {}

    def __init__(self, service: Service, functions_url: str) -> None:
        self._service, self._functions_url = service, functions_url
        self.url = service.url

    def log(self) -> str:
        return self._service.output

    def invoke(self, function: str, event: Any) -> Any:
        return httpx.post(self._functions_url.format(function=function), json=event, timeout=60).json()

    def kill_processor(self) -> None:
        self._signal(signal.SIGKILL)

    def freeze_processor(self) -> None:
        self._signal(signal.SIGSTOP)

    def _signal(self, number: signal.Signals) -> None:
        """Send a signal to the processor's environments, but not to the process that they are forked from."""
        of_processor = {each.pid: each for each in self._service.children() if _folder(each).endswith("/process_task")}
        for process in of_processor.values():
            if process.ppid() in of_processor:
                process.send_signal(number)


def _folder(process: psutil.Process) -> str:
    try:
        return process.cwd()
    except psutil.Error:  # it has just ended
        return ""


@contextmanager
def running(folder: Path) -> Iterator[Embedded]:
    """Run the service; its output goes to a file in `folder`."""
    port = free_port()
    with temporary_data_folder() as data, starting(folder) as start:
        service = start("--functions-port", str(port), data=data)
        yield Embedded(service, DEFAULT_URL_PATTERN.replace("9000", str(port)))
