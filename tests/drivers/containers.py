"""What drivers do with Docker: compose commands, and signals to the processes of a function in its container."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
# Compose 2.26 writes it before a line of a log, and twice where two come at once, even if `--ansi never` is asked for.
CLEAR_LINE = "\x1b[2K"
# The process that runs the handler is not the first one: that is the emulator, whose clock must go on.
FREEZE = """
for process in /proc/[0-9]*; do
  if grep -q "bootstrap[.]py" $process/cmdline 2>/dev/null; then kill -STOP ${process#/proc/}; fi
done
"""


def docker(*arguments: str, **environment: str) -> str:
    """Run a Docker command in the repository and give what it prints; what it complains of is shown on failure."""
    done = subprocess.run(
        ("docker", *arguments),
        cwd=ROOT,
        env={**os.environ, **environment},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, f"docker {' '.join(arguments)}\n{done.stdout}\n{done.stderr}"
    return done.stdout


class Project:
    """A compose project of the repository's compose.yaml, under a name of its own."""

    def __init__(self, name: str, port: int) -> None:
        self.name = name
        self._environment = {"COMPOSE_PROJECT_NAME": name, "PORT": str(port)}

    def compose(self, *arguments: str) -> str:
        return docker("compose", *arguments, **self._environment)

    def containers(self, service: str) -> Sequence[str]:
        """Return the ids of a service's running containers."""
        return self.compose("ps", "--quiet", service).split()

    def log(self) -> str:
        return self.compose("logs", "--no-color", "--no-log-prefix").replace(CLEAR_LINE, "")


def freeze(container: str) -> None:
    docker("exec", container, "sh", "-c", FREEZE)
