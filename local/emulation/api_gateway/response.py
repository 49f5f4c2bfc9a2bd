"""Sends a response to a client, even while the client is still sending its request."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from local.emulation.api_gateway.answer import Answer
from local.emulation.api_gateway.body import Body
from local.emulation.api_gateway.request import Request

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


async def respond(send: Send, request: Request, body: Body, answer: Answer) -> None:
    """Send a response; an unread body is drained, and the connection closed."""
    headers = [*answer.framed(), ("apigw-requestid", request.id)]
    content = b"" if request.method == "HEAD" else answer.body
    if body.is_complete:
        await send(start(answer, headers))
        await send({"type": "http.response.body", "body": content, "more_body": True})
        content = b""  # what follows is sent once the client has received most of this
    else:
        await send(start(answer, [*headers, ("connection", "close")]))
        await send({"type": "http.response.body", "body": content, "more_body": True})
        await body.drain()
        content = b""
    await send({"type": "http.response.body", "body": content})


def start(answer: Answer, headers: list[tuple[str, str]]) -> dict[str, Any]:
    """Return the ASGI message that starts a response."""
    encoded = [(name.encode(), value.encode()) for name, value in headers]
    return {"type": "http.response.start", "status": answer.status, "headers": encoded}
