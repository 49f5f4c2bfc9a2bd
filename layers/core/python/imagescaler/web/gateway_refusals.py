"""What the gateway answers in place of a function, as every operation of the OpenAPI document has it."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel

from imagescaler.web.catalogue import RETRY_AFTER
from imagescaler.web.problems import MEDIA_TYPE

REFUSALS = {
    HTTPStatus.TOO_MANY_REQUESTS: "There are too many requests, of all clients or of this one (`about:blank`)",
    HTTPStatus.SERVICE_UNAVAILABLE: "The function is busy, or does not answer in time (`about:blank`)",
}


class GatewayMessage(BaseModel):
    """What API Gateway says of a refusal, and the firewall before it; the local gateway makes it a problem as well."""

    message: str


def with_refusals(responses: Mapping[str, Any]) -> dict[str, Any]:
    """Add the gateway's refusals to the responses of an operation (OpenAPI 3.1, Responses Object)."""
    added = {str(status.value): _described(status, responses.get(str(status.value), {})) for status in REFUSALS}
    return {**responses, **added}


def _described(status: HTTPStatus, known: Mapping[str, Any]) -> dict[str, Any]:
    """Describe a refusal beside what a function answers with the same status."""
    message = {"message": status.phrase}
    problem = {**message, "type": "about:blank", "title": status.phrase, "status": status.value, "detail": "Try again."}
    content = {
        MEDIA_TYPE: _example("Problem", "refused", problem),
        "application/json": _example("GatewayMessage", "refused-by-api-gateway", message),
    }
    functions = known.get("content", {})
    return {
        "description": "  \n".join(filter(None, (known.get("description"), REFUSALS[status]))),
        "headers": RETRY_AFTER,
        "content": {**functions, **{name: _beside(functions.get(name, {}), more) for name, more in content.items()}},
    }


def _example(schema: str, name: str, value: Mapping[str, Any]) -> dict[str, Any]:
    return {"schema": {"$ref": f"#/components/schemas/{schema}"}, "examples": {name: {"value": value}}}


def _beside(known: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """Join two descriptions of one type of content (OpenAPI 3.1, Media Type Object)."""
    schemas = [known.get("schema", more["schema"]), more["schema"]]
    schema = schemas[0] if schemas[0] == schemas[1] else {"anyOf": schemas}
    return {"schema": schema, "examples": {**known.get("examples", {}), **more["examples"]}}
