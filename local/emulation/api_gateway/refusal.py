"""The gateway's own error responses."""

import json
from collections.abc import Mapping

from local.emulation.api_gateway.answer import Answer

MESSAGES: Mapping[int, str] = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    408: "Request Timeout",
    411: "Length Required",
    412: "Precondition Failed",
    413: "Request Entity Too Large",
    416: "Requested Range Not Satisfiable",
    429: "Too Many Requests",
    431: "Request Header Fields Too Large",
    500: "Internal Server Error",
    501: "Not Implemented",
    503: "Service Unavailable",
}
"""API Gateway's `message` by status."""

TITLES: Mapping[int, str] = {**MESSAGES, 413: "Content Too Large", 416: "Range Not Satisfiable"}
"""Reason phrases (RFC 9110, section 15)."""


class Refusal(Exception):
    """An error response of the gateway: API Gateway's `message`, and the members of a problem (RFC 9457).

    `retry_after_s` becomes the header Retry-After, and `challenge` WWW-Authenticate (RFC 9110, 11.6.1). API Gateway
    sends neither.
    """

    def __init__(
        self, status: int, detail: str, *, retry_after_s: int | None = None, challenge: str | None = None
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.retry_after_s = retry_after_s
        self.challenge = challenge

    @property
    def title(self) -> str:
        """Reason phrase of the status."""
        return TITLES[self.status]

    def answer(self) -> Answer:
        """Return the HTTP response."""
        content = {
            "message": MESSAGES[self.status],
            "type": "about:blank",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
        }
        headers = {"content-type": "application/problem+json"}
        if self.retry_after_s is not None:
            headers["retry-after"] = str(self.retry_after_s)
        if self.challenge is not None:
            headers["www-authenticate"] = self.challenge
        return Answer(self.status, tuple(headers.items()), json.dumps(content).encode())
