"""Checks a blob against its SHA-256 while it is sent."""

import hashlib
import re
from collections.abc import AsyncIterable, AsyncIterator

_SHA256 = re.compile(r'"([0-9a-f]{64})"')


class DamagedBlob(Exception):
    """The bytes in the store are not those that the URL was signed for."""


def sha256_of(etag: str | None) -> str | None:
    """Return the hash in an entity tag of a result, None for others.

    >>> sha256_of('"' + 64 * "a" + '"') == 64 * "a", sha256_of('"e"'), sha256_of(None)
    (True, None, None)
    """
    match = _SHA256.fullmatch(etag or "")
    return match[1] if match else None


async def verified(pieces: AsyncIterable[bytes], sha256: str) -> AsyncIterator[bytes]:
    """Yield the pieces, and the last one only if the hash of all is right; raises DamagedBlob.

    So a client never holds a whole response with wrong bytes: what it has is incomplete (RFC 9112, section 8).
    """
    digest, held = hashlib.sha256(), b""
    async for piece in pieces:
        digest.update(piece)
        if held:
            yield held
        held = piece
    if digest.hexdigest() != sha256:
        raise DamagedBlob
    yield held
