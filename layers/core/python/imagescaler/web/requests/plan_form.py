"""The body of a request for a plan: that of a request for a task, or the source's size in place of an image."""

from typing import Annotated, Any, Self

from fastapi import Form
from pydantic import ConfigDict, model_validator

from imagescaler.domain.formats import Format
from imagescaler.planning.preview import SourceInfo
from imagescaler.web.openapi import FORM, file_of_form
from imagescaler.web.requests.image_form import ImageForm
from imagescaler.web.requests.rendition_request import PlannedImage, RenditionsRequest
from imagescaler.web.requests.scaling_request import SIZE_OR_RENDITIONS, SourceSize
from imagescaler.web.views.result import PICTURES

PLAN_BODY: dict[str, Any] = {
    "requestBody": {
        "content": {**file_of_form(PICTURES), "application/json": {"schema": PlannedImage.document()}},
    }
}
"""What the document says of the body besides the form's schema."""


class PlanForm(SourceSize, RenditionsRequest, ImageForm):
    """The beginning of the image, or its size, and how to scale it."""

    model_config = ConfigDict(json_schema_extra=SIZE_OR_RENDITIONS)

    @model_validator(mode="after")
    def _has_an_image(self) -> Self:
        size = (self.source_width, self.source_height)
        ways = (self.file is not None, self.upload_id is not None, size != (None, None))
        if sum(ways) != 1 or (ways[-1] and None in size):
            message = "give either a file, or the upload_id of one, or source_width and source_height"
            raise ValueError(message)
        if not ways[-1] and self.model_fields_set & {"source_format", "source_orientation"}:
            message = "source_format and source_orientation go with source_width and source_height; a file tells them"
            raise ValueError(message)
        return self

    @property
    def source_info(self) -> SourceInfo | None:
        """Give what is said of the source in place of an image."""
        if self.source_width is None or self.source_height is None:
            return None
        form = Format(self.source_format) if self.source_format else None
        return SourceInfo((self.source_width, self.source_height), form, self.source_orientation)


PlanBody = Annotated[PlanForm, Form(media_type=FORM)]
