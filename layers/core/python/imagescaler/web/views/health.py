"""The health of the service, as its clients get it."""

from collections.abc import Mapping
from typing import Literal, Self

from pydantic import BaseModel

from imagescaler.usecases.check_health import Answer


class Check(BaseModel):
    """Whether a server answers, and its response time in milliseconds."""

    status: Literal["ok", "unavailable"]
    ms: float

    @classmethod
    def of(cls, answer: Answer) -> Self:
        """Show the answer of a server."""
        return cls(status="ok" if answer.ok else "unavailable", ms=answer.ms)


class Health(BaseModel):
    """Whether the service can accept tasks."""

    status: Literal["ok", "unavailable"]
    postgres: Check
    queue: Check
    store: Check

    @classmethod
    def of(cls, answers: Mapping[str, Answer]) -> Self:
        """Show the answers of all servers, by name."""
        ok = all(answer.ok for answer in answers.values())
        return cls(status="ok" if ok else "unavailable", **{name: Check.of(answer) for name, answer in answers.items()})
