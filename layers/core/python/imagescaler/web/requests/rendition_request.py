"""Renditions as a client asks for them: a list of options with names; what stands beside the list holds for each."""

import json
from collections.abc import Iterator
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, WithJsonSchema, model_validator

from imagescaler.domain.task.rendition import Rendition
from imagescaler.web.requests.scaling_request import SIZE_OR_RENDITIONS, DocumentedRequest, ScalingRequest, SourceSize

MOST = 100  # more are not even read; MAX_RENDITIONS is what a deployment makes
DESCRIPTION = "several results of this one image, each with a name; the options beside the list hold for each"
EXAMPLE = [{"name": "small", "width": 400}, {"name": "large", "width": 1600, "format": "webp"}]


class RenditionRequest(DocumentedRequest):
    """One of several results: its name, and the options that it has to itself; null undoes one from beside the list."""

    model_config = ConfigDict(json_schema_extra={})  # its size may stand beside the list

    name: Annotated[
        str,
        Field(
            pattern="^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$",
            description="32 letters, digits, - and _ at most; unique in the list",
            examples=["small"],
        ),
    ]

    @model_validator(mode="before")
    @classmethod
    def _is_an_object(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            message = "give a JSON list of objects, each with a name and options"
            raise ValueError(message)  # noqa: TRY004 - of which pydantic makes an answer
        return {name: value for name, value in given.items() if value is not None}


def _with_unique_names(renditions: list[RenditionRequest] | None) -> list[RenditionRequest] | None:
    names = [each.name for each in renditions or ()]
    for name in names:
        if names.count(name) > 1:
            message = f"there are {names.count(name)} of the name {name}"
            raise ValueError(message)
    return renditions


Renditions = Annotated[
    Annotated[list[RenditionRequest], Field(min_length=1, max_length=MOST)] | None, AfterValidator(_with_unique_names)
]


class RenditionsRequest(ScalingRequest):
    """How to scale one image in several ways; in a form, the list is JSON in a text."""

    renditions: Annotated[
        Renditions,
        WithJsonSchema({"type": "string", "contentMediaType": "application/json"}),
        Field(description=f"JSON: {DESCRIPTION}", examples=[json.dumps(EXAMPLE)]),
    ] = None

    @model_validator(mode="before")
    @classmethod
    def _spread(cls, given: Any) -> Any:
        """Give each rendition the options that stand beside the list, where it has none of its own."""
        if not isinstance(given, dict) or given.get("renditions") is None:
            return given
        shared = {name: value for name, value in given.items() if name in ScalingRequest.model_fields}
        listed = [{**shared, **each} if isinstance(each, dict) else each for each in _listed(given["renditions"])]
        return {**given, "renditions": listed}

    def contradictions(self) -> Iterator[str]:
        """Leave what has to agree to the renditions: only with its own options does each say what is to be made."""
        return iter(()) if self.renditions else super().contradictions()

    def wishes(self) -> tuple[Rendition, ...]:
        """Give the domain's form of the renditions."""
        return tuple(Rendition(each.name, each.options()) for each in self.renditions or ())


class DocumentedRenditions(DocumentedRequest):
    """How to scale one image in several ways, as JSON."""

    model_config = ConfigDict(json_schema_extra=SIZE_OR_RENDITIONS)

    renditions: Annotated[
        Renditions,
        WithJsonSchema({"type": "array", "minItems": 1, "maxItems": MOST}),
        Field(description=DESCRIPTION, examples=[EXAMPLE]),
    ] = None

    @classmethod
    def document(cls) -> dict[str, Any]:
        """Give the schema for an OpenAPI document, in which no form has renditions as objects."""
        schema = super().document()
        schema["properties"]["renditions"]["items"] = RenditionRequest.document()
        return schema


class UploadedImage(DocumentedRenditions):
    """How to scale an image that was uploaded before."""

    upload_id: UUID


class PlannedImage(SourceSize, DocumentedRenditions):
    """How an image would be scaled that was uploaded before, or that has this size."""

    upload_id: UUID | None = None


def _listed(given: Any) -> list[Any]:
    """Read the list out of the text that it is in a form; what cannot be read stays, and is refused."""
    if not isinstance(given, list):
        return [given]
    if len(given) != 1 or not isinstance(given[0], str):
        return given
    try:
        read = json.loads(given[0])
    except (ValueError, RecursionError):
        return given
    return read if isinstance(read, list) else [read]
