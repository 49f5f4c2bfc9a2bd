"""The body of a request for a task: a form with the image in it, or JSON with the id of an upload."""

from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import Form, UploadFile
from pydantic import ConfigDict, model_validator
from pydantic.json_schema import SkipJsonSchema

from imagescaler.scaling_request import SOME_SIZE, ScalingRequest, UploadedImage
from imagescaler.web.document import FORM, file_of_form
from imagescaler.web.results import PICTURES

TASK_BODY: dict[str, Any] = {
    "requestBody": {
        "content": {**file_of_form(PICTURES), "application/json": {"schema": UploadedImage.document()}},
    }
}
"""What the document says of the body besides the form's schema."""


class TaskForm(ScalingRequest):
    """The image, and how to scale it."""

    model_config = ConfigDict(json_schema_extra={"required": ["file"], **SOME_SIZE})

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


TaskBody = Annotated[TaskForm, Form(media_type=FORM)]
