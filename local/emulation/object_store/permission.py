"""Checks a request against the claims of its signed URL."""

from urllib.parse import parse_qs

from imagescaler.adapters.signed_urls.claims import InvalidSignature, SignedUrlClaims
from imagescaler.adapters.signed_urls.gateway import PATH
from imagescaler.domain.formats import Format
from local.emulation.api_gateway.refusal import Refusal
from local.emulation.api_gateway.request import Request

METHODS = ("GET", "HEAD", "PUT")
RESULTS = "results/"
IMAGES = frozenset(each.media_type for each in Format)


def key_of(request: Request) -> str:
    """Return the blob's key in the path."""
    return request.path.removeprefix(PATH)


def permitted(request: Request, signing_key: str) -> SignedUrlClaims:
    """Return the claims of the signed URL; raises a Refusal if they do not match the request."""
    if request.method not in METHODS:
        raise Refusal(405, f"A signed URL takes {', '.join(METHODS)}.")
    [token, *_] = parse_qs(request.query).get("token", [""])
    try:
        claims = SignedUrlClaims.read(token, signing_key)
    except InvalidSignature as refusal:
        raise Refusal(403, str(refusal)) from refusal
    if (claims.method, claims.key) != (request.method, key_of(request)):
        raise Refusal(403, f"The URL is signed for {claims.method} of {claims.key}.")
    if claims.method == "PUT":
        _check_body(request, claims)
    elif claims.headers.get("Content-Type") not in IMAGES or not claims.key.startswith(RESULTS):
        raise Refusal(403, "A signed URL serves a result, as the image that it is.")
    return claims


def _check_body(request: Request, claims: SignedUrlClaims) -> None:
    length, media_type = request.header("content-length"), request.header("content-type")
    if length is None:
        raise Refusal(411, "The request must have a Content-Length.")
    if length != str(claims.size):
        raise Refusal(403, f"The URL is signed for {claims.size} bytes; the request has {length}.")
    if media_type != claims.media_type:
        raise Refusal(403, f"The URL is signed for the Content-Type {claims.media_type}; the request has {media_type}.")
