"""The OpenAPI document: merged from those of the functions, and searched by path."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel

FORM = "multipart/form-data"
MAX_COMPARED = 100  # characters
SCHEMAS = "#/components/schemas/"


class Document:
    """A generated document; see `merge`."""

    def __init__(self, text: bytes) -> None:
        self.text = text
        paths = json.loads(text)["paths"]
        self._written = list(paths)
        self._paths = {
            re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path)): [method.upper() for method in operations]
            for path, operations in paths.items()
        }

    def methods(self, path: str) -> list[str]:
        """Return the methods of a path; empty for a path that is not in the document."""
        return next((methods for pattern, methods in self._paths.items() if pattern.fullmatch(path)), [])

    def similar(self, path: str) -> str | None:
        """Return the path of the document that was probably meant; None if none is similar."""
        return next(iter(get_close_matches(path[:MAX_COMPARED], self._written, n=1)), None)


def body_of(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return what describes the body of an operation, by media type (OpenAPI 3.1, Request Body Object)."""
    return {"requestBody": {"required": True, "content": content}}


def json_content(model: type[BaseModel], example: Mapping[str, Any]) -> dict[str, Any]:
    """Return the media type of a body in JSON, whose schema is among those of `body_schemas`."""
    return {"application/json": {"schema": {"$ref": SCHEMAS + model.__name__}, "example": example}}


def file_of_form(types: Iterable[str]) -> dict[str, Any]:
    """Return the media types of a form's file (OpenAPI 3.1, Encoding Object)."""
    return {"encoding": {"file": {"contentType": ", ".join(types)}}}


def forbid_null(schema: dict[str, Any]) -> None:
    """Remove null from a schema of one type or null, in place: a form can leave a field out, but has no null."""
    types = [choice for choice in schema.get("anyOf", []) if choice != {"type": "null"}]
    if len(types) == 1:
        del schema["anyOf"]
        schema.update(types[0])


def add_heads(paths: dict[str, Any]) -> None:
    """Describe HEAD for the paths that have GET, in place: as GET, without content (RFC 9110, 9.3.2)."""
    for operations in (operations for operations in paths.values() if "get" in operations):
        get = operations["get"]
        operations["head"] = {
            **get,
            "operationId": f"{get['operationId']}_headers",
            "summary": f"{get['summary']}, headers only",
            "description": "Return the headers of the response to GET.",
            "responses": {
                status: {name: value for name, value in response.items() if name not in {"content", "links"}}
                for status, response in get["responses"].items()
            },
        }


def merge(documents: Iterable[dict[str, Any]], **top: Any) -> dict[str, Any]:
    """Merge the documents of the functions; raises ValueError if two define one schema differently."""
    paths: dict[str, Any] = {}
    schemas: dict[str, Any] = {}
    for document in documents:
        for path, operations in document["paths"].items():
            paths.setdefault(path, {}).update(operations)
        for name, schema in document.get("components", {}).get("schemas", {}).items():
            if schemas.setdefault(name, schema) != schema:
                message = f"two functions define the schema {name} differently"
                raise ValueError(message)
    for schema in _sent_as_text(paths, schemas):
        forbid_null(schema)
    return {**top, "paths": paths, "components": {"schemas": dict(sorted(schemas.items()))}}


def _sent_as_text(paths: dict[str, Any], schemas: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the schemas of parameters and of the fields of forms."""
    for operation in (operation for operations in paths.values() for operation in operations.values()):
        yield from (parameter["schema"] for parameter in operation.get("parameters", []))
        form = operation.get("requestBody", {}).get("content", {}).get(FORM)
        if form:
            yield from schemas[form["schema"]["$ref"].rpartition("/")[2]]["properties"].values()
