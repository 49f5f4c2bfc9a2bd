"""The time of day of the broken copy, which chaos moves; there it is `sitecustomize`, which Python imports first.

The service itself has no such switch. A process adds to its time the seconds in the file of its kind: the command of
`python -m local`, or the name of its function. Clocks that only measure (`time.monotonic`) stay as they are, as when
the time of a machine is set; so do those of Postgres and Redis, which import no Python.
"""

import datetime as dt
import mmap
import os
import struct
import sys
import time
from pathlib import Path
from typing import Any

SECONDS = struct.Struct("<d")
FOLDER = "clocks"


def kind() -> str:
    """Return the kind of this process; empty if it is no part of the service."""
    if function := os.environ.get("AWS_LAMBDA_FUNCTION_NAME"):
        return function
    _, _, command = " ".join(sys.orig_argv).partition("-m local ")
    return command.partition(" ")[0]


def follow(path: Path) -> None:
    """Let `time.time`, `time.time_ns` and `datetime.now` follow the file's offset."""
    with path.open("rb") as file:
        offset = mmap.mmap(file.fileno(), SECONDS.size, access=mmap.ACCESS_READ)
    time_of_day, real = time.time, dt.datetime

    def moved_s() -> float:
        [seconds] = SECONDS.unpack(offset)
        return time_of_day() + float(seconds)

    class Kind(type):
        def __instancecheck__(cls, instance: object) -> bool:
            return isinstance(instance, real)

    class Moved(dt.datetime, metaclass=Kind):
        __slots__ = ()  # of the same size, as Cython expects

        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> Any:
            return real.fromtimestamp(moved_s(), tz)

    time.time, time.time_ns = moved_s, lambda: int(moved_s() * 1e9)
    dt.datetime = Moved  # type: ignore[misc]


def move(path: Path, seconds: float) -> None:
    """Set the offset of a file, at first to make it."""
    mode = "r+b" if path.exists() else "w+b"
    with path.open(mode) as file:
        file.write(SECONDS.pack(seconds))


if __name__ == "sitecustomize":
    followed = Path(__file__).parent / FOLDER / kind()
    if followed.is_file():
        follow(followed)
