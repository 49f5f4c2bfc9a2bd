"""The OpenAPI document, as the functions that serve and check it need it."""

import json
import re
from collections.abc import Iterable
from typing import Any


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
    return {**top, "paths": paths, "components": {"schemas": dict(sorted(schemas.items()))}}
