"""GET /api/v1/results/{task_id}: the scaled image, as it is or in JSON."""

import imagescaler.web.init  # noqa: F401 - before all others

from typing import Annotated
from uuid import UUID

from fastapi import Header, Query, Request, Response

from imagescaler.adapters import repositories, signed_urls, stores
from imagescaler.domain import errors
from imagescaler.domain.etag import has_etag
from imagescaler.runtime import telemetry
from imagescaler.usecases.get_result import get_result, link_result, read_result
from imagescaler.web.app import Owner, absolute, create_app, lambda_handler
from imagescaler.web.catalogue import problem_responses
from imagescaler.web.requests.headers import accepts_image
from imagescaler.web.views.progress import show_unfinished
from imagescaler.web.views.result import RESPONSES, ResultResponse

app = create_app()
handler = lambda_handler(app)
tasks, store, urls = repositories.from_env(), stores.from_env(), signed_urls.from_env()
PROBLEMS = (
    errors.RepositoryUnavailable,
    errors.TaskNotFound,
    errors.RenditionNotFound,
    errors.RenditionNotNamed,
    errors.TaskFailed,
    errors.ResultExpired,
    errors.TaskDeleted,
    errors.ResultDamaged,
)


@app.get(
    "/api/v1/results/{task_id}",
    tags=["results"],
    summary="Fetch the scaled image",
    responses={**RESPONSES, **problem_responses(*PROBLEMS)},
    response_class=Response,
)
async def read_result_of_task(
    task_id: UUID,
    request: Request,
    owner: Owner,
    rendition: Annotated[
        str | None, Query(description="name, if the task has several results", examples=["small"])
    ] = None,
    accept: Annotated[str | None, Header(include_in_schema=False)] = None,
    if_none_match: Annotated[str | None, Header(alias="If-None-Match", examples=['"an-entity-tag"'])] = None,
) -> Response:
    """Return the image itself, or JSON with the image in base64 if `Accept` prefers `application/json`."""
    task, result = await get_result(task_id, owner, rendition, tasks=tasks)
    if result is None:
        return await show_unfinished(task, tasks)
    found = ResultResponse(task.id, result, accepts_image(accept, by_default=True), rendition, task.expires_at)
    if has_etag(if_none_match, found.etag):
        return found.not_modified()
    with telemetry.damage_reported(task):
        if found.fits:
            return found.with_data(await read_result(task, result, rendition, tasks=tasks, store=store))
        url = await link_result(
            task,
            result,
            rendition,
            method=request.method,
            headers=found.image_headers,
            tasks=tasks,
            store=store,
            urls=urls,
        )
    return found.with_url(absolute(url, request))
