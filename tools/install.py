"""Installs the packages of a lock file and the project itself beside the running Python, and shows the progress.

pip alone prints either some 200 lines or none: `python tools/install.py locks/serve.txt`.
"""

import re
import subprocess
import sys
from collections.abc import Iterable, Iterator

PIP = (sys.executable, "-m", "pip", "install", "--no-deps")
UNITS = {"bytes": 1e-6, "kB": 1e-3, "MB": 1, "GB": 1e3}
COLLECTED = re.compile(r"Collecting ([^\s<>=!~;\[]+)")
FETCHED = re.compile(r"\s+(?:Downloading|Using cached) \S+\.whl \(([0-9.]+) ?(bytes|kB|MB|GB)\)")
INSTALLING = "Installing collected packages: "


def progress(lines: Iterable[str]) -> Iterator[str]:
    """Yield a short text for each line of pip's output that is a step forward."""
    packages, fetched_mb = 0, 0.0
    for line in lines:
        if line.startswith(INSTALLING):
            yield f"installing {line.count(',') + 1} packages, {fetched_mb:.0f} MB before unpacking\n"
        elif found := COLLECTED.match(line):
            packages += 1
            yield f"{packages} packages, {fetched_mb:.0f} MB: {found[1]}"
        elif found := FETCHED.match(line):
            fetched_mb += float(found[1]) * UNITS[found[2]]


def main(lock: str) -> int:
    """Install the locked packages, whose hashes pip compares, and the project itself; return pip's exit status."""
    command = [*PIP, "--require-hashes", "--requirement", lock]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as pip:
        for text in progress(pip.stdout or ()):
            if sys.stdout.isatty():
                sys.stdout.write(f"\r\033[K  {text}")
            elif text.endswith("\n"):
                sys.stdout.write(f"  {text}")
            sys.stdout.flush()
    # Without isolation, which would download packages that no lock file has.
    project = [*PIP, "--quiet", "--no-build-isolation", "--editable", "."]
    return pip.returncode or subprocess.run(project, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
