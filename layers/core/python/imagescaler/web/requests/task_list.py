"""The query of a list of tasks."""

import re
from typing import Annotated, Any

from fastapi import Depends, Query
from pydantic import AfterValidator, AwareDatetime, BeforeValidator

from imagescaler.domain.task.status import Status
from imagescaler.domain.task.task_filter import Cursor, TaskFilter

MAX_LIMIT = 100  # tasks with a dozen renditions each then take about a quarter of a response of 6 MB
MAX_CURSOR_LENGTH = 200
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII | re.IGNORECASE)


def _cursor(text: str) -> str:
    Cursor.from_text(text)
    return text


def _time(text: Any) -> Any:
    """Refuse what is no date-time of RFC 3339, 5.6: pydantic takes a number for seconds since 1970."""
    if isinstance(text, str) and not TIME.fullmatch(text):
        raise ValueError("send a time with its offset, such as 2026-01-01T12:00:00Z; in a URL, + is %2B")
    return text


Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT, description="tasks of a page", examples=[20])]


async def _filter(
    status: Annotated[Status | None, Query(description="tasks of this status only")] = None,
    created_after: Annotated[
        Annotated[AwareDatetime, BeforeValidator(_time)] | None,
        Query(description="tasks created after this time, with its offset", examples=["2026-01-01T12:00:00Z"]),
    ] = None,
    cursor: Annotated[
        Annotated[str, AfterValidator(_cursor)] | None,
        Query(max_length=MAX_CURSOR_LENGTH, description='from the `Link` with `rel="next"` of the page before'),
    ] = None,
) -> TaskFilter:
    return TaskFilter(status, created_after, Cursor.from_text(cursor) if cursor else None)


Chosen = Annotated[TaskFilter, Depends(_filter)]
