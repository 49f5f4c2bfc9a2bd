"""What the init of a function leaves: nothing that cannot be forked, or restored from a snapshot (SnapStart)."""

import subprocess
import sys

import pytest

from tests.handlers import FUNCTIONS, NAMES, process_variables

LOOK = """
import os

def opened():
    links = [f"/proc/self/fd/{fd}" for fd in os.listdir("/proc/self/fd")]
    return {os.readlink(link) for link in links if os.path.lexists(link)}

before = opened()
import handler
print(len(os.listdir("/proc/self/task")), [each for each in opened() - before if not each.startswith("/proc")])
"""


@pytest.mark.parametrize("name", NAMES)
def test_the_init_of_a_function_opens_nothing_and_starts_no_thread(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOOK],
        cwd=FUNCTIONS / name,
        env=process_variables(name),
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.stdout, done.stderr) == ("1 []\n", "")


@pytest.mark.parametrize("name", NAMES)
def test_garbage_is_collected_only_after_the_init_of_a_function(name: str) -> None:
    program = (
        "import gc; rounds = []; gc.callbacks.append(lambda *each: rounds.append(each)); import handler; "
        "during = len(rounds) < 10, gc.isenabled(); from imagescaler.runtime import loop; loop.own_loop(); "
        "print(during, gc.isenabled(), gc.get_freeze_count() > 10_000)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=FUNCTIONS / name,
        env=process_variables(name),
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.stdout, done.stderr) == ("(True, False) True True\n", "")
