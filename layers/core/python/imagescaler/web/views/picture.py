"""The response to a request that creates a task and asks for its picture."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Depends, Request, Response

from imagescaler.domain.errors import TaskFailed
from imagescaler.domain.task.outcome import Result
from imagescaler.domain.task.task import Task
from imagescaler.runtime import telemetry
from imagescaler.usecases.get_result import read_result, result_of
from imagescaler.usecases.ports import ImageStore, TaskRepository
from imagescaler.web.problems import failed_response
from imagescaler.web.requests.headers import accepts_image
from imagescaler.web.views.progress import ACCEPTED, Wait, accepted_headers
from imagescaler.web.views.result import IMAGES, RESULT_HEADERS, URL, ResultResponse

CONTENT_LOCATION = {"Content-Location": {"description": "URL of the picture", "schema": {"type": "string"}}}
PICTURE: dict[int | str, dict[str, Any]] = {
    200: {
        **ACCEPTED[200],
        "description": "Ended, after `Prefer: wait`: the task, or the picture if `Accept` prefers images",
        "headers": {**ACCEPTED[200]["headers"], **CONTENT_LOCATION, "ETag": RESULT_HEADERS["ETag"]},
        "content": {**ACCEPTED[200]["content"], **IMAGES},
    },
    303: {
        "description": "The picture is too large for a response; fetch it from Location",
        "headers": {"Location": {"description": "URL of the picture", "schema": URL}},
    },
}


async def wants_picture(request: Request, wait_s: Wait) -> bool:
    """True if the client waits, and prefers an image: `*/*` is JSON, as it is without waiting."""
    return wait_s > 0 and accepts_image(request.headers.get("accept"))


WantsPicture = Annotated[bool, Depends(wants_picture)]


async def show_picture(
    task: Task,
    rendition: str | None,
    request: Request,
    wait_s: int,
    *,
    replayed: bool,
    tasks: TaskRepository,
    store: ImageStore,
) -> Response | None:
    """Show a task that has ended: its picture, 303 to the picture if that is too large, or why the task failed.

    Returns None if it has not ended. Raises ResultExpired, ResultDamaged.
    """
    try:
        result = result_of(task, rendition)
    except TaskFailed as failure:
        response: Response = failed_response(request, failure)
    else:
        if result is None:
            return None
        response = await _show_result(task, result, rendition, tasks=tasks, store=store)
    headers = {**accepted_headers(task, replayed=replayed), "Preference-Applied": f"wait={wait_s}", "Vary": "Accept"}
    for name, value in headers.items():
        response.headers.setdefault(name, value)
    return response


async def _show_result(
    task: Task, result: Result, rendition: str | None, *, tasks: TaskRepository, store: ImageStore
) -> Response:
    found = ResultResponse(task.id, result, as_image=True, rendition=rendition, expires_at=task.expires_at)
    if not found.fits:  # its own URL redirects to the store: creating tasks needs no key that signs URLs
        return Response(status_code=HTTPStatus.SEE_OTHER, headers={"Location": found.path})
    with telemetry.damage_reported(task):
        response = found.with_data(await read_result(task, result, rendition, tasks=tasks, store=store))
    response.headers["Content-Location"] = found.path
    return response
