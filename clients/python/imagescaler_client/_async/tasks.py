"""Tasks: requests to scale an image, and what became of them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from time import monotonic
from typing import Any
from uuid import UUID, uuid4

from typing_extensions import Unpack

from imagescaler_client._async.concurrency import run_blocking, sleep
from imagescaler_client._async.http import AsyncHttp
from imagescaler_client._async.uploads import AsyncUploads
from imagescaler_client.errors import ImageScalerError, TaskNotFinished, retry_after
from imagescaler_client.fields import form, given
from imagescaler_client.image_file import Source, open_image
from imagescaler_client.models import TaskListView, TaskView, UploadView
from imagescaler_client.options import TaskOptions

LONGEST_WAIT_S = 20
ENDED = frozenset({"completed", "failed", "expired", "deleted"})


class AsyncTasks:
    """The tasks of one API key."""

    def __init__(self, http: AsyncHttp, uploads: AsyncUploads) -> None:
        self._http, self._uploads = http, uploads

    async def create(
        self,
        source: Source | UploadView | None,
        *,
        wait_s: int = 0,
        idempotency_key: str | None = None,
        **options: Unpack[TaskOptions],
    ) -> TaskView:
        """Create a task, and wait up to `wait_s` seconds, at most 20, for its end.

        An image that is too large for one request is uploaded first. Raises ProblemError, ServiceUnreachable and
        OSError.
        """
        key = {"Idempotency-Key": idempotency_key or str(uuid4())}
        async with self._body(source, given(options)) as body:
            response = await self._http.request("POST", "tasks", headers={**key, **_prefer(wait_s)}, **body)
        return TaskView.model_validate_json(response.content)

    async def get(self, task_id: UUID | str, *, wait_s: int = 0) -> TaskView:
        """Read a task, and wait up to `wait_s` seconds, at most 20, for its end."""
        response = await self._http.request("GET", f"tasks/{task_id}", headers=_prefer(wait_s))
        return TaskView.model_validate_json(response.content)

    async def wait(self, task_id: UUID | str, *, timeout_s: float = 600) -> TaskView:
        """Wait until a task has ended, whatever its end is. Raises TaskNotFinished after `timeout_s` seconds."""
        deadline = monotonic() + timeout_s
        while True:
            asked_at = monotonic()
            wait_s = max(0, min(LONGEST_WAIT_S, round(deadline - asked_at)))
            response = await self._http.request("GET", f"tasks/{task_id}", headers=_prefer(wait_s))
            task = TaskView.model_validate_json(response.content)
            if task.status in ENDED:
                return task
            next_at = asked_at + (retry_after(response) or 1)  # the service may answer before the wait is over
            if next_at > deadline:
                raise TaskNotFinished(task_id)
            await sleep(max(0, next_at - monotonic()))

    async def run(
        self,
        source: Source | UploadView | None,
        *,
        timeout_s: float = 600,
        idempotency_key: str | None = None,
        **options: Unpack[TaskOptions],
    ) -> TaskView:
        """Create a task and wait until it has ended, whatever its end is."""
        task = await self.create(source, wait_s=LONGEST_WAIT_S, idempotency_key=idempotency_key, **options)
        return task if task.status in ENDED else await self.wait(task.id, timeout_s=timeout_s)

    async def list(
        self,
        *,
        status: str | None = None,
        created_after: datetime | None = None,
        limit: int | None = None,
        page: int = 100,
    ) -> AsyncIterator[TaskView]:
        """Yield tasks, newest first: at most `limit`, or all of them. A request fetches `page` tasks, at most 100."""
        after = created_after.isoformat() if created_after else None
        params = given({"status": status, "created_after": after, "limit": min(limit or page, page)})
        response = await self._http.request("GET", "tasks", params=params)
        count = 0
        while True:
            for task in TaskListView.model_validate_json(response.content).tasks:
                yield task
                count += 1
                if count == limit:
                    return
            if "next" not in response.links:
                return
            response = await self._http.request("GET", str(response.url.join(response.links["next"]["url"])))

    async def delete(self, task_id: UUID | str) -> None:
        """Cancel a task that has not ended, and delete its images."""
        await self._http.request("DELETE", f"tasks/{task_id}")

    @asynccontextmanager
    async def _body(self, source: Source | UploadView | None, options: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
        """Yield the body of a request, as arguments of httpx. An upload made for it is deleted afterwards."""
        if source is None:
            yield {"json": options}
        elif isinstance(source, UploadView):
            yield {"json": {**options, "upload_id": str(source.id)}}
        else:
            with open_image(source) as image:
                if image.fits_in_form:
                    yield await run_blocking(form, image, options)
                    return
                upload = await self._uploads.send(image)
            yield {"json": {**options, "upload_id": str(upload.id)}}
            with suppress(ImageScalerError):  # it expires all the same
                await self._uploads.delete(upload.id)


def _prefer(wait_s: int) -> dict[str, str]:
    return {"Prefer": f"wait={wait_s}"} if wait_s else {}
