"""The request headers Accept, Accept-Encoding, Host, Idempotency-Key and Prefer."""

import re
from ipaddress import IPv6Address
from typing import Annotated

from fastapi import Header
from pydantic import AfterValidator, WithJsonSchema

MAX_WAIT_S = 20
PREFER = f"wait=N: wait up to N seconds, at most {MAX_WAIT_S}, for the task to end (RFC 7240)"
QUOTED = r'"(?:[^"\\]|\\.?)*"?'  # RFC 9110, 5.6.4; one that does not end reaches to the end of the header
MEMBERS = re.compile(rf'(?:{QUOTED}|[^",])+', re.DOTALL)  # a comma in quotes separates nothing
WAIT = re.compile(r"\s*wait\s*=\s*\"?([0-9]{1,9})\"?\s*(?:;.*)?", re.IGNORECASE | re.DOTALL)
QUALITY = re.compile(r";\s*q\s*=\s*(0(?:\.[0-9]*)?|1(?:\.0*)?)\s*(?=;|$)", re.IGNORECASE)  # RFC 9110, 12.4.2
HOST = re.compile(r"(?:\[(?P<ipv6>[0-9A-Fa-f:.]{2,45})\]|[A-Za-z0-9._-]{1,253})(?::(?P<port>[0-9]{1,5}))?")
MAX_PORT = 65_535

KEY = r"^[\x21-\x7e]{1,255}$"


def _idempotency_key(key: str) -> str:
    if not re.fullmatch(KEY, key):
        raise ValueError(
            f"send 1 to 255 visible ASCII characters without spaces, such as a UUID; this key has {len(key)} characters"
        )
    return key


IdempotencyKey = Annotated[
    Annotated[str, AfterValidator(_idempotency_key), WithJsonSchema({"type": "string", "pattern": KEY})] | None,
    Header(
        alias="Idempotency-Key",
        description="1 to 255 visible ASCII characters; the same key and request return the same task",
        examples=["8e03978e-40d5-43e8-bc93-6894a57f9324"],
    ),
]


async def wait_s(
    prefer: Annotated[str | None, Header(alias="Prefer", description=PREFER, examples=["wait=10"])] = None,
) -> int:
    """Return the seconds to wait. Async, since FastAPI runs plain functions in a thread."""
    return preferred_wait_s(prefer)


def preferred_wait_s(prefer: str | None) -> int:
    """Return the seconds of a `wait` preference, at most 20 (RFC 7240); 0 without a valid one.

    >>> preferred_wait_s("respond-async, wait=10"), preferred_wait_s("wait=600"), preferred_wait_s("wait=soon")
    (10, 20, 0)
    >>> preferred_wait_s('foo="a, wait=5"'), preferred_wait_s('wait="5"; bar')
    (0, 5)
    """
    matches = filter(None, map(WAIT.fullmatch, MEMBERS.findall(prefer or "")))
    return next((min(int(match[1]), MAX_WAIT_S) for match in matches), 0)


def accepts_image(accept: str | None, *, by_default: bool = False) -> bool:
    """True if this Accept header prefers an image to JSON (RFC 9110, 12.5.1). A weight that is no weight counts as 1.

    `by_default` answers for a header that names neither, and prefers `*/*` to JSON of a lower weight.

    >>> accepts_image("image/*"), accepts_image("text/html, image/webp, */*;q=0.8"), accepts_image("*/*")
    (True, True, False)
    >>> accepts_image("application/json, image/png;q=0.5"), accepts_image("image/*;q=."), accepts_image("image/*;q=0.")
    (False, True, False)
    >>> [accepts_image(each, by_default=True) for each in (None, "*/*", "text/html", "application/json, */*")]
    [True, True, True, False]
    """
    weights = _weights(accept)
    json = weights.get("application/json", weights.get("application/*", 0.0))
    if images := [weight for kind, weight in weights.items() if kind.startswith("image/")]:
        return max(images) > 0 and max(images) >= json
    return by_default and (not json or weights.get("*/*", 0.0) > json)


def accepts_html(accept: str | None) -> bool:
    """True if this Accept header names HTML and prefers it to JSON, as browsers do.

    >>> accepts_html("text/html,application/xhtml+xml,*/*;q=0.8"), accepts_html("*/*"), accepts_html("text/html;q=0")
    (True, False, False)
    """
    weights = _weights(accept)
    return weights.get("text/html", 0.0) > weights.get("application/json", 0.0)


def accepts_gzip(accept_encoding: str | None) -> bool:
    """True if this Accept-Encoding header permits gzip (RFC 9110, 12.5.3).

    >>> [accepts_gzip(each) for each in ("gzip, br", "*", "br, *;q=0", "gzip;q=0, *", None)]
    [True, True, False, False, False]
    """
    weights = _weights(accept_encoding)
    return weights.get("gzip", weights.get("*", 0.0)) > 0


def _weights(header: str | None) -> dict[str, float]:
    """Return the weights of what a header accepts, in lower case (RFC 9110, 12.4.2)."""
    weights: dict[str, float] = {}
    for part in MEMBERS.findall(header or ""):
        kind, quality = part.partition(";")[0].strip().lower(), QUALITY.search(re.sub(QUOTED, "", part))
        weights[kind] = max(weights.get(kind, 0.0), float(quality[1]) if quality else 1.0)
    return weights


def is_host(host: str) -> bool:
    """True if a Host header names a host (RFC 9110, 7.2): a name or an address, and a port.

    >>> is_host("example.org:8000"), is_host("[::1]:8000"), is_host("example.org:8000:9"), is_host("user@example.org")
    (True, True, False, False)
    """
    match = HOST.fullmatch(host)
    try:
        IPv6Address((match and match["ipv6"]) or "::")
    except ValueError:
        return False
    return match is not None and int(match["port"] or 0) <= MAX_PORT
