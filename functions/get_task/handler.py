"""GET /api/v1/tasks/{task_id}: how a task stands."""

from uuid import UUID

from fastapi import Response

from imagescaler import errors, repositories
from imagescaler.schemas import TaskView
from imagescaler.usecases.get_task import get_task
from imagescaler.web import Owner, Wait, create_app, lambda_handler, problems, show_progress

app = create_app()
handler = lambda_handler(app)
tasks = repositories.from_env()
PROBLEMS = (errors.RepositoryUnavailable, errors.TaskNotFound)


@app.get(
    "/api/v1/tasks/{task_id}",
    tags=["tasks"],
    summary="See how a task stands",
    responses=problems(*PROBLEMS),
)
async def read_task(task_id: UUID, response: Response, owner: Owner, wait_s: Wait) -> TaskView:
    """Tell how a task stands; with `Prefer: wait` as soon as it is over."""
    task = await get_task(task_id, owner, wait_s=wait_s, tasks=tasks)
    return await show_progress(task, response, wait_s, tasks)
