"""A rendition: one of several results of one image."""

from dataclasses import dataclass, replace
from typing import Self

from imagescaler.domain.options import Options
from imagescaler.domain.task.outcome import Failure, Outcome, Result


@dataclass(frozen=True, slots=True)
class Rendition:
    """A named result of a task: its options, and its outcome once the task has ended."""

    name: str
    options: Options
    result: Result | None = None
    failure: Failure | None = None

    def ended(self, outcome: Outcome) -> Self:
        """Return a copy with its outcome."""
        result, failure = (None, outcome) if isinstance(outcome, Failure) else (outcome, None)
        return replace(self, result=result, failure=failure)
