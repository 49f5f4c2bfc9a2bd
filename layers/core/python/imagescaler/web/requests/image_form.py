"""The part of a form that has an image in it, or the id of an upload in its place."""

from typing import Self
from uuid import UUID

from fastapi import UploadFile
from pydantic import model_validator
from pydantic.json_schema import SkipJsonSchema

from imagescaler.web.requests.scaling_request import ScalingRequest


class ImageForm(ScalingRequest):
    """The image, and how to scale it."""

    file: UploadFile | SkipJsonSchema[None] = None
    upload_id: SkipJsonSchema[UUID | None] = None  # in JSON, which becomes such a form

    @model_validator(mode="after")
    def _has_an_image(self) -> Self:
        if (self.file is None) == (self.upload_id is None):
            message = "give either a file, or the upload_id of one"
            raise ValueError(message)
        return self

    async def image(self) -> bytes:
        """Read the file; empty where there is an upload instead."""
        return await self.file.read() if self.file else b""
