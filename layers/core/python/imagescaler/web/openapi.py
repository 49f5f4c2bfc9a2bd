"""The OpenAPI document, as the functions that serve and check it need it."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

FORM = "multipart/form-data"
SCHEMAS = "#/components/schemas/"


class Document:
    """A document that was generated before; see `merge`."""

    def __init__(self, text: bytes) -> None:
        self.text = text
        self._paths = {
            re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path)): [method.upper() for method in operations]
            for path, operations in json.loads(text)["paths"].items()
        }

    def methods(self, path: str) -> list[str]:
        """List the methods that a path takes; empty for a path that is not in the document."""
        return next((methods for pattern, methods in self._paths.items() if pattern.fullmatch(path)), [])


def file_of_form(types: Iterable[str]) -> dict[str, Any]:
    """Describe the types that the file of a form may have (OpenAPI 3.1, Encoding Object)."""
    return {"encoding": {"file": {"contentType": ", ".join(types)}}}


def forbid_null(schema: dict[str, Any]) -> None:
    """Take null out of what may be one thing or null: it may be left out, but text has no null."""
    things = [choice for choice in schema.get("anyOf", []) if choice != {"type": "null"}]
    if len(things) == 1:
        del schema["anyOf"]
        schema.update(things[0])


def merge(documents: Iterable[dict[str, Any]], **top: Any) -> dict[str, Any]:
    """Make one document of those of the functions; raises ValueError when two describe one schema differently."""
    paths: dict[str, Any] = {}
    schemas: dict[str, Any] = {}
    for document in documents:
        paths.update(document["paths"])
        for name, schema in document.get("components", {}).get("schemas", {}).items():
            if schemas.setdefault(name, schema) != schema:
                message = f"two functions describe the schema {name} differently"
                raise ValueError(message)
    for optional in _sent_as_text(paths, schemas):
        forbid_null(optional)
    return {**top, "paths": paths, "components": {"schemas": dict(sorted(schemas.items()))}}


def _sent_as_text(paths: dict[str, Any], schemas: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Go through the schemas of parameters and of the fields of forms."""
    for operation in (operation for operations in paths.values() for operation in operations.values()):
        yield from (parameter["schema"] for parameter in operation.get("parameters", []))
        form = operation.get("requestBody", {}).get("content", {}).get(FORM)
        if form:
            yield from schemas[form["schema"]["$ref"].rpartition("/")[2]]["properties"].values()
