"""`make audit`: asks pip-audit for known vulnerabilities of pinned packages; no answer is a failure.

pip-audit leaves out a package that its database does not know, and says that nothing was found. Where the database
cannot be reached, or is a mirror without advisories, that would be all of them.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

CONSTRAINTS = Path(__file__).parent.parent / "constraints.txt"
SOUND, WEAK, UNKNOWN = 0, 1, 3


def ask(program: str, constraints: Path) -> list[dict[str, Any]]:
    """Return pip-audit's result for each package; empty if it got no answer."""
    command = (
        program,
        "--disable-pip",
        "--no-deps",
        "--format",
        "json",
        "--progress-spinner",
        "off",
        "-r",
        constraints,
    )
    done = subprocess.run([str(each) for each in command], check=False, capture_output=True, text=True)
    try:
        packages: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        return []
    return packages


def verdict(packages: list[dict[str, Any]]) -> tuple[int, list[str]]:
    """Return the exit code and the message. The code is 0 only if every package was audited."""
    asked = [package for package in packages if "skip_reason" not in package]
    left_out = [f"not audited: {package['name']}" for package in packages if "skip_reason" in package]
    if not asked:
        reached = "the database of advisories cannot be reached from here"
        return UNKNOWN, [f"NOT AUDITED: {reached}. Nothing is known of any package."]
    found = [
        f"{package['name']} {package['version']}: {weakness['id']}, fixed in {', '.join(weakness['fix_versions'])}"
        for package in asked
        for weakness in package["vulns"]
    ]
    if found:
        return WEAK, [*found, *left_out]
    sentence = f"{len(asked)} packages were audited; none has a known weakness."
    return (UNKNOWN if left_out else SOUND), [sentence, *left_out]


if __name__ == "__main__":
    code, lines = verdict(ask(sys.argv[1], CONSTRAINTS))
    print("\n".join(lines))
    sys.exit(code)
