"""GET /api/v1/tasks/{task_id}: a task and its status."""

import imagescaler.web.init  # noqa: F401 - before all others

from uuid import UUID

from fastapi import Response

from imagescaler.adapters import repositories, task_ends
from imagescaler.domain import errors
from imagescaler.domain.wait_limits import WaitLimits
from imagescaler.runtime import settings
from imagescaler.usecases.get_task import get_task
from imagescaler.web.app import Owner, create_app, lambda_handler
from imagescaler.web.catalogue import problem_responses
from imagescaler.web.views.progress import PROGRESS, Wait, show_progress
from imagescaler.web.views.task import TaskView

app = create_app()
handler = lambda_handler(app)
tasks, ends, waits = repositories.from_env(), task_ends.from_env(), settings.from_env(WaitLimits)
PROBLEMS = (errors.RepositoryUnavailable, errors.TaskNotFound)


@app.get(
    "/api/v1/tasks/{task_id}",
    tags=["tasks"],
    summary="Read a task",
    responses={**PROGRESS, **problem_responses(*PROBLEMS)},
)
async def read_task(task_id: UUID, response: Response, owner: Owner, wait_s: Wait) -> TaskView:
    """Return a task; with `Prefer: wait` as soon as it has ended, or at once if too many requests wait."""
    task = await get_task(task_id, owner, wait_s=wait_s, limits=waits, tasks=tasks, ends=ends)
    return await show_progress(task, response, wait_s, tasks)
