"""`make conformance`: the suite of tests/e2e against every way of running the service, and a table of the outcomes."""

import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parent.parent
# Beside the suite, each way has tests of what it alone can do.
WAYS = {
    "embedded": ("python -m local", ["tests/e2e", "tests/embedded"]),
    "compose": ("docker compose", ["tests/e2e", "tests/compose"]),
    "sam": ("sam local", ["tests/e2e"]),
}


@dataclass
class Column:
    """What came of the tests with one way of running: names to outcomes, and why tests were skipped."""

    title: str
    outcomes: dict[str, str] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)

    @property
    def counts(self) -> str:
        """Numbers of tests that passed, were skipped, and failed."""
        count = Counter(self.outcomes.values())
        return f"{count['passed']} passed, {count['skipped']} skipped, {count['failed']} failed"


def main(chosen: Iterable[str]) -> int:
    """Run the chosen ways, all without a choice; give 1 if a test failed or none was run."""
    columns = [_run(*WAYS[name], name) for name in chosen or WAYS]
    _show(columns)
    return int(any("passed" not in each.outcomes.values() or "failed" in each.outcomes.values() for each in columns))


def _run(title: str, folders: list[str], name: str) -> Column:
    print(f"\n{title}\n", flush=True)
    column = Column(title)
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = (sys.executable, "-m", "pytest", "-q", "--durations=5", f"--junitxml={report}", *folders)
        subprocess.run(command, cwd=ROOT, env={**os.environ, "DEPLOYMENT": name}, check=False)
        for case in ET.parse(report).iter("testcase"):
            key = f"{case.get('classname', '').removeprefix('tests.')}.{case.get('name')}"
            skipped = case.find("skipped")
            failed = case.find("failure") is not None or case.find("error") is not None
            column.outcomes[key] = "failed" if failed else "passed" if skipped is None else "skipped"
            if skipped is not None:
                column.reasons[key] = skipped.get("message", "")
    return column


def _show(columns: list[Column]) -> None:
    names = list(dict.fromkeys(name for column in columns for name in column.outcomes))
    print("\n" + "  ".join(f"{column.title:16}" for column in columns))
    for name in names:
        print("  ".join(f"{column.outcomes.get(name, '·'):16}" for column in columns) + f"  {name}")
    for column in columns:
        print(f"\n{column.title}: {column.counts}")
        for reason, count in Counter(column.reasons.values()).items():
            print(f"  {count} skipped: {reason}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
