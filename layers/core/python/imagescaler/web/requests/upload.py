"""A request for an upload."""

import json
from typing import Annotated

from fastapi import Depends, Request
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from imagescaler.domain.formats import Format
from imagescaler.domain.upload import UNKNOWN_TYPE
from imagescaler.web.option_fields import NotBoolean
from imagescaler.web.requests.body import read_json_body

EXAMPLE = {"bytes": 12_345_678, "media_type": "image/jpeg"}
OTHER_TYPE = (
    "Send the size and the type of the file as JSON, with the header Content-Type: application/json, such as "
    f"{json.dumps(EXAMPLE)}. Then send the file itself to the url in the response."
)
MEDIA_TYPES: list[JsonValue] = [*(each.media_type for each in Format), UNKNOWN_TYPE]


class UploadRequest(BaseModel):
    """The file to upload: its size in bytes and its media type, which is application/octet-stream if it is unknown."""

    model_config = ConfigDict(extra="forbid")

    bytes: Annotated[int, Field(ge=1, examples=[EXAMPLE["bytes"]]), NotBoolean]
    media_type: Annotated[
        str, Field(max_length=100, examples=[EXAMPLE["media_type"]], json_schema_extra={"enum": MEDIA_TYPES})
    ]


async def _read(request: Request) -> UploadRequest:
    return await read_json_body(request, UploadRequest, other_type=OTHER_TYPE)


UploadBody = Annotated[UploadRequest, Depends(_read)]
