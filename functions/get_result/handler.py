"""GET /api/v1/results/{task_id}: the scaled image, as a picture or as JSON."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Header, Query, Request, Response

from imagescaler.adapters import repositories, signed_urls, stores
from imagescaler.domain import errors
from imagescaler.domain.etag import has_etag
from imagescaler.usecases.get_result import get_result, link_result, read_result
from imagescaler.web.app import Owner, absolute, create_app, lambda_handler
from imagescaler.web.catalogue import problem_responses
from imagescaler.web.requests.headers import accepts_image
from imagescaler.web.views.progress import unfinished
from imagescaler.web.views.result import PICTURES, RESULT_HEADERS, Picture, ResultBody, Unfinished

app = create_app()
handler = lambda_handler(app)
tasks, store, urls = repositories.from_env(), stores.from_env(), signed_urls.from_env()
PATH = "/api/v1/results/{task_id}"
ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"model": ResultBody, "content": PICTURES, "headers": RESULT_HEADERS},
    202: {"model": Unfinished, "description": "Not finished yet; ask again after Retry-After"},
    303: {"description": "The picture is too large for an answer; it is at Location, for a while"},
    304: {"description": "The client has this version already"},
}
PROBLEMS = (
    errors.RepositoryUnavailable,
    errors.TaskNotFound,
    errors.RenditionNotFound,
    errors.RenditionNotNamed,
    errors.TaskFailed,
    errors.ResultExpired,
)


@app.head(PATH, include_in_schema=False)
@app.get(
    PATH,
    tags=["results"],
    summary="Fetch the scaled image",
    responses={**ANSWERS, **problem_responses(*PROBLEMS)},
    response_class=Response,
)
async def read_result_of_task(
    task_id: UUID,
    request: Request,
    owner: Owner,
    rendition: Annotated[str | None, Query(description="which of a task's renditions", examples=["small"])] = None,
    accept: Annotated[str | None, Header(include_in_schema=False)] = None,
    if_none_match: Annotated[str | None, Header(alias="If-None-Match", examples=['"an-entity-tag"'])] = None,
) -> Response:
    """Give the picture itself when `Accept` names an image type, else JSON with the picture in base64."""
    task, result = await get_result(task_id, owner, rendition, tasks=tasks)
    if result is None:
        return await unfinished(task, tasks)
    picture = Picture(task.id, result, accepts_image(accept), rendition)
    if has_etag(if_none_match, picture.etag):
        return picture.not_modified()
    if not picture.fits:
        headers = picture.image_headers
        url = await link_result(
            task, rendition, method=request.method, headers=headers, tasks=tasks, store=store, urls=urls
        )
        return picture.elsewhere(absolute(url, request))
    return picture.answer(await read_result(task, rendition, tasks=tasks, store=store))
