"""A request for a plan: that for a task, or the size of the source in place of an image."""

from typing import Annotated, Self

from fastapi import Depends, Request
from pydantic import ConfigDict, Field, model_validator

from imagescaler.domain.formats import Format
from imagescaler.planning.source_traits import SourceTraits
from imagescaler.usecases.image_input import ImageInput
from imagescaler.web.option_fields import FormatName, NotBoolean
from imagescaler.web.requests.body import read_body
from imagescaler.web.requests.task_request import ImageRequest

Side = Annotated[int, Field(ge=1), NotBoolean]


class PlanRequest(ImageRequest):
    """The beginning of the image, or its size, and how to scale it."""

    model_config = ConfigDict(defer_build=False)

    source_width: Annotated[
        Side | None, Field(description="width of the source as it is stored, in pixels", examples=[4000])
    ] = None
    source_height: Annotated[
        Side | None, Field(description="height of the source as it is stored, in pixels", examples=[3000])
    ] = None
    source_format: Annotated[
        Annotated[Format, FormatName] | None,
        Field(
            description="format of the source, which is also that of the result where format is auto",
            examples=["jpeg"],
        ),
    ] = None
    source_orientation: Annotated[
        Annotated[int, Field(ge=1, le=8), NotBoolean],
        Field(description="EXIF orientation of the source, 1 to 8; 1 is upright", examples=[6]),
    ] = 1

    @model_validator(mode="after")
    def _has_one_image(self) -> Self:
        size = (self.source_width, self.source_height)
        ways = (self.file is not None, self.upload_id is not None, size != (None, None))
        if size != (None, None) and None in size:
            raise ValueError("send both source_width and source_height")
        if sum(ways) != 1:
            raise ValueError("send either a file, or an upload_id, or source_width and source_height")
        if not ways[-1] and self.model_fields_set & {"source_format", "source_orientation"}:
            raise ValueError(
                "source_format and source_orientation need source_width and source_height; a file has its own"
            )
        return self

    def source(self, owner: str) -> ImageInput | SourceTraits:
        """Return the image, or the size that stands in its place."""
        if self.source_width is None or self.source_height is None:
            return self.sent_image(owner)
        return SourceTraits((self.source_width, self.source_height), self.source_format, self.source_orientation)


async def _read(request: Request) -> PlanRequest:
    return await read_body(request, PlanRequest)


PlanBody = Annotated[PlanRequest, Depends(_read)]
