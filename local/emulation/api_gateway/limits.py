"""The size limits of the gateway."""

import re
from dataclasses import dataclass
from urllib.parse import unquote

from local.emulation.api_gateway.refusal import Refusal
from local.emulation.api_gateway.request import Request


@dataclass(frozen=True, slots=True)
class Limits:
    """The quotas of an HTTP API, and of a Lambda function that is invoked and waited for.

    Source: AWS, "Quotas for configuring and running an HTTP API" and "Lambda quotas".
    """

    head_bytes: int = 10_240
    body_bytes: int = 10_485_760
    bodies_bytes: int = 128 * 1024 * 1024
    """Of all requests and responses together; AWS has none, because it has more memory."""

    event_bytes: int = 6_291_556
    integration_timeout_s: float = 30.0
    invocation_timeout_s: float = 35.0
    """Longer than a client waits, because RIE crashes when its caller gives up."""

    advice: str = ""
    """Advice after the sentence that names the limit."""

    def check_head(self, request: Request) -> None:
        """Refuse a head that is too large, or a path that is not percent-encoded UTF-8 (RFC 3986, section 2.1)."""
        line = len(f"{request.method} {request.raw_path}?{request.query} HTTP/{request.http_version}")
        size = line + sum(len(value.encode()) for _, value in request.headers)
        if size > self.head_bytes:
            raise Refusal(
                431,
                f"The request line and the header values have {size:,} bytes; "
                f"this gateway takes at most {self.head_bytes:,}.",
            )
        if not _is_percent_encoded(request.raw_path):
            raise Refusal(400, "The path is not percent-encoded UTF-8.")

    def check_body(self, size: int, *, at_least: bool = False) -> None:
        """Refuse a body of `size` bytes, of which, with `at_least`, there may be more to come."""
        if size > self.body_bytes:
            raise Refusal(
                413,
                f"The body has {'at least ' if at_least else ''}{size:,} bytes; this gateway takes at most "
                f"{self.body_bytes:,}, and about {self._binary_bytes:,} of binary data, because a function's event "
                f"may have {self.event_bytes:,} bytes in base64.{self.advice and ' '}{self.advice}",
            )

    def check_event(self, size: int, body_size: int) -> None:
        """Refuse a request whose event would be larger than Lambda takes."""
        if size > self.event_bytes:
            raise Refusal(
                413,
                f"The body has {body_size:,} bytes, which makes an event of {size:,} bytes; a function's event may "
                f"have {self.event_bytes:,}, which is about {self._binary_bytes:,} bytes of binary data in base64."
                f"{self.advice and ' '}{self.advice}",
            )

    @property
    def _binary_bytes(self) -> int:
        return self.event_bytes // 4 * 3


HTTP_API = Limits()


def _is_percent_encoded(path: str) -> bool:
    try:
        unquote(path, errors="strict")
    except UnicodeDecodeError:
        return False
    return not re.search(r"%(?![0-9A-Fa-f]{2})", path)
