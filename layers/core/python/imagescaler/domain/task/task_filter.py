"""Which of an owner's tasks a list has."""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

from imagescaler.domain.task.status import Status
from imagescaler.domain.task.task import Task


@dataclass(frozen=True, slots=True)
class Cursor:
    """The task behind which a page begins."""

    created_at: datetime
    id: UUID

    def to_text(self) -> str:
        """Return the cursor for a URL; clients do not read it.

        >>> Cursor(datetime.fromisoformat("2026-01-01T12:00:00+00:00"), UUID(int=1)).to_text()
        'MjAyNi0wMS0wMVQxMjowMDowMCswMDowMCAwMDAwMDAwMC0wMDAwLTAwMDAtMDAwMC0wMDAwMDAwMDAwMDE'
        """
        return base64.urlsafe_b64encode(f"{self.created_at.isoformat()} {self.id}".encode()).decode().rstrip("=")

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Parse a cursor; raises ValueError."""
        try:
            plain = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode()
            created_at, task_id = plain.split(" ")
            made = cls(datetime.fromisoformat(created_at), UUID(task_id))
        except (binascii.Error, ValueError) as error:
            raise ValueError("it is not from the Link of a response") from error
        if made.to_text() != text or made.created_at.tzinfo is None:
            raise ValueError("it is not from the Link of a response")
        return made


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """Tasks of a status, created after a time, and older than those of the page before; None does not restrict.

    A result that has just expired may be in neither list of a status, until the sweeper has run.
    """

    status: Status | None = None
    created_after: datetime | None = None
    before: Cursor | None = None

    def includes(self, task: Task) -> bool:
        """True if the list has this task."""
        return (
            self.status in {None, task.status}
            and (self.created_after is None or task.created_at > self.created_after)
            and (self.before is None or (task.created_at, task.id) < (self.before.created_at, self.before.id))
        )
