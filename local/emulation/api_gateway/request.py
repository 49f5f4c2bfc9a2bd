"""The head of an HTTP request."""

import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from imagescaler.domain.client_address import client_address

MAX_LOGGED_LENGTH = 256


def _new_id() -> str:
    return urlsafe_b64encode(secrets.token_bytes(11)).decode()  # 15 characters and a "=", as API Gateway's are


@dataclass(frozen=True, slots=True)
class Request:
    """A request without its body.

    `path` is percent-decoded, `raw_path` and `query` are as they were sent. Header names are in lower case, and a
    header that was sent twice is there twice. `client` is the address of the client, `peer` that of the connection,
    which may be a proxy's. `received_at` is in seconds since the epoch.
    """

    method: str
    path: str
    raw_path: str
    query: str
    headers: tuple[tuple[str, str], ...]
    http_version: str
    scheme: str
    client: str
    peer: str
    port: int
    id: str = field(default_factory=_new_id)
    received_at: float = field(default_factory=time.time)

    @classmethod
    def of(cls, scope: Mapping[str, Any], trusted_proxy_hops: int = 0) -> Self:
        """Read the scope of an ASGI server (ASGI 3.0, HTTP connection scope)."""
        [peer, *_], server = scope.get("client") or ("", 0), scope.get("server") or ("", 0)
        forwarded_for = [value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"]
        return cls(
            method=scope["method"],
            path=scope["path"],
            raw_path=scope["raw_path"].decode("ascii"),
            query=scope["query_string"].decode("latin-1"),
            headers=tuple(
                (name.decode("latin-1"), value.decode("utf-8", "replace")) for name, value in scope["headers"]
            ),
            http_version=scope["http_version"],
            scheme=scope["scheme"],
            client=client_address(peer, forwarded_for, trusted_proxy_hops),
            peer=peer,
            port=server[1] or 0,
        )

    def values(self, name: str) -> Iterator[str]:
        """Return the values of a header, by its name in lower case."""
        return (value for key, value in self.headers if key == name)

    def header(self, name: str) -> str | None:
        """Return the first value of a header, by its name in lower case."""
        return next(self.values(name), None)

    @property
    def logged_path(self) -> str:
        """The path for a log: percent-encoded as it was sent, and cut off."""
        return self.raw_path[:MAX_LOGGED_LENGTH]

    @property
    def has_body(self) -> bool:
        """True if a body follows (RFC 9112, section 6.3)."""
        return self.header("transfer-encoding") is not None or self.header("content-length") not in {None, "0"}
