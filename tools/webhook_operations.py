"""Describes the webhooks that the service sends, for the OpenAPI document (OpenAPI 3.1, `webhooks`)."""

from typing import Any

from fastapi import FastAPI

from imagescaler.domain.webhook import EventType
from imagescaler.web.openapi import body_of, json_content
from imagescaler.web.views.webhook import WebhookEvent

TASK: dict[str, Any] = {
    "id": "8e03978e-40d5-43e8-bc93-6894a57f9324",
    "created_at": "2026-01-01T12:00:00Z",
    "started_at": "2026-01-01T12:00:01Z",
    "completed_at": "2026-01-01T12:00:02Z",
    "attempts": 1,
    "source": {"format": "jpeg", "width": 4000, "height": 3000, "bytes": 2345678},
    "options": {"width": 800, "height": 600},
}
RESULT = {
    "format": "jpeg",
    "url": "/api/v1/results/8e03978e-40d5-43e8-bc93-6894a57f9324",
    "media_type": "image/jpeg",
    "width": 800,
    "height": 600,
    "bytes": 61234,
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
}
ERROR = {
    "type": "/problems/corrupt-image",
    "title": "The image cannot be decoded",
    "detail": "The file ends in the middle of the image.",
}
EXPIRES = {"expires_at": "2026-01-02T12:00:02Z"}
EVENTS: dict[EventType, tuple[str, str, dict[str, Any]]] = {
    EventType.COMPLETED: ("A task is completed", "2026-01-01T12:00:02Z", {"result": RESULT, **EXPIRES}),
    EventType.FAILED: ("A task has failed", "2026-01-01T12:00:02Z", {"error": ERROR}),
    EventType.EXPIRED: ("The results of a task are gone", "2026-01-02T12:00:02Z", {"result": RESULT, **EXPIRES}),
}
DESCRIPTION = (
    "Sent to the `webhook_url` of the task, or else to that of its API key, signed as Standard Webhooks has it. "
    "It can arrive twice, with the same `webhook-id`. Answer within 15 seconds."
)
HEADERS = {
    "webhook-id": ("id of the webhook, the same in each attempt", {"type": "string", "format": "uuid"}),
    "webhook-timestamp": ("when the attempt was made, in seconds since 1970 (UTC)", {"type": "integer"}),
    "webhook-signature": ("signatures with a space between them, each `v1,` and base64", {"type": "string"}),
}
RESPONSES = {
    "2XX": {"description": "Delivered"},
    "410": {"description": "The URL is gone: nothing more is sent there"},
    "default": {"description": "Sent again later, ten times in all; a redirect is not followed"},
}


def webhooks() -> dict[str, Any]:
    """Return the Path Item Object of each event, by its type."""
    return {event.value: {"post": _operation(event)} for event in EVENTS}


def webhook_schemas() -> dict[str, Any]:
    """Return the schema of the body, and those that it refers to, by name; written by FastAPI, as those of answers."""
    app = FastAPI()
    app.add_api_route("/", lambda: None, response_model=WebhookEvent)
    schemas: dict[str, Any] = app.openapi()["components"]["schemas"]
    return schemas


def _operation(event: EventType) -> dict[str, Any]:
    summary, timestamp, outcome = EVENTS[event]
    example = {"type": event.value, "timestamp": timestamp, "data": {**TASK, "status": event.status.value, **outcome}}
    return {
        "operationId": event.value.replace(".", "_"),
        "summary": summary,
        "description": DESCRIPTION,
        "tags": ["webhooks"],
        "security": [],
        "parameters": [
            {"name": name, "in": "header", "required": True, "description": text, "schema": schema}
            for name, (text, schema) in HEADERS.items()
        ],
        **body_of(json_content(WebhookEvent, example)),
        "responses": RESPONSES,
    }
