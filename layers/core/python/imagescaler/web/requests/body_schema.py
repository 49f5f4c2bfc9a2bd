"""The bodies of requests in the OpenAPI document: JSON, the form with the same fields, and an image."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from imagescaler.domain.formats import Format
from imagescaler.web.openapi import FORM, SCHEMAS, body_of, file_of_form, json_content
from imagescaler.web.requests.body import BYTES, FILE, UPLOAD, in_query
from imagescaler.web.requests.plan_request import PlanRequest
from imagescaler.web.requests.presets import LIST
from imagescaler.web.requests.task_request import ImageRequest, TaskRequest
from imagescaler.web.requests.upload import UploadRequest

PHOTO, SIZE = {FILE: "photo.jpg"}, {"width": 800, "height": 600}
SOURCES: Mapping[type[ImageRequest], Mapping[str, Any]] = {
    TaskRequest: {UPLOAD: "8e03978e-40d5-43e8-bc93-6894a57f9324"},
    PlanRequest: {"source_width": 4000, "source_height": 3000},
}
BODIES: Mapping[str, type[ImageRequest]] = {"/api/v1/tasks": TaskRequest, "/api/v1/plan": PlanRequest}
"""The bodies that have an image, by the path to which they are posted."""

IMAGE = "the image itself, with the options in the query"
ONLY = "with a body that is the image: "


def request_body(model: type[ImageRequest]) -> dict[str, Any]:
    """Describe the body of an operation (OpenAPI 3.1, Request Body Object); the schemas are in `body_schemas`."""
    form = {
        "schema": {"$ref": SCHEMAS + _form_name(model)},
        **file_of_form(each.media_type for each in Format),
        "example": {**PHOTO, **SIZE},
    }
    image = {"schema": {"description": IMAGE, "type": "string", "format": "binary"}}
    body = body_of({FORM: form, **json_content(model, {**SOURCES[model], **SIZE}), BYTES: image, "image/*": image})
    return {**body, "parameters": list(_query(model))}


def body_schemas() -> dict[str, Any]:
    """Return the schemas of all bodies by name, and those that they refer to."""
    schemas: dict[str, Any] = {UploadRequest.__name__: _schema(UploadRequest)}
    for model in BODIES.values():
        as_json, form = _schema(model), _schema(model)
        schemas |= as_json.pop("$defs")
        del as_json["properties"][FILE], form["properties"][UPLOAD], form["$defs"]
        file = {FILE: form["properties"].pop(FILE)}
        form["properties"] = {**file, **form["properties"], LIST: _as_text(form["properties"][LIST])}
        schemas |= {model.__name__: as_json, _form_name(model): {**form, "title": _form_name(model)}}
    for schema in schemas.values():
        for field in schema.get("properties", {}).values():
            _default_in_words(field)
    return schemas


def _query(model: type[ImageRequest]) -> Iterator[dict[str, Any]]:
    """Yield the parameters for a body that is the image: the fields of the form without the file."""
    fields = _schema(model)["properties"]
    fields[LIST] = _as_text(fields[LIST])
    for name in in_query(model):
        field = fields[name]
        _default_in_words(field)
        yield {"name": name, "in": "query", "description": f"{ONLY}{field['description']}", "schema": field}


def _schema(model: type[BaseModel]) -> dict[str, Any]:
    return model.model_json_schema(ref_template=SCHEMAS + "{model}")


def _default_in_words(field: dict[str, Any]) -> None:
    """Move a default into the description, in place: generated types require each field that has a default."""
    default = field.pop("default", None)
    if default is not None:
        text = default if isinstance(default, str) else json.dumps(default)
        field["description"] = f"{field['description']}; by default {text}"


def _as_text(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a list that is JSON in a text, as a form has it."""
    return {
        "title": schema["title"],
        "description": f"JSON: {schema['description']}",
        "examples": [json.dumps(example) for example in schema["examples"]],
        "type": "string",
        "contentMediaType": "application/json",
    }


def _form_name(model: type[ImageRequest]) -> str:
    return model.__name__.replace("Request", "Form")
