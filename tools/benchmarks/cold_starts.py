"""How long each function takes to be imported, as a ratio to an interpreter that does nothing."""

import resource
import statistics
import subprocess
import sys

from tests.handlers import FUNCTIONS, NAMES, process_variables

ROUNDS = 7


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
    code = "import handler" if name else "pass"
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], cwd=folder, env=process_variables(name), check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
