"""Generates the OpenAPI document, docs/problems.md, docs/outbound-requests.md and tables of docs/options.md."""

import json
import os
from enum import EnumType
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

from imagescaler import __version__
from imagescaler.domain.formats import RESULT_FORMATS, Format
from imagescaler.domain.option import Group, Option
from imagescaler.domain.options import OPTIONS as ALL_OPTIONS
from imagescaler.web.catalogue import ProblemType, describe_problem
from imagescaler.web.gateway_refusals import GatewayMessage, with_refusals
from imagescaler.web.openapi import SCHEMAS, add_heads, merge
from imagescaler.web.problems import STATUS
from imagescaler.web.requests.body_schema import BODIES, body_schemas, request_body
from imagescaler.web.views.problem import Problem
from tests.handlers import NAMES, load
from tools import ssrf
from tools.webhook_operations import webhook_schemas, webhooks

ROOT = Path(__file__).parent.parent
OPENAPI = ROOT / "functions/docs/openapi.json"
PROBLEMS = ROOT / "docs/problems.md"
OPTIONS = ROOT / "docs/options.md"
OUTBOUND = ROOT / "docs/outbound-requests.md"
BEGIN, END = "<!-- made by `make openapi` -->", "<!-- end -->"
PROBLEMS_HEAD = """# Problems

Every error is `application/problem+json` (RFC 9457). These are the values of `type`.

`about:blank` means no more than the status: for a wrong path or method, and where the gateway answers in place of a
function, with 429 or 503. API Gateway itself then answers `{"message": "Too Many Requests"}` as `application/json`.
"""
NAMES_OF_TYPES = {int: "integer", float: "number", bool: "boolean"}
INFO = {
    "title": "imagescaler",
    "version": __version__,
    "summary": "Send an image, get a task, fetch the scaled image.",
    "description": (
        "POST an image to `/api/v1/tasks`, poll the task, or wait for it with `Prefer: wait=10`, "
        "and fetch the result. Every error is a problem (RFC 9457); its `type` is explained at that path."
    ),
    "contact": {"name": "The operator of this deployment"},
    "license": {"name": "MIT", "identifier": "MIT"},
}

TAGS = [
    {"name": "tasks", "description": "Create, plan and read tasks."},
    {"name": "uploads", "description": "Send a file that is too large for a request."},
    {"name": "results", "description": "Fetch scaled images."},
    {"name": "webhooks", "description": "Read the deliveries of webhooks, and send one again."},
    {"name": "service", "description": "Check the service."},
]
KEY: dict[str, list[str]] = {"ApiKey": []}
SCHEME = {
    "type": "http",
    "scheme": "bearer",
    "description": "An API key, where the deployment requires one: 401 without a key, 403 with an invalid one.",
}


def openapi() -> str:
    """Return the OpenAPI document of all functions."""
    problem = {"paths": {}, "components": {"schemas": _schemas()}}
    modules = [load(name) for name in NAMES if name != "docs"]
    documents = [_document(module.app) for module in modules if hasattr(module, "app")]
    top = {"openapi": "3.1.0", "info": INFO, "servers": [{"url": "/"}], "security": [KEY, {}], "tags": TAGS}
    whole = merge([problem, *documents], **top, webhooks=webhooks())
    whole["components"]["securitySchemes"] = {"ApiKey": SCHEME}
    whole["paths"]["/api/v1/health"]["get"]["security"] = []
    for operation in (operation for operations in whole["paths"].values() for operation in operations.values()):
        operation["responses"] = with_refusals(operation, needs_key="security" not in operation)
    add_heads(whole["paths"])
    whole["x-option-groups"] = {
        group.title(): [each.name for each in ALL_OPTIONS if each.declaration.group is group] for group in Group
    }
    return json.dumps(whole, indent=2) + "\n"


def _document(app: FastAPI) -> dict[str, Any]:
    """Return the document of a function, with the bodies that have an image."""
    for route in app.routes:
        if isinstance(route, APIRoute) and "POST" in (route.methods or ()) and route.path in BODIES:
            route.openapi_extra = request_body(BODIES[route.path])
    return app.openapi()


def _schemas() -> dict[str, object]:
    schema = Problem.model_json_schema(ref_template=SCHEMAS + "{model}")
    message = GatewayMessage.model_json_schema()
    schemas = {**schema.pop("$defs"), "Problem": schema, "GatewayMessage": message}
    return {**schemas, **webhook_schemas(), **body_schemas()}


def problems() -> str:
    """Return docs/problems.md."""
    slugs = sorted(kind.slug() for kind in STATUS)
    return "\n".join([PROBLEMS_HEAD, *(_section(describe_problem(slug)) for slug in slugs)])


def _section(problem: ProblemType) -> str:
    return f"## {problem.title}\n\n`{problem.type}`, status {problem.status}\n\n{problem.description}\n"


def options() -> str:
    """Return docs/options.md, with the tables of options between the text around them."""
    head, _, rest = OPTIONS.read_text().partition(BEGIN)
    tables = "\n\n".join(_table(group) for group in Group)
    return f"{head}{BEGIN}\n\n{tables}\n\n{END}{rest.partition(END)[2]}"


def _table(group: Group) -> str:
    rows = [
        f"| `{each.name}` | {_values(each)} | {_default(each)} | {each.declaration.description} | {_examples(each)} |"
        for each in ALL_OPTIONS
        if each.declaration.group is group
    ]
    head = ["| option | values | default | what it does | example |", "|---|---|---|---|---|"]
    return "\n".join([f"## {group.title()}", "", *head, *rows])


def _values(option: Option) -> str:
    none = option.declaration.none
    if isinstance(option.type, EnumType):
        return " · ".join(
            f"`{value}`"
            for value in ([none] if none else []) + list(RESULT_FORMATS if option.type is Format else option.type)
        )
    bounds = option.declaration.bounds
    least, most = bounds.get("minimum", bounds.get("exclusiveMinimum")), bounds.get("maximum")
    between = {(False, False): "", (True, False): f" from {least}", (True, True): f" {least} to {most}"}
    return NAMES_OF_TYPES.get(option.type, "text") + between[least is not None, most is not None]


def _default(option: Option) -> str:
    text = option.text(option.default)
    return f"`{text}`" if text else ""


def _examples(option: Option) -> str:
    return " ".join(f"`{option.name}={option.text(example)}`" for example in option.declaration.examples)


if __name__ == "__main__":
    os.environ.update(POSTGRES_DSN="memory://", REDIS_URL="memory://", URL_SIGNING_KEY="x" * 32)
    OPENAPI.touch()
    OPENAPI.write_text(openapi())
    PROBLEMS.write_text(problems())
    OPTIONS.write_text(options())
    OUTBOUND.write_text(ssrf.page())
