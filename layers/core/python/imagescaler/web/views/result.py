"""Results as responses: the image itself, or JSON with the image in base64."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

import pybase64
from fastapi import Response
from pydantic import BaseModel

from imagescaler.domain.formats import RESULT_FORMATS
from imagescaler.domain.task.outcome import Result
from imagescaler.web.catalogue import RETRY_AFTER

# A Lambda response has at most 6,291,556 bytes, with the image in base64; the margin is for headers and JSON.
MAX_ANSWER_BYTES = 6_291_556 // 4 * 3 - 16_384
IMAGES: dict[str, Any] = {
    form.media_type: {"schema": {"type": "string", "format": "binary"}} for form in RESULT_FORMATS
}
MAX_AGE_S = 3_600
VARY = {"Vary": {"description": "`Accept`: image or JSON", "schema": {"type": "string"}}}
URL = {"type": "string", "format": "uri"}
RESULT_HEADERS: dict[str, Any] = {
    **VARY,
    "ETag": {"description": "strong, from the content", "schema": {"type": "string"}},
    "Content-Disposition": {
        "description": "file name from the task's id and the rendition's name",
        "schema": {"type": "string"},
    },
}


class ResultBody(BaseModel):
    """A result as JSON; `data` is the image in base64, or null if it is too large for a response.

    It can then be fetched from `url`, which is signed, expires, and needs no other header.
    """

    status: Literal["completed"] = "completed"
    data: str | None
    url: str | None = None
    media_type: str
    width: int
    height: int
    bytes: int


class Unfinished(BaseModel):
    """The status of a task that has no result yet."""

    status: Literal["pending", "processing"]


RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {
        "model": ResultBody,
        "description": "The image, or JSON if `Accept` prefers `application/json`",
        "content": IMAGES,
        "headers": RESULT_HEADERS,
    },
    202: {"model": Unfinished, "description": "Not finished; try again after Retry-After", "headers": RETRY_AFTER},
    303: {
        "description": "The image is too large for a response; fetch it from Location, which expires",
        "headers": {"Location": {"description": "signed URL of the image", "schema": URL}, **VARY},
    },
    304: {"description": "The client has this version", "headers": {"ETag": RESULT_HEADERS["ETag"], **VARY}},
}


@dataclass(frozen=True, slots=True)
class ResultResponse:
    """Response with a result as an image or as JSON; each has its own ETag."""

    task_id: UUID
    result: Result
    as_image: bool
    rendition: str | None = None
    expires_at: datetime | None = None

    @property
    def path(self) -> str:
        """Path of the result."""
        path = f"/api/v1/results/{self.task_id}"
        return f"{path}?rendition={self.rendition}" if self.rendition else path

    @property
    def etag(self) -> str:
        """Strong entity tag, from the content."""
        return f'"{self.result.sha256}"' if self.as_image else f'"{self.result.sha256}-json"'

    @property
    def headers(self) -> dict[str, str]:
        """Headers that 200 and 304 share (RFC 9110, 15.4.5)."""
        return {"ETag": self.etag, "Cache-Control": self._cache_control, "Vary": "Accept"}

    @property
    def _cache_control(self) -> str:
        """`Cache-Control` for an hour, or until the result expires."""
        left = (self.expires_at - datetime.now(UTC)).total_seconds() if self.expires_at else MAX_AGE_S
        return f"private, max-age={min(max(int(left), 0), MAX_AGE_S)}"

    def not_modified(self) -> Response:
        """Respond to a client that has this version."""
        return Response(status_code=304, headers=self.headers)

    @property
    def fits(self) -> bool:
        """True if the image fits into a Lambda response."""
        return self.result.bytes <= MAX_ANSWER_BYTES

    @property
    def image_headers(self) -> dict[str, str]:
        """Headers of the image itself, also at its signed URL, where it never changes (`immutable`, RFC 8246)."""
        stem = f"{self.task_id}-{self.rendition}" if self.rendition else str(self.task_id)
        name = f"{stem}.{self.result.format.extension}"
        return {
            "Content-Type": self.result.format.media_type,
            "Content-Disposition": f'inline; filename="{name}"',
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": f"{self._cache_control}, immutable",
            "ETag": f'"{self.result.sha256}"',
        }

    def with_data(self, data: bytes) -> Response:
        """Respond with the image."""
        if self.as_image:
            return Response(data, headers={**self.image_headers, **self.headers})
        encoded = pybase64.b64encode_as_string(data)
        return Response(self._json(encoded), headers=self.headers, media_type="application/json")

    def with_url(self, url: str) -> Response:
        """Respond with a signed URL of the image: 303 where an image was asked for, else in the JSON."""
        headers = {"Cache-Control": "no-store", "Vary": "Accept"}  # the URL expires soon
        if self.as_image:
            return Response(status_code=303, headers={**headers, "Location": url})
        return Response(self._json(None, url), headers=headers, media_type="application/json")

    def _json(self, data: str | None, url: str | None = None) -> str:
        result = self.result
        return ResultBody(
            data=data,
            url=url,
            media_type=result.format.media_type,
            width=result.width,
            height=result.height,
            bytes=result.bytes,
        ).model_dump_json(exclude=None if url else {"url"})
