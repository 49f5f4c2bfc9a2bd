"""The query of a list of tasks."""

from typing import Annotated

from fastapi import Depends, Query
from pydantic import AfterValidator, AwareDatetime

from imagescaler.domain.task.status import Status
from imagescaler.domain.task.task_filter import Cursor, TaskFilter

MAX_LIMIT = 100  # tasks with a dozen renditions each then take about a quarter of a response of 6 MB
MAX_CURSOR_LENGTH = 200


def _cursor(text: str) -> str:
    Cursor.from_text(text)
    return text


Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT, description="tasks of a page", examples=[20])]


async def _filter(
    status: Annotated[Status | None, Query(description="tasks of this status only")] = None,
    created_after: Annotated[
        AwareDatetime | None,
        Query(description="tasks created after this time, with its offset", examples=["2026-01-01T12:00:00Z"]),
    ] = None,
    cursor: Annotated[
        Annotated[str, AfterValidator(_cursor)] | None,
        Query(max_length=MAX_CURSOR_LENGTH, description='from the `Link` with `rel="next"` of the page before'),
    ] = None,
) -> TaskFilter:
    return TaskFilter(status, created_after, Cursor.from_text(cursor) if cursor else None)


Chosen = Annotated[TaskFilter, Depends(_filter)]
