"""The responses of the gateway in place of a function, for every operation of the OpenAPI document."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel

from imagescaler.web.catalogue import RETRY_AFTER
from imagescaler.web.problems import MEDIA_TYPE

REFUSALS = {
    HTTPStatus.TOO_MANY_REQUESTS: "Too many requests, of all clients or of this one (`about:blank`)",
    HTTPStatus.SERVICE_UNAVAILABLE: "The function is busy or did not answer in time (`about:blank`)",
}


class GatewayMessage(BaseModel):
    """The body of a refusal by API Gateway, or by the firewall before it; the local gateway adds the problem fields."""

    message: str


def with_refusals(responses: Mapping[str, Any]) -> dict[str, Any]:
    """Return the responses of an operation with the gateway's refusals added (OpenAPI 3.1, Responses Object)."""
    added = {str(status.value): _described(status, responses.get(str(status.value), {})) for status in REFUSALS}
    return {**responses, **added}


def _described(status: HTTPStatus, known: Mapping[str, Any]) -> dict[str, Any]:
    """Return the response for a refusal, merged with the function's own response of that status."""
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
    """Merge two Media Type Objects (OpenAPI 3.1)."""
    schemas = [known.get("schema", more["schema"]), more["schema"]]
    schema = schemas[0] if schemas[0] == schemas[1] else {"anyOf": schemas}
    return {"schema": schema, "examples": {**known.get("examples", {}), **more["examples"]}}
