"""GET /api/v1/tasks: the tasks of an owner, newest first."""

import imagescaler.web.init  # noqa: F401 - before all others

from fastapi import Request, Response

from imagescaler.adapters import repositories
from imagescaler.domain import errors
from imagescaler.usecases.list_tasks import list_tasks
from imagescaler.web.app import Owner, create_app, lambda_handler
from imagescaler.web.catalogue import problem_responses
from imagescaler.web.requests.task_list import Chosen, Limit
from imagescaler.web.views.task_list import LIST, TaskListView, link_to_next

app = create_app()
handler = lambda_handler(app)
tasks = repositories.from_env()


@app.get(
    "/api/v1/tasks",
    tags=["tasks"],
    summary="List tasks",
    responses={**LIST, **problem_responses(errors.RepositoryUnavailable)},
)
async def read_tasks(
    request: Request, response: Response, owner: Owner, chosen: Chosen, limit: Limit = 20
) -> TaskListView:
    """Return a page of your tasks, newest first; `Link` with `rel="next"` has the URL of the next page."""
    page, end = await list_tasks(owner, chosen, limit=limit, tasks=tasks)
    if end is not None:
        response.headers["Link"] = link_to_next(request, end)
    return TaskListView.of(page)
