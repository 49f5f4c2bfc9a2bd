"""Responses for tasks that may not have ended."""

import asyncio
from typing import Annotated, Any

from fastapi import Depends, Response
from fastapi.responses import JSONResponse

from imagescaler.domain.errors import Unavailable
from imagescaler.domain.task.task import Task
from imagescaler.usecases.ports import TaskRepository
from imagescaler.web.requests.headers import wait_s
from imagescaler.web.views.rate_limit import RATE_LIMIT_HEADERS, rate_limit_headers
from imagescaler.web.views.result import Unfinished
from imagescaler.web.views.task import TaskView

RETRY_AFTER_S = 2
MEASURING_S = 1
PROGRESS_HEADERS: dict[str, Any] = {
    "Retry-After": {"description": "seconds, from the current backlog", "schema": {"type": "integer"}},
    "Preference-Applied": {"description": "the wait that was applied", "schema": {"type": "string"}},
}
ACCEPTED_HEADERS: dict[str, Any] = {
    "Location": {"description": "URL of the task", "schema": {"type": "string"}},
    "Idempotency-Replayed": {"description": "true if the key was used before", "schema": {"type": "string"}},
    **RATE_LIMIT_HEADERS,
    **PROGRESS_HEADERS,
}
EXAMPLE: dict[str, Any] = {
    "id": "8e03978e-40d5-43e8-bc93-6894a57f9324",
    "status": "pending",
    "created_at": "2026-01-01T12:00:00Z",
    "attempts": 0,
    "source": {"format": "jpeg", "width": 4000, "height": 3000, "bytes": 2345678},
    "options": {"width": 800, "height": 600},
}
TASK_ID = {"parameters": {"task_id": "$response.body#/id"}}
TASK: dict[str, Any] = {
    "model": TaskView,
    "headers": ACCEPTED_HEADERS,
    "links": {
        "task": {"operationId": "read_task", **TASK_ID},
        "result": {"operationId": "read_result_of_task", **TASK_ID},
    },
    "content": {"application/json": {"example": EXAMPLE}},
}
ACCEPTED: dict[int | str, dict[str, Any]] = {
    202: {**TASK, "description": "Accepted; the task is at Location"},
    200: {**TASK, "description": "Ended, after Prefer: wait"},
}
PROGRESS: dict[int | str, dict[str, Any]] = {200: {"headers": PROGRESS_HEADERS}}
Wait = Annotated[int, Depends(wait_s)]


def accepted_headers(task: Task, *, replayed: bool) -> dict[str, str]:
    """Return the headers of every response with a created task."""
    headers = {"Location": f"/api/v1/tasks/{task.id}", **rate_limit_headers(task.rate_limits)}
    return {**headers, "Idempotency-Replayed": "true"} if replayed else headers


async def show_accepted(
    task: Task, response: Response, wait_s: int, tasks: TaskRepository, *, replayed: bool
) -> TaskView:
    """Show a created task: 202, or 200 if it has ended, with its URL in `Location`."""
    response.status_code = 200 if task.status.is_final else 202
    response.headers.update(accepted_headers(task, replayed=replayed))
    return await show_progress(task, response, wait_s, tasks)


async def show_progress(task: Task, response: Response, wait_s: int, tasks: TaskRepository) -> TaskView:
    """Show a task, with `Retry-After` until it has ended, or `Preference-Applied` if it ended during the wait."""
    if not task.status.is_final:
        response.headers["Retry-After"] = await _retry_after(task, tasks)
    elif wait_s:
        response.headers["Preference-Applied"] = f"wait={wait_s}"
    return TaskView.of(task)


async def show_unfinished(task: Task, tasks: TaskRepository) -> Response:
    """Respond with 202 in place of a result."""
    body = Unfinished(status=task.status).model_dump(mode="json")
    return JSONResponse(body, 202, {"Retry-After": await _retry_after(task, tasks)})


async def _retry_after(task: Task, tasks: TaskRepository) -> str:
    """Return the seconds until the task may have ended; a constant if the backlog cannot be measured in time.

    The task is accepted, and its answer must not become an error.
    """
    try:
        async with asyncio.timeout(MEASURING_S):
            backlog = await tasks.backlog(task)
    except (TimeoutError, Unavailable):
        return str(RETRY_AFTER_S)
    return str(backlog.retry_after_s)
