"""The object store as an ASGI application in front of another one: it serves signed URLs."""

import logging
import time
from collections.abc import AsyncIterable, AsyncIterator, MutableMapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any, Protocol

from imagescaler.adapters.signed_urls.claims import SignedUrlClaims
from imagescaler.adapters.signed_urls.gateway import PATH
from imagescaler.domain.errors import BlobNotFound, Unavailable
from imagescaler.domain.etag import has_etag
from imagescaler.domain.upload import owner_folder
from local.emulation.api_gateway.answer import Answer, Headers
from local.emulation.api_gateway.app import CLIENT_CLOSED_REQUEST
from local.emulation.api_gateway.body import Body, ClientGone, Receive
from local.emulation.api_gateway.budget import BodyBudget, Holding
from local.emulation.api_gateway.cors import dress, is_preflight, preflight
from local.emulation.api_gateway.limits import HTTP_API
from local.emulation.api_gateway.refusal import Refusal
from local.emulation.api_gateway.request import Request
from local.emulation.api_gateway.response import Send, respond, start
from local.emulation.api_gateway.server import Application
from local.emulation.object_store.byte_range import requested
from local.emulation.object_store.permission import key_of, permitted
from local.emulation.object_store.verified import DamagedBlob, sha256_of, verified
from local.emulation.sam_template.declarations import Cors

# A bucket has its own CORS configuration, which differs from that of the API.
CORS = Cors(("*",), ("GET", "HEAD", "PUT"), ("content-type", "if-none-match"), ("content-disposition", "etag"), 600)
# What is in memory of a body on its way, at most; the whole bodies are in the store.
PIECE_BYTES = {"GET": 1 << 20, "HEAD": 0, "PUT": 1 << 18}
NOSNIFF = {"X-Content-Type-Options": "nosniff"}

logger = logging.getLogger(__name__)


class Blobs(Protocol):
    """The operations of a store; every method raises StoreUnavailable when the store does not answer."""

    async def receive(
        self, key: str, chunks: AsyncIterable[bytes], *, size: int, ttl_s: int, account: str = ""
    ) -> bool:
        """Store the chunks, from the share of `account`; False if `key` exists already. Raises StoreFull."""
        ...

    async def size(self, key: str) -> int:
        """Return the number of bytes that were put; raises BlobNotFound."""
        ...

    def stream(self, key: str, part: range) -> AsyncIterator[bytes]:
        """Yield the bytes of a blob at these positions in chunks."""
        ...


@dataclass(frozen=True, slots=True)
class Stored(Answer):
    """A response whose body is in the store: the blob's bytes at the positions of `part`."""

    part: range = range(0)

    @property
    def is_whole(self) -> bool:
        """True if the part is the whole blob."""
        return self.status == HTTPStatus.OK


class ObjectStore:
    """Serves signed URLs from `blobs`, and passes all other requests to `behind`."""

    def __init__(
        self,
        behind: Application,
        blobs: Blobs,
        signing_key: str,
        *,
        budget: BodyBudget | None = None,
        trusted_proxy_hops: int = 0,
    ) -> None:
        self._behind, self._blobs, self._signing_key = behind, blobs, signing_key
        self._budget = budget or BodyBudget(HTTP_API.bodies_bytes)
        self._trusted_proxy_hops = trusted_proxy_hops

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Serve one request (ASGI 3.0)."""
        if not scope["path"].startswith(PATH):
            await self._behind(scope, receive, send)
            return
        started, request = time.perf_counter(), Request.of(scope, self._trusted_proxy_hops)
        body = Body(request, receive)
        try:
            with self._budget.held_by(request.client) as holding:
                answer = await self._answer(request, body, holding)
                await self._respond(send, request, body, answer)
            status = answer.status
        except ClientGone:
            status = CLIENT_CLOSED_REQUEST
        duration_ms = (time.perf_counter() - started) * 1000
        logger.info("%s %s %d %.0f ms", request.method, request.logged_path, status, duration_ms)

    async def drain(self, timeout_s: float) -> None:
        """Wait for work whose requests have ended."""
        await self._behind.drain(timeout_s)

    async def _answer(self, request: Request, body: Body, holding: Holding) -> Answer:
        if is_preflight(request):
            return preflight(request, CORS)
        try:
            claims = permitted(request, self._signing_key)
            holding.add(PIECE_BYTES[claims.method])
            answer = await (
                self._take(claims, body, request.client) if claims.method == "PUT" else self._describe(claims, request)
            )
        except Refusal as refusal:
            answer = refusal.answer()
        except Unavailable as problem:
            answer = Refusal(503, problem.detail, retry_after_s=problem.retry_after_s).answer()
        return dress(answer, request, CORS)

    async def _take(self, claims: SignedUrlClaims, body: Body, client: str) -> Answer:
        ttl_s = max(claims.expires_at - int(time.time()), 1)
        chunks, account = body.chunks(), owner_folder(claims.key) or client
        if not await self._blobs.receive(claims.key, chunks, size=claims.size, ttl_s=ttl_s, account=account):
            raise Refusal(412, "The URL has been used: its bytes are there.")
        return Answer(200)

    async def _describe(self, claims: SignedUrlClaims, request: Request) -> Answer:
        headers = tuple((name.lower(), value) for name, value in ({**claims.headers, **NOSNIFF}).items())
        try:
            size = await self._blobs.size(claims.key)
        except BlobNotFound as error:
            raise Refusal(404, "What the URL is for is no longer kept.") from error
        etag = dict(headers).get("etag")
        if etag and has_etag(request.header("if-none-match"), etag):
            return Answer(304, headers)
        asks = request.method == "GET" and request.header("if-range") in {None, etag}  # RFC 9110, sections 13.1.5, 14.2
        return _stored(headers, size, requested(request.header("range"), size) if asks else None)

    async def _respond(self, send: Send, request: Request, body: Body, answer: Answer) -> None:
        if request.method != "GET" or not isinstance(answer, Stored):
            await respond(send, request, body, answer)
            return
        await send(start(answer, list(answer.framed())))
        pieces, sha256 = self._blobs.stream(key_of(request), answer.part), sha256_of(dict(answer.headers).get("etag"))
        try:
            async for piece in verified(pieces, sha256) if sha256 and answer.is_whole else pieces:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        except DamagedBlob:
            logger.error("%s in the store is not what was scaled", key_of(request))  # noqa: TRY400
            return  # without an end, so that the server closes the connection
        await send({"type": "http.response.body"})


def _stored(headers: Headers, size: int, part: range | None) -> Answer:
    """Make the response for a blob of `size` bytes, for a part of it, or 416 for an empty part."""
    if part is None:
        return Stored(200, (*headers, ("accept-ranges", "bytes")), content_length=size, part=range(size))
    if not part:
        refused = Refusal(416, f"What the URL is for has {size:,} bytes.").answer()
        return replace(refused, headers=(*refused.headers, ("content-range", f"bytes */{size}")))
    position = ("content-range", f"bytes {part.start}-{part.stop - 1}/{size}")
    return Stored(206, (*headers, position), content_length=len(part), part=part)
