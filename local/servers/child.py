"""Runs a command as a child that dies with its parent, optionally as another user.

A separate program, because `preexec_fn` is unsafe in a process with threads.
"""

import ctypes
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

PR_SET_PDEATHSIG = 1


def command(*argv: str | Path, death_signal: signal.Signals = signal.SIGKILL, user: str = "") -> Sequence[str]:
    """Return the argument vector that runs `argv` and sends it `death_signal` when this process ends.

    With `user`, root first becomes that user. Only Linux supports the death signal.
    Linux sends it when the thread that started the command ends, so start it from a lasting one.
    """
    parent, number = str(os.getpid()), str(int(death_signal))
    return sys.executable, "-I", "-S", __file__, parent, number, user, *map(str, argv)


def main(parent: str, number: str, user: str, *argv: str) -> None:
    """Become `argv`."""
    if user:
        _become(user)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(number))
        if os.getppid() != int(parent):  # it died before the signal was asked for
            sys.exit(1)
    os.execvp(argv[0], argv)  # noqa: S606 - no shell is meant


def _become(user: str) -> None:
    import pwd  # noqa: PLC0415 - not on every platform, and not always needed

    entry = pwd.getpwnam(user)
    os.setgroups([])
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)
    os.environ["HOME"] = "/"


if __name__ == "__main__":
    main(*sys.argv[1:])
