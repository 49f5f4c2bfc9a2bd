"""Checks of a request's head that every application needs (RFC 9112, sections 3.2, 6.1 and 6.3).

The parser has already refused two Content-Lengths, and a Content-Length beside Transfer-Encoding: 400.
"""

import re
from collections.abc import Sequence

from local.emulation.api_gateway.refusal import Refusal

MAX_HEAD_BYTES = 32 * 1024  # request line, names and values; the gateway's own limit on values is smaller
MAX_HEADERS = 100

_HOST = re.compile(rb"(?:[A-Za-z0-9._~!$&'()*+,;=%-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{0,5})?")


def check_head(headers: Sequence[tuple[bytes, bytes]], http_version: str) -> None:
    """Raise a Refusal for a head that is too large, or that two servers could understand differently.

    >>> check_head([(b"host", b"here"), (b"host", b"there")], "1.1")
    Traceback (most recent call last):
    local.emulation.api_gateway.refusal.Refusal: The request has 2 Host headers; it must have one.
    """
    check_size(sum(len(name) + len(value) for name, value in headers))
    if len(headers) > MAX_HEADERS:
        raise Refusal(431, f"The request has {len(headers):,} headers; this gateway takes at most {MAX_HEADERS}.")
    hosts = [value for name, value in headers if name == b"host"]
    if len(hosts) > 1:
        raise Refusal(400, f"The request has {len(hosts)} Host headers; it must have one.")
    if not hosts and http_version != "1.0":
        raise Refusal(400, "The request has no Host header; it must have one.")
    if hosts and not _HOST.fullmatch(hosts[0].strip()):
        raise Refusal(400, "The Host header is not a host with an optional port.")
    codings = [value.strip().lower() for name, value in headers if name == b"transfer-encoding"]
    if codings and http_version == "1.0":
        raise Refusal(400, "A request of HTTP/1.0 has no Transfer-Encoding. Send a Content-Length.")
    if codings not in ([], [b"chunked"]):
        raise Refusal(501, "The only Transfer-Encoding of this gateway is chunked.")


def check_size(size: int) -> None:
    """Raise a Refusal for a head of more than MAX_HEAD_BYTES bytes."""
    if size > MAX_HEAD_BYTES:
        raise Refusal(431, f"The head has more than {MAX_HEAD_BYTES:,} bytes, which is the limit of this gateway.")
