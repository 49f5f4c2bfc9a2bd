"""Uploads: images that are too large for one request."""

from collections.abc import AsyncIterator
from uuid import UUID

from imagescaler_client._async.concurrency import run_blocking
from imagescaler_client._async.http import AsyncHttp
from imagescaler_client.image_file import ImageFile, Source, open_image
from imagescaler_client.models import UploadView

CHUNK_BYTES = 1 << 18


class AsyncUploads:
    """Images that were sent before the tasks that scale them; an upload serves many tasks until it expires."""

    def __init__(self, http: AsyncHttp) -> None:
        self._http = http

    async def create(self, source: Source) -> UploadView:
        """Send an image, in pieces. Raises ProblemError, ServiceUnreachable and OSError."""
        with open_image(source) as image:
            return await self.send(image)

    async def send(self, image: ImageFile) -> UploadView:
        """Send an image that is open."""
        described = {"bytes": image.size, "media_type": image.media_type()}
        response = await self._http.request("POST", "uploads", json=described)
        upload = UploadView.model_validate_json(response.content)
        headers = {"Content-Length": str(image.size), **upload.headers}
        await self._http.send_signed(upload.method, upload.url, headers, lambda: _chunks(image))
        return upload

    async def delete(self, upload_id: UUID | str) -> None:
        """Delete the bytes of an upload. Tasks have copies of their own."""
        await self._http.request("DELETE", f"uploads/{upload_id}")


async def _chunks(image: ImageFile) -> AsyncIterator[bytes]:
    for start in range(0, image.size, CHUNK_BYTES):
        yield await run_blocking(image.read, start, CHUNK_BYTES)
