"""Reads events and responses, which Lambda limits to 6 MiB."""

from aiohttp.web import BaseRequest

from local.emulation.lambda_host.event import EVENT_LIMIT_BYTES

RESPONSE_LIMIT_BYTES = EVENT_LIMIT_BYTES + 100
"""Lambda's messages name these two numbers; its documentation says 6 MB for both."""


async def read(request: BaseRequest, limit_bytes: int) -> bytes | None:
    """Read a body; None if it is over its limit.

    It is read to its end without being kept, so that the sender does not meet a closed connection.
    """
    parts: list[bytes] = []
    size_bytes = 0
    async for part in request.content.iter_any():
        size_bytes += len(part)
        if size_bytes <= limit_bytes:
            parts.append(part)
    return b"".join(parts) if size_bytes <= limit_bytes else None
