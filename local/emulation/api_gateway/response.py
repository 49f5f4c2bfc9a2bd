"""Sends an answer to a client, also to one that is still sending its request."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from local.emulation.api_gateway.answer import Answer
from local.emulation.api_gateway.body import Body
from local.emulation.api_gateway.request import Request

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


async def respond(send: Send, request: Request, body: Body, answer: Answer) -> None:
    """Send an answer; where the body was not read, its rest is ignored and the connection closed."""
    headers = [*answer.framed(), ("apigw-requestid", request.id)]
    content = b"" if request.method == "HEAD" else answer.body
    if body.is_complete:
        await send(start(answer, headers))
    else:
        await send(start(answer, [*headers, ("connection", "close")]))
        await send({"type": "http.response.body", "body": content, "more_body": True})
        await body.drain()
        content = b""
    await send({"type": "http.response.body", "body": content})


def start(answer: Answer, headers: list[tuple[str, str]]) -> dict[str, Any]:
    """Give the message that begins an answer."""
    encoded = [(name.encode(), value.encode()) for name, value in headers]
    return {"type": "http.response.start", "status": answer.status, "headers": encoded}
