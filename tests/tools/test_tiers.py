"""Each test is quick or slow: `make test` runs the one half, `make slow` the other, and `make check` both."""

import shlex
import subprocess
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def selections(target: str) -> list[list[str]]:
    """List what each pytest that a target runs is asked to select; nothing means all tests."""
    command = ("make", "--dry-run", target)
    lines = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    runs = [shlex.split(line) for line in lines if "pytest --numprocesses" in line]
    return [arguments[arguments.index("worksteal") + 1 :] for arguments in runs]


def test_no_test_is_lost_and_none_is_run_twice() -> None:
    """A marker and its negation halve whatever there is."""
    quick, slow = ["-m", "not slow"], ["-m", "slow"]
    assert selections("test") == [quick]
    assert selections("slow") == [slow]
    assert selections("check") == [quick, slow]


def test_the_unit_tests_are_a_part_of_the_quick_ones() -> None:
    assert selections("unit") == [["-m", "not slow", "tests/unit"]]


def test_what_is_not_collected_among_the_quick_tests_is_slow() -> None:
    """`tests/matrix/conftest.py` leaves its folder out of the quick tests."""
    modules = list((ROOT / "tests/matrix").glob("test_*.py"))
    assert modules
    assert not [path.name for path in modules if "\npytestmark = pytest.mark.slow\n" not in path.read_text()]
