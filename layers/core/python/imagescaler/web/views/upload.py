"""An upload, as its client gets it."""

from datetime import datetime
from typing import Self
from uuid import UUID

from fastapi import Request
from pydantic import BaseModel

from imagescaler.domain.upload import Upload
from imagescaler.web.app import absolute


class UploadView(BaseModel):
    """The request that uploads the file, to be sent exactly so, and the `id` for tasks; both until `expires_at`."""

    id: UUID
    method: str
    url: str
    headers: dict[str, str]
    expires_at: datetime

    @classmethod
    def of(cls, upload: Upload, request: Request) -> Self:
        """Show an upload to the client of a request."""
        signed = upload.request
        return cls(
            id=upload.id,
            method=signed.method,
            url=absolute(signed.url, request),
            headers=dict(signed.headers),
            expires_at=upload.expires_at,
        )
