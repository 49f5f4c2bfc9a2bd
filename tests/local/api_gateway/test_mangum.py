"""Mangum and FastAPI see in an event the request that was sent, and their response arrives as it was meant."""

import asyncio
import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from fastapi import FastAPI, Request, Response
from hypothesis import given, settings
from hypothesis import strategies as st
from mangum import Mangum

from local.emulation.api_gateway.app import Gateway
from local.emulation.api_gateway.event import encode
from local.emulation.api_gateway.routes import Match
from local.emulation.sam_template.declarations import Route
from tests.local.api_gateway.fakes import FakeFunctions, client_of, make_request

DEFAULT = Route("ANY", "$default", "DocsFunction")
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

app = FastAPI()


@app.api_route("/image", methods=["GET", "HEAD"])
async def image() -> Response:
    response = Response(bytes(range(256)), media_type="image/png")
    response.set_cookie("a", "1")
    response.set_cookie("b", "2")
    return response


@app.api_route("/{path:path}", methods=METHODS)
async def echo(request: Request) -> dict[str, Any]:
    return {
        "method": request.method,
        "path": request.scope["path"],
        "query": request.query_params.multi_items(),
        "headers": request.headers.items(),
        "cookies": request.cookies,
        "body": b64encode(await request.body()).decode(),
    }


Handler = Callable[[dict[str, Any]], dict[str, Any]]


@pytest.fixture(scope="module")
def handler() -> Iterator[Handler]:
    """Mangum runs its loop itself: it gets a thread where none is running."""
    loop = asyncio.new_event_loop()
    context: Any = None
    with ThreadPoolExecutor(1, initializer=asyncio.set_event_loop, initargs=(loop,)) as thread:
        mangum = thread.submit(Mangum, app, lifespan="off").result()
        yield lambda event: thread.submit(mangum, event, context).result()
    loop.close()


# API Gateway decodes the path and Mangum decodes it once more, so a "%" in it does not survive in the cloud either.
characters = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="%/?#")
paths = st.lists(st.text(characters, min_size=1, max_size=8), max_size=3).map(lambda parts: "/x/" + "/".join(parts))
queries = st.lists(st.tuples(st.text(max_size=5), st.text(max_size=5)), max_size=4).filter(
    lambda pairs: not any("\ud800" <= character <= "\udfff" for pair in pairs for part in pair for character in part)
)
tokens = st.text("abcdefghijklmnopqrstuvwxyz-", min_size=1, max_size=8).map("x-h-".__add__)
values = st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]), max_size=12)
types = st.sampled_from(["text/plain", "application/json", "image/png", "multipart/form-data; boundary=x"])


@settings(max_examples=150, deadline=None)
@given(
    method=st.sampled_from(METHODS),
    path=paths,
    query=queries,
    headers=st.dictionaries(tokens, values, max_size=3),
    content_type=types,
    body=st.binary(max_size=64) | st.text(max_size=32).map(lambda text: text.encode("utf-8", "replace")),
)
def test_an_application_sees_the_request_that_was_sent(
    handler: Handler,
    method: str,
    path: str,
    query: list[tuple[str, str]],
    headers: dict[str, str],
    content_type: str,
    body: bytes,
) -> None:
    sent = [("host", "api.example"), ("content-type", content_type), *headers.items()]
    request = make_request(method, path, raw_path=quote(path), query=urlencode(query), headers=sent)
    event = json.loads(bytes(encode(request, Match(DEFAULT, {}), body)))
    seen = json.loads(handler(event)["body"])
    received = {name: value.encode("latin-1").decode() for name, value in seen["headers"]}
    assert seen["method"] == method
    assert seen["path"] == path
    assert [tuple(pair) for pair in seen["query"]] == query
    assert received.items() >= dict(sent).items()
    assert b64decode(seen["body"]) == body


async def test_a_whole_exchange_passes_the_gateway_unharmed(handler: Handler) -> None:
    functions = FakeFunctions(handler)
    async with client_of(Gateway([DEFAULT], None, functions)) as client:
        posted = await client.post(
            "/x/a%20b/%C3%BC+",
            params=[("q", "1"), ("q", "a b+c&d"), ("empty", "")],
            headers=[("x-many", "1"), ("x-many", "2"), ("cookie", "session=a,b; theme=dark")],
            files={"file": ("a.png", bytes(range(256)))},
        )
        image = await client.get("/image")
        head = await client.head("/image")
    seen = posted.json()
    assert (posted.status_code, seen["method"], seen["path"]) == (200, "POST", "/x/a b/ü+")
    assert seen["query"] == [["q", "1"], ["q", "a b+c&d"], ["empty", ""]]
    assert dict(seen["headers"])["x-many"] == "1,2"
    assert seen["cookies"] == {"session": "a,b", "theme": "dark"}
    assert bytes(range(256)) in b64decode(seen["body"])
    assert image.content == bytes(range(256))
    assert image.headers["content-type"] == "image/png"
    assert image.headers.get_list("set-cookie") == ["a=1; Path=/; SameSite=lax", "b=2; Path=/; SameSite=lax"]
    assert (head.content, head.headers["content-length"]) == (b"", "256")
