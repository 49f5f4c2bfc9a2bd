"""A page of tasks, as its client gets it."""

from collections.abc import Sequence
from typing import Any, Self

from fastapi import Request
from pydantic import BaseModel

from imagescaler.domain.task.task import Task
from imagescaler.domain.task.task_filter import Cursor
from imagescaler.web.views.progress import EXAMPLE
from imagescaler.web.views.task import TaskView

LINK = {"description": 'URL of the next page, with `rel="next"` (RFC 8288)', "schema": {"type": "string"}}
LIST: dict[int | str, dict[str, Any]] = {
    200: {"headers": {"Link": LINK}, "content": {"application/json": {"example": {"tasks": [EXAMPLE]}}}}
}


class TaskListView(BaseModel):
    """A page of tasks, newest first."""

    tasks: list[TaskView]

    @classmethod
    def of(cls, tasks: Sequence[Task]) -> Self:
        """Show tasks to their client."""
        return cls(tasks=[TaskView.of(task) for task in tasks])


def link_to_next(request: Request, end: Cursor) -> str:
    """Return the Link to the page after a cursor, with the other parameters of the request (RFC 8288)."""
    url = request.url.include_query_params(cursor=end.to_text())
    return f'<{url.path}?{url.query}>; rel="next"'
