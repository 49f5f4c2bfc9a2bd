"""`make bench-images`: how large the images are without their base, and how long their functions take to be imported.

The time is the emulator's own: from the start of the interpreter until the runtime asks for its first event. It is
compared with a handler that imports nothing.
"""

import re
import statistics
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

from local.emulation.sam_template.template import load

ROOT = Path(__file__).parent.parent.parent
BASE = "public.ecr.aws/lambda/python:3.13"
PATH = "/2015-03-31/functions/function/invocations"
NOTHING = "echo 'def handler(event, context): pass' > handler.py && exec /lambda-entrypoint.sh handler.handler"
ROUNDS, START_TIMEOUT_S = 7, 20
INIT = re.compile(r"INIT REPORT\(durationMs: ([0-9.]+)\)")
VARIABLES = {
    "POSTGRES_DSN": "postgresql://nobody@127.0.0.1:1/nothing",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "URL_SIGNING_KEY": "nothing-is-signed-with-this-one-here",
    "POWERTOOLS_SERVICE_NAME": "imagescaler",
    "POWERTOOLS_METRICS_NAMESPACE": "ImageScaler",
}
MB = 1_000_000


def main() -> None:
    """Build the images and print a line for each function."""
    subprocess.run(["docker", "compose", "build", "--quiet"], cwd=ROOT, check=True)
    emulation = _size("imagescaler:local") - _size("python:3.13-slim")
    print(f"Gateway and runner: {emulation:.1f} MB, without base")
    print(
        f"\nFunctions: size without base; initialization, median of {ROUNDS}, as a ratio to a handler without imports"
    )
    template = load(ROOT / "template.yaml", {})
    functions = {function.service: f"imagescaler:{function.service}" for function in template.functions}
    times: dict[str, list[float]] = {name: [] for name in ("", *functions)}
    for _ in range(ROUNDS):
        for name, measured in times.items():
            measured.append(_init_ms(functions[name]) if name else _init_ms("--entrypoint", "sh", BASE, "-c", NOTHING))
    medians = {name: statistics.median(measured) for name, measured in times.items()}
    nothing_ms = medians.pop("")
    print(f"  {'nothing':18} {'':8} {nothing_ms:6.0f} ms")
    for name, median_ms in medians.items():
        size = _size(functions[name]) - _size(BASE)
        print(f"  {name:18} {size:5.1f} MB {median_ms:6.0f} ms   {median_ms / nothing_ms:4.1f}")


def _size(image: str) -> float:
    return int(_docker("image", "inspect", "--format", "{{.Size}}", image)) / MB


def _init_ms(*image: str) -> float:
    """Start a container, invoke its function once, and read in its log how long that took to be imported."""
    environment = [option for name, value in VARIABLES.items() for option in ("--env", f"{name}={value}")]
    writable = ("--workdir", "/tmp", "--env", "LAMBDA_TASK_ROOT=/tmp") if len(image) > 1 else ("--read-only",)
    container = _docker("run", "--detach", "--tmpfs", "/tmp", *writable, *environment, *image)
    try:
        address = _docker("inspect", "--format", "{{.NetworkSettings.IPAddress}}", container)
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline:
            with (
                suppress(urllib.error.URLError),
                urllib.request.urlopen(f"http://{address}:8080{PATH}", b"{}", timeout=60),
            ):
                break
        log = subprocess.run(["docker", "logs", container], check=True, capture_output=True, text=True)
        [duration_ms] = INIT.findall(log.stderr + log.stdout)
        return float(duration_ms)
    finally:
        _docker("rm", "--force", container)


def _docker(*arguments: str) -> str:
    done = subprocess.run(["docker", *arguments], check=True, capture_output=True, text=True)
    return done.stdout.strip()


if __name__ == "__main__":
    main()
