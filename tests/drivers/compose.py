"""The service as compose.yaml runs it: containers."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from local.emulation.lambda_host.function import service_of
from local.servers.supervisor import free_port
from tests.drivers.containers import Project, docker, freeze

NAME = "imagescaler-conformance"
INVOCATION = """
import sys, urllib.request
url = "http://127.0.0.1:8080/2015-03-31/functions/function/invocations"
print(urllib.request.urlopen(url, sys.argv[1].encode()).read().decode())
"""


class Compose:
    """`docker compose up`, as a project of its own."""

    lacks: Mapping[str, str] = {}

    def __init__(self, project: Project, port: int) -> None:
        self.project = project
        self.url = f"http://127.0.0.1:{port}"

    def log(self) -> str:
        return self.project.log()

    def invoke(self, function: str, event: Any) -> Any:
        """Invoke in another container of the same image, because a container takes one invocation at a time."""
        service = service_of(function)
        container = self.project.compose("run", "--detach", "--no-deps", service).strip()
        try:
            return json.loads(docker("exec", container, "python3", "-c", INVOCATION, json.dumps(event)))
        finally:
            docker("rm", "--force", container)

    def kill_processor(self) -> None:
        self.project.compose("kill", "process-task")
        self.project.compose("up", "--detach", "--no-deps", "process-task")  # what was killed by hand stays down

    def freeze_processor(self) -> None:
        for container in self.project.containers("process-task"):
            freeze(container)


@contextmanager
def running() -> Iterator[Compose]:
    """Build and run the service; nothing of it is left afterwards but the images."""
    port = free_port()
    project = Project(NAME, port)
    try:
        project.compose("up", "--build", "--wait", "--detach")
        yield Compose(project, port)
    finally:
        project.compose("down", "--volumes", "--remove-orphans", "--timeout", "5")
