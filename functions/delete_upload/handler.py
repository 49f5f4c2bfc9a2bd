"""DELETE /api/v1/uploads/{upload_id}: deletes the bytes of an upload."""

import imagescaler.web.init  # noqa: F401 - before all others

from uuid import UUID

from imagescaler.adapters import stores
from imagescaler.domain import errors
from imagescaler.usecases.delete_upload import delete_upload
from imagescaler.web.app import Owner, create_app, lambda_handler
from imagescaler.web.catalogue import problem_responses

app = create_app()
handler = lambda_handler(app)
store = stores.from_env()


@app.delete(
    "/api/v1/uploads/{upload_id}",
    status_code=204,
    tags=["uploads"],
    summary="Delete an upload",
    responses=problem_responses(errors.StoreUnavailable),
)
async def remove_upload(upload_id: UUID, owner: Owner) -> None:
    """Delete the bytes of an upload, if there are any. Its tasks have copies of their own.

    Its `url` can be used until it expires: do not send the bytes again.
    """
    await delete_upload(upload_id, owner, store=store)
