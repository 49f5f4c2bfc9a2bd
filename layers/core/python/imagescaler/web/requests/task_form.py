"""The body of a request for a task: a form with the image in it, or JSON with the id of an upload."""

from typing import Annotated, Any

from fastapi import Form
from pydantic import ConfigDict

from imagescaler.web.openapi import FORM, file_of_form
from imagescaler.web.requests.image_form import ImageForm
from imagescaler.web.requests.rendition_request import RenditionsRequest, UploadedImage
from imagescaler.web.requests.scaling_request import SIZE_OR_RENDITIONS
from imagescaler.web.views.result import PICTURES

TASK_BODY: dict[str, Any] = {
    "requestBody": {
        "content": {**file_of_form(PICTURES), "application/json": {"schema": UploadedImage.document()}},
    }
}
"""What the document says of the body besides the form's schema."""


class TaskForm(RenditionsRequest, ImageForm):
    """The image, and how to scale it."""

    model_config = ConfigDict(json_schema_extra={"required": ["file"], **SIZE_OR_RENDITIONS})


TaskBody = Annotated[TaskForm, Form(media_type=FORM)]
