"""The responses of the gateway in place of a function, for every operation of the OpenAPI document."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel

from imagescaler.web.catalogue import RETRY_AFTER
from imagescaler.web.problems import MEDIA_TYPE

CHALLENGE = {
    "WWW-Authenticate": {"description": "`Bearer` (RFC 6750), where the gateway sends it", "schema": {"type": "string"}}
}


@dataclass(frozen=True)
class Refusal:
    """One status: API Gateway's `message`, what it means, and the title of the problem where that is another text."""

    message: str
    description: str
    headers: Mapping[str, Any]
    title: str | None = None


# Texts instead of HTTPStatus.phrase, which for 413 depends on the version of Python.
REFUSALS: Mapping[HTTPStatus, Refusal] = {
    HTTPStatus.BAD_REQUEST: Refusal("Bad Request", "The request is not valid HTTP", {}),
    HTTPStatus.REQUEST_TIMEOUT: Refusal("Request Timeout", "The request did not arrive in time", {}),
    HTTPStatus.TOO_MANY_REQUESTS: Refusal(
        "Too Many Requests", "Too many requests, of all clients or of this one", RETRY_AFTER
    ),
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: Refusal(
        "Request Header Fields Too Large", "The head of the request is too large", {}
    ),
    HTTPStatus.SERVICE_UNAVAILABLE: Refusal(
        "Service Unavailable", "The function is busy or did not answer in time", RETRY_AFTER
    ),
}
OF_KEYS: Mapping[HTTPStatus, Refusal] = {
    HTTPStatus.UNAUTHORIZED: Refusal("Unauthorized", "An API key is required, and the request has none", CHALLENGE),
    HTTPStatus.FORBIDDEN: Refusal("Forbidden", "The API key is not valid", {}),
}
OF_BODIES: Mapping[HTTPStatus, Refusal] = {
    HTTPStatus(413): Refusal("Request Entity Too Large", "The request is too large", {}, "Content Too Large"),
}


class GatewayMessage(BaseModel):
    """The body of a refusal by API Gateway, or by the firewall before it; the local gateway adds the problem fields."""

    message: str


def with_refusals(operation: Mapping[str, Any], *, needs_key: bool) -> dict[str, Any]:
    """Return the responses of an operation with the gateway's refusals added (OpenAPI 3.1, Responses Object)."""
    refusals = {**REFUSALS, **(OF_KEYS if needs_key else {}), **(OF_BODIES if "requestBody" in operation else {})}
    responses = operation["responses"]
    added = {
        str(status.value): _described(status, refusal, responses.get(str(status.value), {}))
        for status, refusal in refusals.items()
    }
    return dict(sorted({**responses, **added}.items()))


def _described(status: HTTPStatus, refusal: Refusal, known: Mapping[str, Any]) -> dict[str, Any]:
    """Return the response for a refusal, merged with the function's own response of that status."""
    title = refusal.title or refusal.message
    problem = {"type": "about:blank", "title": title, "status": status.value, "detail": f"{refusal.description}."}
    content = {
        MEDIA_TYPE: _example("Problem", "refused", problem),
        "application/json": _example("GatewayMessage", "refused-by-api-gateway", {"message": refusal.message}),
    }
    functions = known.get("content", {})
    headers = {**known.get("headers", {}), **refusal.headers}
    return {
        "description": "  \n".join(filter(None, (known.get("description"), f"{refusal.description} (`about:blank`)"))),
        **({"headers": headers} if headers else {}),
        "content": {**functions, **{name: _beside(functions.get(name, {}), more) for name, more in content.items()}},
    }


def _example(schema: str, name: str, value: Mapping[str, Any]) -> dict[str, Any]:
    return {"schema": {"$ref": f"#/components/schemas/{schema}"}, "examples": {name: {"value": value}}}


def _beside(known: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """Merge two Media Type Objects (OpenAPI 3.1)."""
    schemas = [known.get("schema", more["schema"]), more["schema"]]
    schema = schemas[0] if schemas[0] == schemas[1] else {"anyOf": schemas}
    return {"schema": schema, "examples": {**known.get("examples", {}), **more["examples"]}}
