"""POST /api/v1/uploads: answers with a signed URL for a file that is too large for a request."""

import imagescaler.web.init  # noqa: F401 - before all others

from fastapi import Request

from imagescaler.adapters import signed_urls
from imagescaler.domain import errors
from imagescaler.domain.limits import Limits
from imagescaler.domain.retention import Retention
from imagescaler.runtime import settings
from imagescaler.usecases.create_upload import create_upload
from imagescaler.web.app import Owner, create_app, lambda_handler
from imagescaler.web.catalogue import problem_responses
from imagescaler.web.openapi import body_of, json_content
from imagescaler.web.requests.upload import EXAMPLE, UploadBody, UploadRequest
from imagescaler.web.views.upload import UploadView

app = create_app()
handler = lambda_handler(app)
urls = signed_urls.from_env()
limits, retention = settings.from_env(Limits), settings.from_env(Retention)
PROBLEMS = (errors.MalformedRequest, errors.SourceTooLarge, errors.UnsupportedImageFormat, errors.StoreUnavailable)


@app.post(
    "/api/v1/uploads",
    status_code=201,
    tags=["uploads"],
    summary="Create an upload for a large file",
    responses=problem_responses(*PROBLEMS),
    openapi_extra=body_of(json_content(UploadRequest, EXAMPLE)),
)
async def post_upload(body: UploadBody, request: Request, owner: Owner) -> UploadView:
    """Create an upload: PUT the bytes to `url` with `headers`, then create tasks with its id as `upload_id`."""
    upload = await create_upload(body.bytes, body.media_type, owner, limits=limits, retention=retention, urls=urls)
    return UploadView.of(upload, request)
