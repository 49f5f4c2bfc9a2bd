"""One of several results of one image."""

from dataclasses import dataclass, replace
from typing import Self

from imagescaler.domain.options import Options
from imagescaler.domain.task.outcome import Failure, Outcome, Result


@dataclass(frozen=True, slots=True)
class Rendition:
    """One of several results that are wished of one image: its name, how to scale, and in the end what came of it."""

    name: str
    options: Options
    result: Result | None = None
    failure: Failure | None = None

    def ended(self, outcome: Outcome) -> Self:
        """Note what came of it."""
        result, failure = (None, outcome) if isinstance(outcome, Failure) else (outcome, None)
        return replace(self, result=result, failure=failure)
