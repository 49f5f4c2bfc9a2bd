"""A request for an upload."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from imagescaler.domain.formats import Format
from imagescaler.web.option_fields import NotBoolean

MEDIA_TYPES: list[JsonValue] = [each.media_type for each in Format]


class UploadRequest(BaseModel):
    """The file to upload: its size in bytes and its media type."""

    model_config = ConfigDict(extra="forbid")

    bytes: Annotated[int, Field(ge=1, examples=[12_345_678]), NotBoolean]
    media_type: Annotated[str, Field(max_length=100, examples=["image/jpeg"], json_schema_extra={"enum": MEDIA_TYPES})]
