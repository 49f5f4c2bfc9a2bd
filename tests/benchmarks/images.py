"""`make bench-images`: how large the images are without their base, and how long a new container takes to answer.

Nothing stands behind the functions here: what is measured is the start of the interpreter, the imports, and one event
that ends in "the server is away". A warm container answers the same event again.
"""

import json
import statistics
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

from local.template import load

ROOT = Path(__file__).parent.parent.parent
BASE = "public.ecr.aws/lambda/python:3.13"
PATH = "/2015-03-31/functions/function/invocations"
ROUNDS, WARM = 5, 20
# Refused at once, so that no time limit is measured.
NOTHING = {"POSTGRES_DSN": "postgresql://nobody@127.0.0.1:1/nothing", "REDIS_URL": "redis://127.0.0.1:1/0"}
MB = 1_000_000


def main() -> None:
    """Build the images and print a line for each function."""
    subprocess.run(["docker", "compose", "build", "--quiet"], cwd=ROOT, check=True)
    base = _size("python:3.13-slim")
    print(
        f"\n{'image':20} {'MB, without base':>18}\n{'imagescaler:local':20} {_size('imagescaler:local') - base:18.1f}"
    )
    base = _size(BASE)
    print(f"\nCold start: first answer of a new container, median of {ROUNDS}; warm: median of {WARM} more")
    print(f"{'image':20} {'MB, without base':>18} {'cold, ms':>10} {'warm, ms':>10} {'cold/warm':>10}")
    for function in load(ROOT / "template.yaml", {}).functions:
        image = f"imagescaler:{function.service}"
        event = json.dumps(json.loads((ROOT / "functions" / function.name / "event.json").read_text())).encode()
        rounds = [_round(image, event) for _ in range(ROUNDS)]
        cold_ms = statistics.median(cold for cold, _ in rounds)
        warm_ms = statistics.median(warm for _, warm in rounds)
        size = _size(image) - base
        print(f"{function.service:20} {size:18.1f} {cold_ms:10.0f} {warm_ms:10.1f} {cold_ms / warm_ms:10.0f}")


def _size(image: str) -> float:
    return int(_docker("image", "inspect", "--format", "{{.Size}}", image)) / MB


def _round(image: str, event: bytes) -> tuple[float, float]:
    """Start a container and give the milliseconds of its first answer, and of a later one."""
    variables = {**NOTHING, "POWERTOOLS_SERVICE_NAME": "imagescaler", "POWERTOOLS_METRICS_NAMESPACE": "ImageScaler"}
    environment = [option for name, value in variables.items() for option in ("--env", f"{name}={value}")]
    container = _docker("run", "--detach", "--read-only", "--tmpfs", "/tmp", *environment, image)
    try:
        address = _docker("inspect", "--format", "{{.NetworkSettings.IPAddress}}", container)
        url = f"http://{address}:8080"
        while True:
            with suppress(ConnectionError, urllib.error.URLError):
                _ask(f"{url}/")
                break
        return _ask(url + PATH, event), statistics.median(_ask(url + PATH, event) for _ in range(WARM))
    finally:
        _docker("rm", "--force", container)


def _ask(url: str, event: bytes | None = None) -> float:
    started = time.perf_counter()
    try:
        with urllib.request.urlopen(url, event, timeout=60) as answer:
            answer.read()
    except urllib.error.HTTPError as error:  # as RIE answers what is no invocation
        error.read()
    return (time.perf_counter() - started) * 1000


def _docker(*arguments: str) -> str:
    done = subprocess.run(["docker", *arguments], check=True, capture_output=True, text=True)
    return done.stdout.strip()


if __name__ == "__main__":
    main()
