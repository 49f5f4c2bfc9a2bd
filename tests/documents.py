"""Generates the OpenAPI document and the catalogue of problems from the code: `make openapi`."""

import json
import os
from pathlib import Path

from imagescaler import __version__, schemas
from imagescaler.web.catalogue import describe_problem
from imagescaler.web.document import merge
from imagescaler.web.problems import STATUS
from tests.handlers import load

ROOT = Path(__file__).parent.parent
OPENAPI = ROOT / "functions/docs/openapi.json"
PROBLEMS = ROOT / "docs/problems.md"
API_FUNCTIONS = ("create_task", "get_task", "get_result", "create_upload", "health")
INFO = {
    "title": "imagescaler",
    "version": __version__,
    "summary": "Send an image, get a task, fetch the image scaled.",
    "description": (
        "POST an image to `/api/v1/tasks`, poll the task that comes back, or wait for it with `Prefer: wait=10`, "
        "and fetch the result. Every error is a problem (RFC 9457); its `type` is explained at that path."
    ),
    "license": {"name": "MIT", "identifier": "MIT"},
}

TAGS = [
    {"name": "tasks", "description": "Ask for an image to be scaled, and see how that stands."},
    {"name": "uploads", "description": "Send a file that is too large for a request."},
    {"name": "results", "description": "Fetch what was scaled."},
    {"name": "service", "description": "See whether the service is well."},
]


def openapi() -> str:
    """Give the OpenAPI document of all functions together."""
    problem = {"paths": {}, "components": {"schemas": _schemas()}}
    documents = [load(name).app.openapi() for name in API_FUNCTIONS]
    whole = merge([problem, *documents], openapi="3.1.0", info=INFO, servers=[{"url": "/"}], tags=TAGS)
    return json.dumps(whole, indent=2) + "\n"


def _schemas() -> dict[str, object]:
    schema = schemas.Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    return {**schema.pop("$defs"), "Problem": schema}


def problems() -> str:
    """Give the catalogue of problems."""
    head = "# Problems\n\nEvery error is `application/problem+json` (RFC 9457). These are the values of `type`.\n"
    slugs = sorted(kind.slug() for kind in STATUS)
    return "\n".join([head, *(describe_problem(slug).replace("# ", "## ", 1) for slug in slugs)])


if __name__ == "__main__":
    os.environ.update(POSTGRES_DSN="memory://", REDIS_URL="memory://", URL_SIGNING_KEY="x" * 32)
    OPENAPI.touch()
    OPENAPI.write_text(openapi())
    PROBLEMS.write_text(problems())
