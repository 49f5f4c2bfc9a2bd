"""The contract of every URL signer, over HTTP: S3 is moto, the gateway's object store is on a real Redis."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import requests

from imagescaler.adapters.clients.redis import RedisConnection
from imagescaler.adapters.signed_urls.gateway import GatewaySignedUrls
from imagescaler.adapters.signed_urls.s3 import S3SignedUrls
from imagescaler.adapters.stores.redis import RedisImageStore
from imagescaler.adapters.stores.s3 import S3ImageStore
from imagescaler.usecases.ports import ImageStore, SignedUrls
from local.emulation.api_gateway.app import Gateway
from local.emulation.api_gateway.server import bind, serving
from local.emulation.object_store.app import ObjectStore
from tests.cloud import Cloud
from tests.local.api_gateway.fakes import FakeFunctions

KEY = "a secret of 32 characters or more"
IMAGE = bytes(range(256)) * 10_000
HEADERS = {
    "Content-Type": "image/jpeg",
    "Content-Disposition": 'inline; filename="a.jpg"',
    "Cache-Control": "private, max-age=3600",
}
TAGGED = {**HEADERS, "ETag": '"e"'}
SMALL = "results/1/1/small"


@dataclass(frozen=True)
class Answered:
    """A response of either client."""

    status_code: int
    headers: Mapping[str, str]
    content: bytes


@dataclass(frozen=True)
class Signed:
    """A signer, its store, and a function that sends the signed request."""

    urls: SignedUrls
    store: ImageStore
    send: Callable[..., Awaitable[Answered]]


@pytest.fixture(params=["gateway", "s3"])
async def signed(request: pytest.FixtureRequest, redis_url: str) -> AsyncIterator[Signed]:
    if request.param == "s3":
        aws: Cloud = request.getfixturevalue("aws")

        async def send(method: str, url: str, **options: Any) -> Answered:
            answer = await asyncio.to_thread(requests.request, method, url, timeout=10, stream=True, **options)
            empty = method == "HEAD" or answer.status_code == 304  # moto would wait for a body
            content = b"" if empty else answer.content
            return Answered(answer.status_code, answer.headers, content)

        yield Signed(S3SignedUrls(aws.store_url), S3ImageStore(aws.store_url), send)
        return
    store = RedisImageStore(RedisConnection(redis_url), quota_bytes=10_000_000)
    await store._redis.run(("FLUSHDB",))
    listener = bind("127.0.0.1", 0)
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    app = ObjectStore(Gateway([], None, FakeFunctions()), store, KEY)
    async with serving(app, listener), httpx.AsyncClient(base_url=address, trust_env=False) as client:

        async def send(method: str, url: str, **options: Any) -> Answered:
            answer = await client.request(method, url, content=options.pop("data", None), **options)
            return Answered(answer.status_code, answer.headers, answer.content)

        yield Signed(GatewaySignedUrls(KEY), store, send)
    await store._redis.aclose()


async def test_what_is_put_is_in_the_store(signed: Signed) -> None:
    request = await signed.urls.for_put("uploads/1", size=len(IMAGE), media_type="image/jpeg", ttl_s=60)
    answer = await signed.send(request.method, request.url, data=IMAGE, headers=dict(request.headers))
    assert (request.method, answer.status_code) == ("PUT", 200)
    assert await signed.store.get("uploads/1") == IMAGE


async def test_what_is_put_can_be_put_once(signed: Signed) -> None:
    request = await signed.urls.for_put("uploads/1", size=3, media_type="image/jpeg", ttl_s=60)
    headers = dict(request.headers)
    answers = [await signed.send("PUT", request.url, data=data, headers=headers) for data in (b"abc", b"xyz")]
    assert [answer.status_code for answer in answers] == [200, 412]
    assert await signed.store.get("uploads/1") == b"abc"


async def test_a_blob_is_fetched_with_the_headers_that_were_signed(signed: Signed) -> None:
    await signed.store.put("results/1/1", IMAGE, ttl_s=60)
    url = await signed.urls.for_get("results/1/1", method="GET", headers=HEADERS, ttl_s=60)
    answer = await signed.send("GET", url)
    assert (answer.status_code, answer.content) == (200, IMAGE)
    assert answer.headers["content-length"] == str(len(IMAGE))
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS


async def test_a_head_is_signed_as_such(signed: Signed) -> None:
    await signed.store.put("results/1/1", IMAGE, ttl_s=60)
    url = await signed.urls.for_get("results/1/1", method="HEAD", headers=HEADERS, ttl_s=60)
    answer = await signed.send("HEAD", url)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == str(len(IMAGE))


async def test_who_has_a_blob_is_told_so(signed: Signed) -> None:
    await signed.store.put(SMALL, IMAGE, ttl_s=60)
    url = await signed.urls.for_get(SMALL, method="GET", headers=TAGGED, ttl_s=60)
    etag = (await signed.send("GET", url)).headers["etag"]
    known = await signed.send("GET", url, headers={"If-None-Match": etag})
    assert (known.status_code, known.content, known.headers["etag"]) == (304, b"", etag)
    other = await signed.send("GET", url, headers={"If-None-Match": '"other"'})
    assert (other.status_code, other.content) == (200, IMAGE)


PARTS = {
    "bytes=256-1023": (256, 1023),
    "bytes=1048570-1048590": (1_048_570, 1_048_590),
    "bytes=2559000-": (2_559_000, len(IMAGE) - 1),
    "bytes=-100": (len(IMAGE) - 100, len(IMAGE) - 1),
    "bytes=0-9999999": (0, len(IMAGE) - 1),
}


@pytest.mark.parametrize("asked", PARTS)
async def test_a_part_of_a_blob_is_sent_to_who_asks_for_it(signed: Signed, asked: str) -> None:
    await signed.store.put(SMALL, IMAGE, ttl_s=60)
    url = await signed.urls.for_get(SMALL, method="GET", headers=HEADERS, ttl_s=60)
    answer = await signed.send("GET", url, headers={"Range": asked})
    first, last = PARTS[asked]
    assert (answer.status_code, answer.content) == (206, IMAGE[first : last + 1])
    assert answer.headers["content-range"] == f"bytes {first}-{last}/{len(IMAGE)}"
    assert answer.headers["content-length"] == str(last - first + 1)
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS


async def test_a_part_beyond_the_end_is_not_there(signed: Signed) -> None:
    await signed.store.put(SMALL, IMAGE, ttl_s=60)
    url = await signed.urls.for_get(SMALL, method="GET", headers=HEADERS, ttl_s=60)
    answer = await signed.send("GET", url, headers={"Range": f"bytes={len(IMAGE)}-"})
    assert answer.status_code == 416


async def test_where_there_is_nothing_there_is_no_answer(signed: Signed) -> None:
    url = await signed.urls.for_get("results/1/1", method="GET", headers=HEADERS, ttl_s=60)
    assert (await signed.send("GET", url)).status_code in {
        403,
        404,
    }  # S3 answers 403 without s3:ListBucket, as moto does


# moto does not check what the signature covers.


async def test_s3_signs_length_type_expiry_and_that_there_is_nothing_yet(aws: Cloud) -> None:
    request = await S3SignedUrls(aws.store_url).for_put("uploads/1", size=3, media_type="image/png", ttl_s=60)
    query = parse_qs(urlsplit(request.url).query)
    assert query["X-Amz-SignedHeaders"] == ["content-length;content-type;host;if-none-match;x-amz-meta-expires-at"]
    assert query["X-Amz-Expires"] == ["60"]
    assert {name.lower() for name in request.headers} == {"content-type", "if-none-match", "x-amz-meta-expires-at"}


async def test_s3s_urls_are_those_of_the_region_and_the_prefix(aws: Cloud) -> None:
    url = await S3SignedUrls(aws.store_url).for_get("results/1/1", method="GET", headers={}, ttl_s=60)
    assert url.startswith(f"https://{aws.bucket}.s3.eu-central-1.amazonaws.com/images/results/1/1?")
