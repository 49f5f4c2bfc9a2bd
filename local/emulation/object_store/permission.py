"""Whether a request is the one that its URL was signed for."""

from urllib.parse import parse_qs

from imagescaler.adapters.signed_urls.claims import Grant, GrantRefused
from imagescaler.adapters.signed_urls.gateway import PATH
from local.emulation.api_gateway.refusal import Refusal
from local.emulation.api_gateway.request import Request

METHODS = ("GET", "HEAD", "PUT")


def key_of(request: Request) -> str:
    """Give the blob's key that the path names."""
    return request.path.removeprefix(PATH)


def permitted(request: Request, signing_key: str) -> Grant:
    """Give what the URL permits; raises a Refusal where that is not what the request does."""
    if request.method not in METHODS:
        raise Refusal(405, f"A signed URL takes {', '.join(METHODS)}.")
    [token, *_] = parse_qs(request.query).get("token", [""])
    try:
        grant = Grant.read(token, signing_key)
    except GrantRefused as refusal:
        raise Refusal(403, str(refusal)) from refusal
    if (grant.method, grant.key) != (request.method, key_of(request)):
        raise Refusal(403, f"The URL is signed for {grant.method} of {grant.key}.")
    if grant.method == "PUT":
        _check_body(request, grant)
    return grant


def _check_body(request: Request, grant: Grant) -> None:
    length, media_type = request.header("content-length"), request.header("content-type")
    if length is None:
        raise Refusal(411, "The request must have a Content-Length.")
    if length != str(grant.size):
        raise Refusal(403, f"The URL is signed for {grant.size} bytes; the request has {length}.")
    if media_type != grant.media_type:
        raise Refusal(403, f"The URL is signed for the Content-Type {grant.media_type}; the request has {media_type}.")
