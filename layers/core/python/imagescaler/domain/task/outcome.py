"""What becomes of a wish: a result, or a failure."""

from dataclasses import dataclass, field
from typing import Self

from imagescaler.domain.errors import Problem
from imagescaler.domain.formats import Format
from imagescaler.domain.task.receipt import Receipt


@dataclass(frozen=True, slots=True)
class Result:
    """What is known of a scaled image; width and height in pixels, `sha256` in hexadecimal.

    The receipt tells how it came about, and no two pictures apart; older releases wrote none.
    """

    format: Format
    width: int
    height: int
    bytes: int
    sha256: str
    receipt: Receipt | None = field(default=None, compare=False)
    frames: int = 1


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a task failed: a problem's slug, title and detail."""

    type: str
    title: str
    detail: str

    @classmethod
    def of(cls, problem: Problem) -> Self:
        """Make the record of a problem."""
        return cls(problem.slug(), problem.title(), problem.detail)


Outcome = Result | Failure
"""What becomes of one wish."""
