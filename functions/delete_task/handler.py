"""DELETE /api/v1/tasks/{task_id}: cancels a task, and deletes its images."""

import imagescaler.web.init  # noqa: F401 - before all others

from uuid import UUID

from imagescaler.adapters import repositories, stores, task_ends
from imagescaler.domain import errors
from imagescaler.usecases.delete_task import delete_task
from imagescaler.web.app import Owner, create_app, lambda_handler
from imagescaler.web.catalogue import problem_responses

app = create_app()
handler = lambda_handler(app)
tasks, store, ends = repositories.from_env(), stores.from_env(), task_ends.from_env()
PROBLEMS = (errors.RepositoryUnavailable, errors.StoreUnavailable, errors.TaskNotFound)


@app.delete(
    "/api/v1/tasks/{task_id}",
    status_code=204,
    tags=["tasks"],
    summary="Cancel and delete a task",
    responses=problem_responses(*PROBLEMS),
)
async def remove_task(task_id: UUID, owner: Owner) -> None:
    """Delete a task of any status, its source and its results; an attempt in hand ends without effect.

    The task is listed as `deleted` for as long as a failed one. After a 503, repeat the request, or leave the images to
    the service, which deletes them later.
    """
    await delete_task(task_id, owner, tasks=tasks, store=store, ends=ends)
