"""The service as SAM runs it: `sam local start-api`, and `start-lambda` for the runner, beside the compose servers."""

import json
import os
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx

from local.emulation.lambda_host.lambda_client import DEFAULT_URL_PATTERN
from local.servers.supervisor import free_port
from tests.drivers.containers import ROOT, Project, docker, freeze

NAME = "imagescaler-sam"
SAM = ROOT / ".sam/bin/sam"
PROCESSOR = "processtaskfunction:rapid-x86_64"
BESIDE = ("postgres", "redis", "gateway")  # the gateway for the object store, which is a part of it
RUNNER = ("runner", "--functions-url")
VARIABLES = "variables.json"
START_TIMEOUT_S = 120


class SamLocal:
    """One container of each function, made by SAM when it is first needed; compose has the servers and the runner."""

    lacks: Mapping[str, str] = {
        "payload limits": "sam local has none, and the emulator cuts what is over 6 MiB",
        "HEAD of other paths": "sam local answers HEAD of a path without a route of its own by 502",
        "CORS": "sam local answers a preflight by 200, and adds no CORS headers to other answers",
    }

    def __init__(self, project: Project, folder: Path, url: str, functions_url: str) -> None:
        self.url, self.functions_url = url, functions_url
        self._project, self._folder = project, folder

    def log(self) -> str:
        """Return the logs of both.

        SAM follows a container's output once more for each of the first invocations that come at the same time, and
        writes a record and the end of its line apart.
        """
        return "\n".join([self._project.log(), *(path.read_text() for path in sorted(self._folder.glob("*.log")))])

    def invoke(self, function: str, event: Any) -> Any:
        return httpx.post(self.functions_url.format(function=function), json=event, timeout=120).json()

    def kill_processor(self) -> None:
        for container in self._processors():
            docker("kill", container)

    def freeze_processor(self) -> None:
        for container in self._processors():
            freeze(container)

    def _processors(self) -> list[str]:
        """Return the processor's containers; SAM makes another for an invocation that finds none."""
        network = f"{self._project.name}_default"
        return docker("ps", "--quiet", "--filter", f"ancestor={PROCESSOR}", "--filter", f"network={network}").split()


@contextmanager
def running(folder: Path) -> Iterator[SamLocal]:
    """Build and run the service; SAM's output goes to files in `folder`."""
    port = free_port()
    project = Project(NAME, port)
    subprocess.run(["make", "sam-build"], cwd=ROOT, check=True)
    try:
        project.compose("build", "secrets")  # apart, because its output would come before the secrets'
        secrets = ("secrets", "secrets", "/secrets", "--sam")
        variables = json.loads(project.compose("run", "--rm", "-T", *secrets))
        variables["Parameters"]["STORAGE_ADDRESS"] = f"http://127.0.0.1:{port}"
        (folder / VARIABLES).write_text(json.dumps(variables))
        project.compose("up", "--build", "--wait", "--detach", "--no-deps", *BESIDE)
        network = f"{NAME}_default"
        bridge = docker("network", "inspect", "--format", "{{(index .IPAM.Config 0).Gateway}}", network).strip()
        with (
            _sam("start-lambda", bridge, network, folder) as functions,
            _sam("start-api", "127.0.0.1", network, folder) as url,
        ):
            made = SamLocal(project, folder, url, DEFAULT_URL_PATTERN.replace("http://127.0.0.1:9000", functions))
            made.invoke("MigrateDatabaseFunction", {})
            project.compose("run", "--detach", "--no-deps", "runner", *RUNNER, made.functions_url)
            yield made
    finally:
        project.compose("down", "--volumes", "--remove-orphans", "--timeout", "5")


@contextmanager
def _sam(command: str, host: str, network: str, folder: Path) -> Iterator[str]:
    """Run one of SAM's servers and give its URL; with warm containers, or each invocation would make one."""
    port = free_port()
    arguments = (command, "--host", host, "--port", str(port), "--docker-network", network)
    options = ("--env-vars", folder / VARIABLES, "--warm-containers", "LAZY")
    with (folder / f"{command}.log").open("w") as log:
        process = subprocess.Popen(
            [SAM, "local", *arguments, *options],
            cwd=ROOT,
            env={**os.environ, "SAM_CLI_TELEMETRY": "0"},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait(f"http://{host}:{port}", process)
            yield f"http://{host}:{port}"
        finally:
            process.terminate()  # it removes its containers then; a shell's background jobs ignore SIGINT
            process.wait(60)


def _wait(url: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        assert process.poll() is None, "sam local has ended"
        with suppress(httpx.TransportError):
            httpx.get(f"{url}/no-such-path", timeout=START_TIMEOUT_S)
            return
        time.sleep(0.2)
    raise TimeoutError(url)
