"""How long each function takes to be imported, as a ratio to an interpreter that does nothing."""

import os
import resource
import statistics
import subprocess
import sys
from pathlib import Path

from tests.handlers import FUNCTIONS, NAMES

ROUNDS = 7
LAYER = Path(__file__).parent.parent.parent / "layers/core/python"


def report() -> None:
    """Print a line for each function; the CPU time of whole processes, functions and nothing in turn."""
    print(f"\nCold start: CPU time until the handler is there, median of {ROUNDS}, as a ratio to `python -c pass`")
    times: dict[str, list[float]] = {name: [] for name in ("", *NAMES)}
    for _ in range(ROUNDS + 1):
        for name, measured in times.items():
            measured.append(_cpu_s(name))
    medians = {name: statistics.median(measured[1:]) for name, measured in times.items()}
    nothing_s = medians.pop("")
    print(f"  nothing            {nothing_s * 1000:4.0f} ms")
    for name, seconds in medians.items():
        print(f"  {name:18} {seconds * 1000:4.0f} ms   {seconds / nothing_s:4.1f}")


def _cpu_s(name: str) -> float:
    """Import the handler of a function, or nothing for the empty name, in a process of its own."""
    folder = FUNCTIONS / name
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": f"{folder}:{LAYER}",
        "POSTGRES_DSN": "postgresql://nobody@127.0.0.1:1/nothing",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "URL_SIGNING_KEY": "a key of thirty-two letters or more",
        "POWERTOOLS_SERVICE_NAME": "imagescaler",
        "POWERTOOLS_METRICS_NAMESPACE": "ImageScaler",
    }
    code = "import handler" if name else "pass"
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], cwd=folder, env=environment, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
