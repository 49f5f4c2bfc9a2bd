"""A result as an answer: the picture itself, or JSON with the picture in base64."""

from base64 import b64encode
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import Response

from imagescaler.errors import ResultTooLarge
from imagescaler.schemas import ResultBody
from imagescaler.task import Format, Result

# Lambda's answer may have 6,291,556 bytes, in base64 either way; the rest is for headers and the JSON around it.
MAX_ANSWER_BYTES = 6_291_556 // 4 * 3 - 16_384
PICTURES: dict[str, Any] = {form.media_type: {"schema": {"type": "string", "format": "binary"}} for form in Format}
RESULT_HEADERS: dict[str, Any] = {
    "ETag": {"description": "strong, from the content", "schema": {"type": "string"}},
    "Content-Disposition": {"description": "a file name made of the task's id", "schema": {"type": "string"}},
}


@dataclass(frozen=True, slots=True)
class Picture:
    """One of the two forms of a task's result, each with an ETag of its own."""

    task_id: UUID
    result: Result
    as_image: bool

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

    def answer(self, data: bytes) -> Response:
        """Answer with the bytes; raises ResultTooLarge."""
        if len(data) > MAX_ANSWER_BYTES:
            raise ResultTooLarge(
                f"The result has {len(data):,} bytes; an answer may have {MAX_ANSWER_BYTES:,}. "
                "Ask for fewer pixels, or for another format: jpeg or webp."
            )
        if not self.as_image:
            return Response(self._json(data), headers=self.headers, media_type="application/json")
        name = f"{self.task_id}.{self.result.format.extension}"
        headers = {"Content-Disposition": f'inline; filename="{name}"', "X-Content-Type-Options": "nosniff"}
        return Response(data, headers={**self.headers, **headers}, media_type=self.result.format.media_type)

    def _json(self, data: bytes) -> str:
        result = self.result
        return ResultBody(
            data=b64encode(data).decode(),
            media_type=result.format.media_type,
            width=result.width,
            height=result.height,
            bytes=len(data),
        ).model_dump_json()
