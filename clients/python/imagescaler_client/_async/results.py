"""Results: the scaled images of tasks that are completed."""

from io import BytesIO
from os import PathLike
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

import httpx

from imagescaler_client._async.http import AsyncHttp
from imagescaler_client.atomic_file import replacing
from imagescaler_client.errors import TaskNotFinished
from imagescaler_client.fields import given
from imagescaler_client.models import TaskView
from imagescaler_client.picture import Picture, results_of

IMAGE = {"Accept": "image/*"}


class AsyncResults:
    """The results of tasks. `rendition` names one, if a task has several."""

    def __init__(self, http: AsyncHttp) -> None:
        self._http = http

    async def read(self, task_id: UUID | str, rendition: str | None = None) -> bytes:
        """Fetch a result. Raises TaskNotFinished, ProblemError and ServiceUnreachable."""
        file = BytesIO()
        await self._download(task_id, rendition, file)
        return file.getvalue()

    async def save(self, task_id: UUID | str, path: str | PathLike[str], rendition: str | None = None) -> Path:
        """Fetch a result into a file, in pieces; the file is replaced when the result is complete. Raises OSError."""
        with replacing(path) as file:
            await self._download(task_id, rendition, file)
        return Path(path)

    async def pictures(self, task: TaskView) -> list[Picture]:
        """Fetch all results of a task. Raises TaskFailed if one of them was not made."""
        results = results_of(task)
        return [Picture(task, result, name, await self.read(task.id, name)) for name, result in results.items()]

    async def _download(self, task_id: UUID | str, rendition: str | None, file: BinaryIO) -> None:
        params = given({"rendition": rendition})
        response = await self._http.download(f"results/{task_id}", file, headers=IMAGE, params=params)
        if response.status_code == httpx.codes.ACCEPTED:
            raise TaskNotFinished(task_id)
