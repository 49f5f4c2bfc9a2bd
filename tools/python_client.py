"""Generates parts of the Python client: models and options from the OpenAPI document, `_sync` from `_async`.

`make python-client` writes them. A test compares them with what is committed.
"""

import json
import pprint
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from tools.documents import OPENAPI, ROOT

PACKAGE = ROOT / "clients/python/imagescaler_client"
TESTS = ROOT / "tests/client"
BIN = Path(sys.executable).parent
REFERENCE = "#/components/schemas/"
ANSWERS = (
    "TaskView",
    "TaskListView",
    "UploadView",
    "PlanView",
    "RenditionsPlan",
    "PresetsView",
    "Health",
    "Problem",
    "WebhookEvent",
)
OPTIONS = {"TaskOptions": "TaskRequest", "PlanOptions": "PlanRequest"}
UPLOAD, FILE = "upload_id", "file"  # arguments of their own
BOUNDS = {"minimum", "maximum", "exclusiveMinimum", "multipleOf", "minItems", "maxItems", "maxLength", "pattern"}
NOISE = {"title", "additionalProperties"}
HEAD = '"""{}, made from the OpenAPI document by `make python-client`."""\n'
TO_SYNC = {
    "__aenter__": "__enter__",
    "__aexit__": "__exit__",
    "_async": "_sync",
    "aclose": "close",
    "aiter_bytes": "iter_bytes",
    "aread": "read",
    "asynccontextmanager": "contextmanager",
    "AsyncClient": "Client",
    "AsyncHttp": "Http",
    "AsyncIterator": "Iterator",
    "AsyncResults": "Results",
    "AsyncRetrying": "Retrying",
    "AsyncTasks": "Tasks",
    "AsyncUploads": "Uploads",
}
HAND_WRITTEN = "concurrency.py"


def generate() -> Iterator[tuple[Path, str]]:
    """Yield the path of each generated file and its text."""
    schemas = json.loads(OPENAPI.read_text())["components"]["schemas"]
    yield PACKAGE / "models.py", _models(schemas)
    options = {name: _options(schemas[request]) for name, request in OPTIONS.items()}
    yield PACKAGE / "options.py", _option_types({**schemas, **options})
    yield PACKAGE / "declared.py", _declared(schemas)
    for folder in (PACKAGE, TESTS):
        for path in sorted((folder / "_async").glob("*.py")):
            if path.name != HAND_WRITTEN:
                yield folder / "_sync" / path.name, _formatted(to_sync(path.read_text()), folder)


def to_sync(source: str) -> str:
    """Turn the source of an asynchronous module into that of a synchronous one.

    >>> to_sync("async with AsyncClient() as client: await client.aclose()")
    'with Client() as client: client.close()'
    """
    return re.sub(r"\w+", lambda word: TO_SYNC.get(word[0], word[0]), re.sub(r"\b(async|await) ", "", source))


def _models(schemas: Mapping[str, Any]) -> str:
    """Return the models of what the client reads. They check no bounds, which a newer service may have changed."""
    used = {name: _without(schemas[name], {*BOUNDS, *NOISE, "examples"}) for name in _reachable(schemas, ANSWERS)}
    return _generated(used, "Answers of the service", "pydantic_v2.BaseModel", "--strict-nullable")


def _option_types(schemas: Mapping[str, Any]) -> str:
    """Return the types of the keyword arguments of tasks and plans; the service checks their values."""
    used = {name: _without(schemas[name], {*BOUNDS, *NOISE}) for name in _reachable(schemas, OPTIONS)}
    return _generated(used, "Options of tasks and plans", "typing.TypedDict", "--use-field-description")


def _declared(schemas: Mapping[str, Any]) -> str:
    """Return a module with the options as a form has them, which are all texts, numbers and switches."""
    fields = {name: schema for name, schema in schemas["TaskForm"]["properties"].items() if name != FILE}
    table = {name: _resolved(_without(schema, NOISE), schemas) for name, schema in fields.items()}
    return _formatted(
        HEAD.format("Options of a task as JSON Schema")
        + "\nfrom collections.abc import Mapping\nfrom typing import Any\n\n"
        + f"DECLARED: Mapping[str, Mapping[str, Any]] = {pprint.pformat(table, sort_dicts=False)}\n"
    )


def _options(request: Mapping[str, Any]) -> dict[str, Any]:
    properties = {name: schema for name, schema in request["properties"].items() if name != UPLOAD}
    return {"type": "object", "description": request["description"], "properties": properties}


def _reachable(schemas: Mapping[str, Any], names: Iterable[str]) -> list[str]:
    """Return the names of schemas and of those that they refer to, in the order of the document."""
    found, new = set[str](), set(names)
    while new:
        found |= new
        new = {name for each in new for name in re.findall(rf'"{REFERENCE}(\w+)"', json.dumps(schemas[each]))} - found
    return [name for name in schemas if name in found]


def _resolved(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of a field, without null, and with the one that it refers to; several types are text."""
    parts = [each for each in schema.get("anyOf", ()) if each.get("type") != "null"]
    if "$ref" in schema:
        parts = [schemas[schema["$ref"].removeprefix(REFERENCE)]]
    [part] = parts if len(parts) == 1 else [{"type": "string"} if parts else {}]
    rest = {key: value for key, value in schema.items() if key not in {"anyOf", "$ref"}}
    return {**_without(part, NOISE), **rest}


def _without(schema: Any, keys: set[str]) -> Any:
    """Return a schema without some of its keywords, at any depth."""
    if isinstance(schema, list):
        return [_without(each, keys) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: {name: _without(each, keys) for name, each in value.items()}
        if key == "properties"
        else _without(value, keys)
        for key, value in schema.items()
        if key not in keys
    }


def _generated(schemas: Mapping[str, Any], title: str, kind: str, *more: str) -> str:
    """Run datamodel-code-generator on schemas."""
    document = {
        "openapi": "3.1.0",
        "info": {"title": title, "version": "1"},
        "paths": {},
        "components": {"schemas": schemas},
    }
    command = (
        str(BIN / "datamodel-codegen"), "--input-file-type", "openapi", "--output-model-type", kind,
        "--target-python-version", "3.10", "--enum-field-as-literal", "all", "--collapse-root-models",
        "--use-annotated", "--use-standard-collections", "--use-union-operator", "--use-schema-description",
        "--use-double-quotes", "--formatters", "builtin", "--custom-file-header", HEAD.format(title), *more,
    )  # fmt: skip
    made = subprocess.run(command, input=json.dumps(document), capture_output=True, text=True, check=True)
    return _formatted(made.stdout)


def _formatted(source: str, folder: Path = PACKAGE) -> str:
    """Sort the imports and format the source, as `make format` does."""
    for command in (("check", "--select", "I", "--fix", "--quiet"), ("format",)):
        ruff = [str(BIN / "ruff"), *command, "--stdin-filename", str(folder / "generated.py"), "-"]
        source = subprocess.run(ruff, input=source, capture_output=True, text=True, check=True).stdout
    return source


if __name__ == "__main__":
    for path, text in generate():
        path.write_text(text)
