"""Problems, as clients get them (RFC 9457)."""

from typing import Annotated, Self

from pydantic import BaseModel, Field

from imagescaler.domain.task.outcome import Failure


def type_of(slug: str) -> str:
    """Return the type of a problem, a stable URL path.

    >>> type_of("task-not-found")
    '/problems/task-not-found'
    """
    return f"/problems/{slug}"


class FieldError(BaseModel):
    """The error of one field of a request."""

    field: str
    detail: str


class Problem(BaseModel):
    """Problem details, RFC 9457."""

    type: Annotated[str, Field(examples=["/problems/task-not-found"])]
    title: str
    status: int
    detail: str
    instance: str | None = None
    errors: list[FieldError] | None = None


class TaskError(BaseModel):
    """Why a task failed: a problem without a status."""

    type: str
    title: str
    detail: str

    @classmethod
    def of(cls, failure: Failure) -> Self:
        """Show a failure."""
        return cls(type=type_of(failure.type), title=failure.title, detail=failure.detail)
