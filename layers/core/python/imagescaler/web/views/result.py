"""A result as an answer: the picture itself, or JSON with the picture in base64."""

from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

import pybase64
from fastapi import Response
from pydantic import BaseModel

from imagescaler.domain.formats import Format
from imagescaler.domain.task.outcome import Result

# Lambda's answer may have 6,291,556 bytes, in base64 either way; the rest is for headers and the JSON around it.
MAX_ANSWER_BYTES = 6_291_556 // 4 * 3 - 16_384
PICTURES: dict[str, Any] = {form.media_type: {"schema": {"type": "string", "format": "binary"}} for form in Format}
RESULT_HEADERS: dict[str, Any] = {
    "ETag": {"description": "strong, from the content", "schema": {"type": "string"}},
    "Content-Disposition": {
        "description": "a file name made of the task's id and the rendition's name",
        "schema": {"type": "string"},
    },
}


class ResultBody(BaseModel):
    """A result as JSON; `data` is the image in base64, or null where it is too large: then it is at `url`, for a while.

    The URL is signed and needs no other header.
    """

    status: Literal["completed"] = "completed"
    data: str | None
    url: str | None = None
    media_type: str
    width: int
    height: int
    bytes: int


class Unfinished(BaseModel):
    """What stands in place of a result that is not there yet."""

    status: Literal["pending", "processing"]


@dataclass(frozen=True, slots=True)
class Picture:
    """One of the two forms of a task's result, each with an ETag of its own."""

    task_id: UUID
    result: Result
    as_image: bool
    rendition: str | None = None

    @property
    def etag(self) -> str:
        """Give the strong entity tag, from the content."""
        return f'"{self.result.sha256}"' if self.as_image else f'"{self.result.sha256}-json"'

    @property
    def headers(self) -> dict[str, str]:
        """Give the headers that a 200 and a 304 share (RFC 9110, 15.4.5)."""
        return {"ETag": self.etag, "Cache-Control": "private, max-age=3600", "Vary": "Accept"}

    def not_modified(self) -> Response:
        """Answer a client that has this version."""
        return Response(status_code=304, headers=self.headers)

    @property
    def fits(self) -> bool:
        """Say whether a function's answer can carry the picture."""
        return self.result.bytes <= MAX_ANSWER_BYTES

    @property
    def image_headers(self) -> dict[str, str]:
        """Give the headers of the picture itself, wherever it comes from."""
        stem = f"{self.task_id}-{self.rendition}" if self.rendition else str(self.task_id)
        name = f"{stem}.{self.result.format.extension}"
        return {
            "Content-Type": self.result.format.media_type,
            "Content-Disposition": f'inline; filename="{name}"',
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, max-age=3600",
            "ETag": f'"{self.result.sha256}"',
        }

    def answer(self, data: bytes) -> Response:
        """Answer with the bytes."""
        if self.as_image:
            return Response(data, headers={**self.image_headers, **self.headers})
        encoded = pybase64.b64encode_as_string(data)
        return Response(self._json(encoded), headers=self.headers, media_type="application/json")

    def elsewhere(self, url: str) -> Response:
        """Answer with where the bytes are: 303 for who wants a picture, the URL in JSON for who wants JSON."""
        headers = {"Cache-Control": "no-store", "Vary": "Accept"}  # the URL does not live long
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
