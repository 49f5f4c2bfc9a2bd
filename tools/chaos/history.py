"""The clients' history, in a file outside of the system: their requests, and the answers to them."""

import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, TextIO

from tools.chaos.work import Kind, Way


class Outcome(StrEnum):
    """A line's meaning: `invoke` goes before the request, one of the others after it."""

    INVOKE = "invoke"
    READ = "read"  # a task or a result that was asked for later
    DELETE = "delete"  # a task is to be deleted: from now on it may be
    DELETED = "deleted"  # the answer said that it is
    OK = "ok"  # accepted: from now on the service owes an end
    REFUSED = "refused"  # the answer said that nothing was accepted
    UNKNOWN = "unknown"  # no answer, or one that leaves it open
    STRANGER = "stranger"  # a request with an unknown API key


@dataclass(frozen=True, slots=True)
class Line:
    """One line; `number` is the work's, `key` its idempotency key, `task_id` what an `ok` came with.

    `color` is that of a result that was read, `state` the task's status; `problem` is the type of the answer's problem,
    and `bug` is true if that spoke of an error of the service. `asked_at_s` is when the request was sent, `way` how.
    """

    outcome: Outcome
    number: int
    kind: Kind
    key: str | None = None
    task_id: str | None = None
    status: int | None = None
    at_s: float = 0.0
    color: tuple[int, int, int] | None = None
    bug: bool = False
    state: str | None = None
    problem: str | None = None
    asked_at_s: float = 0.0
    way: Way | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """A webhook as the receiver got it: its `webhook-id`, the task's id and the type of the event.

    `taken` is true if the receiver answered 2xx, and `genuine` if the signature is that of the owner's secret.
    """

    id: str
    task_id: str
    type: str
    taken: bool
    genuine: bool


class History:
    """Writes lines as they happen; each is in the file before the client goes on."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, outcome: Outcome, number: int, kind: Kind, **more: Any) -> None:
        """Write a line."""
        line = Line(outcome, number, kind, **more, at_s=round(time.time(), 3))
        self._file.write(json.dumps(asdict(line)) + "\n")
        self._file.flush()


def read(path: Path) -> Sequence[Line]:
    """Read a history."""
    rows = map(json.loads, path.read_text().splitlines())
    return [Line(**row | _typed(row)) for row in rows]


def _typed(row: dict[str, Any]) -> dict[str, Any]:
    color = row["color"] and tuple(row["color"])
    way = row["way"] and Way(row["way"])
    return {"outcome": Outcome(row["outcome"]), "kind": Kind(row["kind"]), "color": color, "way": way}


def read_deliveries(path: Path) -> Sequence[Delivery]:
    """Read the lines of the receiver; there is no file if it never got any."""
    lines = path.read_text().splitlines() if path.exists() else []
    return [Delivery(**json.loads(line)) for line in lines]
