"""The outcome of one output: a result or a failure."""

from dataclasses import dataclass, field
from typing import Self

from imagescaler.domain.errors import Problem
from imagescaler.domain.formats import Format
from imagescaler.domain.task.receipt import Receipt


@dataclass(frozen=True, slots=True)
class Result:
    """Metadata of a scaled image; width and height in pixels, size in bytes, `sha256` in hexadecimal.

    The receipt is not compared, because it contains timings. Rows of older releases have none. `placeholder` is the
    text that the option of this name asked for, `dominant_color` is #rrggbb, or None if no pixel is visible.
    """

    format: Format
    width: int
    height: int
    bytes: int
    sha256: str
    receipt: Receipt | None = field(default=None, compare=False)
    frames: int = 1
    placeholder: str | None = None
    dominant_color: str | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a task failed: a problem's slug, title and detail."""

    type: str
    title: str
    detail: str

    @classmethod
    def of(cls, problem: Problem) -> Self:
        """Create the record of a problem."""
        return cls(problem.slug(), problem.title(), problem.detail)


Outcome = Result | Failure
