"""The client of a service."""

import os
from types import TracebackType
from typing import Any

from pydantic import TypeAdapter, ValidationError
from typing_extensions import Self, Unpack

from imagescaler_client._sync.concurrency import run_blocking
from imagescaler_client._sync.http import Http
from imagescaler_client._sync.results import Results
from imagescaler_client._sync.tasks import Tasks
from imagescaler_client._sync.uploads import Uploads
from imagescaler_client.errors import problem_error
from imagescaler_client.fields import form, given
from imagescaler_client.image_file import Source, open_image
from imagescaler_client.models import Health, PlanView, PresetsView, RenditionsPlan, UploadView
from imagescaler_client.options import PlanOptions, TaskOptions
from imagescaler_client.picture import Picture

DEFAULT_URL = "http://127.0.0.1:8000"
PLAN: TypeAdapter[PlanView | RenditionsPlan] = TypeAdapter(PlanView | RenditionsPlan)


class Client:
    """A client of the service at `url`, or IMAGESCALER_URL; `key` or IMAGESCALER_KEY is the API key.

    Requests that fail for a reason that may pass are repeated for `retry_for_s` seconds, as `Retry-After` says:
    429, 502, 503, 504 and errors of the connection. Used as a context manager, it closes its connections.
    """

    def __init__(self, url: str | None = None, key: str | None = None, *, retry_for_s: float = 60) -> None:
        url = url or os.environ.get("IMAGESCALER_URL", DEFAULT_URL)
        self._http = Http(url, key or os.environ.get("IMAGESCALER_KEY"), retry_for_s=retry_for_s)
        self.uploads = Uploads(self._http)
        self.tasks = Tasks(self._http, self.uploads)
        self.results = Results(self._http)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def scale(
        self,
        source: Source | UploadView | None,
        *,
        timeout_s: float = 600,
        idempotency_key: str | None = None,
        **options: Unpack[TaskOptions],
    ) -> Picture:
        """Scale an image and fetch the result; an image that is too large for one request is uploaded first.

        Raises ProblemError if the service refuses the request, TaskFailed if the image cannot be scaled,
        TaskNotFinished after `timeout_s` seconds, ServiceUnreachable and OSError.
        """
        task = self.tasks.run(source, timeout_s=timeout_s, idempotency_key=idempotency_key, **options)
        pictures = self.results.pictures(task)
        if len(pictures) > 1:
            raise ValueError("The task has several renditions. scale_to_renditions returns all of them.")
        return pictures[0]

    def scale_to_renditions(
        self,
        source: Source | UploadView | None,
        *,
        timeout_s: float = 600,
        idempotency_key: str | None = None,
        **options: Unpack[TaskOptions],
    ) -> dict[str, Picture]:
        """Scale an image to several `renditions`, or those of a `preset`, and return the results by name.

        Raises what `scale` does; TaskFailed also if one of the renditions cannot be made.
        """
        task = self.tasks.run(source, timeout_s=timeout_s, idempotency_key=idempotency_key, **options)
        return {picture.name or "": picture for picture in self.results.pictures(task)}

    def plan(
        self, source: Source | UploadView | None = None, **options: Unpack[PlanOptions]
    ) -> PlanView | RenditionsPlan:
        """Return the exact size of each result, without scaling: of an image, or of `source_width` and `source_height`.

        Only the beginning of a large image is sent. Raises ProblemError, ServiceUnreachable and OSError.
        """
        body: dict[str, Any] = {"json": given(options)}
        if isinstance(source, UploadView):
            body["json"]["upload_id"] = str(source.id)
        elif source is not None:
            with open_image(source) as image:
                body = run_blocking(form, image, given(options))
        response = self._http.request("POST", "plan", **body)
        return PLAN.validate_json(response.content)

    def presets(self) -> PresetsView:
        """Read the presets of the operator."""
        response = self._http.request("GET", "presets")
        return PresetsView.model_validate_json(response.content)

    def health(self) -> Health:
        """Read whether the servers of the service answer. Raises ProblemError and ServiceUnreachable."""
        response = self._http.request("GET", "health", expected={503})
        try:
            return Health.model_validate_json(response.content)
        except ValidationError:  # 503 from a gateway in front of the service
            raise problem_error(response) from None
