"""Over real connections, with a real Redis and a quota of 16 MB: 12 MB for uploads, 6 MB for those of one client."""

import asyncio
import hashlib
import logging
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from redis.asyncio import Redis

from imagescaler.adapters.clients.redis import RedisConnection
from imagescaler.adapters.signed_urls.claims import SignedUrlClaims
from imagescaler.adapters.stores.redis import RedisImageStore
from imagescaler.domain.errors import StoreUnavailable
from local.emulation.api_gateway.app import Gateway
from local.emulation.api_gateway.server import bind, serving
from local.emulation.object_store.app import ObjectStore
from local.emulation.sam_template.declarations import Route
from tests.local.api_gateway.fakes import FakeFunctions
from tools.chaos.ledger import differences

KEY = "a secret of 32 characters or more"
JPEG = {"content-type": "image/jpeg"}
IMAGE = bytes(range(256)) * 20_000


@pytest.fixture
async def store(redis_url: str) -> AsyncIterator[RedisImageStore]:
    made = RedisImageStore(RedisConnection(redis_url), quota_bytes=16_000_000)
    await made._redis.run(("FLUSHDB",))
    yield made
    await made._redis.aclose()


@pytest.fixture
async def bare(redis_url: str) -> AsyncIterator[Redis]:
    async with Redis.from_url(redis_url) as made:
        yield made


@pytest.fixture
async def client(store: RedisImageStore) -> AsyncIterator[httpx.AsyncClient]:
    gateway = Gateway([Route("GET", "/tasks", "GetTaskFunction")], None, FakeFunctions("from a function"))
    listener = bind("127.0.0.1", 0)
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    async with (
        serving(ObjectStore(gateway, store, KEY), listener),
        httpx.AsyncClient(base_url=address, timeout=20, trust_env=False) as made,
    ):
        yield made


def url(method: str = "PUT", key: str = "uploads/1", ttl_s: int = 3600, signing_key: str = KEY, **more: Any) -> str:
    if method == "PUT":
        more = {"size": 3, "media_type": "image/jpeg", **more}
    else:
        more["headers"] = {"Content-Type": "image/jpeg", **more.get("headers", {})}
    claims = SignedUrlClaims(method, key, int(time.time()) + ttl_s, **more)
    return f"/storage/{key}?token={claims.token(signing_key)}"


async def kept(store: RedisImageStore) -> set[str]:
    [keys] = await store._redis.run(("KEYS", "imagescaler:*/*"))
    return {key.decode().removeprefix("imagescaler:") for key in keys}


async def budgeted(store: RedisImageStore) -> int:
    return int((await store._redis.run(("GET", "imagescaler:blob-bytes")))[0] or 0)


async def test_other_paths_are_the_gateways(client: httpx.AsyncClient) -> None:
    assert (await client.get("/tasks")).json() == "from a function"
    assert (await client.get("/storages")).status_code == 404


async def test_an_upload_arrives_whole_and_ends_with_its_url(
    client: httpx.AsyncClient, store: RedisImageStore, bare: Redis
) -> None:
    answer = await client.put(url(size=len(IMAGE)), content=IMAGE, headers=JPEG)
    assert (answer.status_code, answer.content) == (200, b"")
    assert await store.get("uploads/1") == IMAGE
    [ttl_s] = await store._redis.run(("TTL", "imagescaler:uploads/1"))
    assert 3500 < ttl_s <= 3600
    assert await kept(store) == {"uploads/1"}
    assert await budgeted(store) == len(IMAGE)
    assert await differences(bare) == []


async def test_an_upload_is_hashed_once_and_as_it_was_kept(client: httpx.AsyncClient, store: RedisImageStore) -> None:
    for content in (b"abc", b"xyz"):
        await client.put(url(), content=content, headers=JPEG)
    assert await store.sha256("uploads/1") == hashlib.sha256(b"abc").hexdigest()
    [[key]] = await store._redis.run(("KEYS", "imagescaler:sha256:*"))
    [ttl_s] = await store._redis.run(("TTL", key))
    assert 3500 < ttl_s <= 3600


REFUSED: dict[str, tuple[str, dict[str, str], bytes, int, str]] = {
    "no token": ("/storage/uploads/1", JPEG, b"abc", 403, "not as it was signed"),
    "nonsense for a token": ("/storage/uploads/1?token=a.b.c", JPEG, b"abc", 403, "not as it was signed"),
    "another's token": (url(signing_key="another secret of 32 characters!"), JPEG, b"abc", 403, "not as it was signed"),
    "an expired token": (url(ttl_s=-1), JPEG, b"abc", 403, "The URL has expired"),
    "another key": (url().replace("/uploads/1", "/uploads/2"), JPEG, b"abc", 403, "signed for PUT of uploads/1"),
    "another method": (url("GET"), JPEG, b"abc", 403, "signed for GET of uploads/1"),
    "too short": (url(), JPEG, b"ab", 403, "signed for 3 bytes; the request has 2"),
    "too long": (url(), JPEG, b"abcd", 403, "signed for 3 bytes; the request has 4"),
    "another type": (url(), {"content-type": "text/html"}, b"abc", 403, "for the Content-Type image/jpeg"),
    "no type": (url(), {}, b"abc", 403, "the request has None"),
}


@pytest.mark.parametrize(("url", "headers", "body", "status", "says"), REFUSED.values(), ids=REFUSED)
async def test_what_was_not_signed_is_refused_and_nothing_is_kept(
    client: httpx.AsyncClient,
    store: RedisImageStore,
    url: str,
    headers: dict[str, str],
    body: bytes,
    status: int,
    says: str,
) -> None:
    answer = await client.put(url, content=body, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert says in answer.json()["detail"]
    assert await kept(store) == set()


async def test_a_tampered_token_is_refused(client: httpx.AsyncClient) -> None:
    head, payload, mark = url().partition("token=")[2].split(".")
    for changed in (f"{head}.{payload[:-2]}xx.{mark}", f"{head}.{payload}.{mark[:-2]}xx", f"{head}.{payload}."):
        answer = await client.put(f"/storage/uploads/1?token={changed}", content=b"abc", headers=JPEG)
        assert answer.status_code == 403


async def test_a_token_without_a_signature_is_refused(client: httpx.AsyncClient) -> None:
    unsigned = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.e30."  # {"alg": "none"}: RFC 8725, 2.1
    assert (await client.put(f"/storage/uploads/1?token={unsigned}", content=b"abc")).status_code == 403


async def test_a_body_without_a_length_is_refused(client: httpx.AsyncClient) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"abc"

    assert (await client.put(url(), content=chunks(), headers=JPEG)).status_code == 411


async def test_a_url_that_was_used_keeps_the_first_bytes(client: httpx.AsyncClient, store: RedisImageStore) -> None:
    answers = [await client.put(url(), content=content, headers=JPEG) for content in (b"abc", b"xyz")]
    assert [answer.status_code for answer in answers] == [200, 412]
    assert answers[1].json()["detail"] == "The URL has been used: its bytes are there."
    assert await store.get("uploads/1") == b"abc"
    assert await budgeted(store) == 3


async def test_of_two_at_once_one_wins(client: httpx.AsyncClient, store: RedisImageStore) -> None:
    puts = (client.put(url(size=len(IMAGE) // 2), content=IMAGE[: len(IMAGE) // 2], headers=JPEG) for _ in range(2))
    assert sorted(answer.status_code for answer in await asyncio.gather(*puts)) == [200, 412]
    assert await budgeted(store) == len(IMAGE) // 2


async def test_a_full_store_takes_nothing(client: httpx.AsyncClient, store: RedisImageStore) -> None:
    for owner in ("ada", "bob"):
        await client.put(url(key=f"uploads/{owner}/1", size=len(IMAGE)), content=IMAGE, headers=JPEG)
    answer = await client.put(url(key="uploads/eve/1", ttl_s=90, size=len(IMAGE)), content=IMAGE, headers=JPEG)
    assert (answer.status_code, "quota" in answer.json()["detail"]) == (503, True)
    assert 3500 < int(answer.headers["retry-after"]) <= 3600
    assert await kept(store) == {"uploads/ada/1", "uploads/bob/1"}


@pytest.mark.parametrize(("owner", "other"), [("", "ada/"), ("ada/", ""), ("ada/", "bob/")])
async def test_a_client_has_half_of_the_room_for_uploads(
    client: httpx.AsyncClient, store: RedisImageStore, bare: Redis, owner: str, other: str
) -> None:
    async def put(key: str) -> httpx.Response:
        return await client.put(url(key=f"uploads/{key}", ttl_s=900, size=len(IMAGE)), content=IMAGE, headers=JPEG)

    assert (await put(f"{owner}1")).status_code == 200
    answer = await put(f"{owner}2")
    assert (answer.status_code, "of this client" in answer.json()["detail"]) == (503, True)
    assert 800 < int(answer.headers["retry-after"]) <= 900
    assert (await put(f"{other}3")).status_code == 200
    await store.delete(f"uploads/{owner}1")
    assert (await put(f"{owner}2")).status_code == 200
    assert await differences(bare) == []


async def send_half(
    client: httpx.AsyncClient, *, key: str = "uploads/1", size: int = 2_000_000, sent: int = 1_000_000
) -> asyncio.StreamWriter:
    """Begin an upload, by default of two megabytes, and send one."""
    _, writer = await asyncio.open_connection(client.base_url.host, client.base_url.port)
    headers = f"Host: x\r\nContent-Type: image/jpeg\r\nContent-Length: {size}\r\n"
    writer.write(f"PUT {url(key=key, size=size)} HTTP/1.1\r\n{headers}\r\n".encode() + bytes(sent))
    await writer.drain()
    return writer


async def test_uploads_take_room_as_their_bytes_come(client: httpx.AsyncClient, store: RedisImageStore) -> None:
    writers = [await send_half(client, key=f"uploads/{number}", size=5_000_000, sent=1_000) for number in range(12)]
    while await budgeted(store) < 12 * 1_000:
        await asyncio.sleep(0.01)
    assert await budgeted(store) == 12 * 1_000
    assert (await client.put(url(size=len(IMAGE)), content=IMAGE, headers=JPEG)).status_code == 200
    for writer in writers:
        writer.close()


async def test_what_a_killed_gateway_leaves_is_gone_in_half_a_minute(
    client: httpx.AsyncClient, store: RedisImageStore, bare: Redis
) -> None:
    writer = await send_half(client)
    while await budgeted(store) < 1_000_000:
        await asyncio.sleep(0.01)
    entries: Any = await bare.zrange("imagescaler:blob-expiries", 0, -1, withscores=True)
    [(name, expires_at_ms)] = entries
    assert name.startswith(b"partial/")
    assert expires_at_ms / 1000 - time.time() <= 30
    assert await differences(bare) == []
    writer.close()


async def test_an_upload_whose_first_part_has_expired_is_not_stored(store: RedisImageStore) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"a"
        [[key]] = await store._redis.run(("KEYS", "imagescaler:partial/*"))
        await store._redis.run(("DEL", key))
        yield b"b"

    with pytest.raises(StoreUnavailable, match="too slow"):
        await store.receive("uploads/1", chunks(), size=2, ttl_s=60)
    assert (await kept(store), await budgeted(store)) == (set(), 0)


async def test_of_a_deleted_upload_nothing_is_left(store: RedisImageStore) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"a"

    await store.receive("uploads/1", chunks(), size=1, ttl_s=60)
    assert await store.sha256("uploads/1") == hashlib.sha256(b"a").hexdigest()
    await store.delete("uploads/1")
    assert await store.sha256("uploads/1") is None
    assert await store._redis.run(("KEYS", "*uploads*")) == [[]]


async def test_fewer_bytes_than_promised_are_not_stored(store: RedisImageStore) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"a"

    with pytest.raises(StoreUnavailable):
        await store.receive("uploads/1", chunks(), size=2, ttl_s=60)
    assert (await kept(store), await budgeted(store)) == (set(), 0)


async def test_of_an_upload_that_breaks_off_nothing_is_left(client: httpx.AsyncClient, store: RedisImageStore) -> None:
    writer = await send_half(client)
    while not await kept(store):
        await asyncio.sleep(0.01)
    assert {key.partition("/")[0] for key in await kept(store)} == {"partial"}
    [ttl_s] = await store._redis.run(("TTL", f"imagescaler:{(await kept(store)).pop()}"))
    assert 0 < ttl_s <= 30
    writer.close()
    await writer.wait_closed()
    while await kept(store):
        await asyncio.sleep(0.01)
    assert await budgeted(store) == 0


async def test_who_falls_silent_is_given_up(
    client: httpx.AsyncClient, store: RedisImageStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("local.emulation.api_gateway.body.SILENCE_S", 0.05)
    writer = await send_half(client)
    await asyncio.sleep(0.2)
    while await kept(store):
        await asyncio.sleep(0.01)
    assert await budgeted(store) == 0
    writer.close()


async def test_a_blob_is_sent_in_pieces_with_its_headers(client: httpx.AsyncClient, store: RedisImageStore) -> None:
    await store.put("results/1/1", IMAGE, ttl_s=60)
    headers = {"Content-Type": "image/png", "ETag": '"e"', "X-Content-Type-Options": "nosniff"}
    answer = await client.get(url("GET", "results/1/1", headers=headers))
    assert (answer.status_code, answer.content) == (200, IMAGE)
    assert {name: answer.headers[name] for name in headers} == headers
    assert answer.headers["content-length"] == str(len(IMAGE))
    head = await client.head(url("HEAD", "results/1/1", headers=headers))
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(len(IMAGE)))


@pytest.mark.parametrize("known", ['"e"', '"d", "e"', '"d","e"', 'W/"e"', "*"])
async def test_who_has_a_blob_is_told_so(client: httpx.AsyncClient, store: RedisImageStore, known: str) -> None:
    await store.put("results/1/1", b"abc", ttl_s=60)
    signed = url("GET", "results/1/1", headers={"ETag": '"e"'})
    answer = await client.get(signed, headers={"if-none-match": known, "range": "bytes=0-1"})
    assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", '"e"')
    assert (await client.get(signed, headers={"if-none-match": '"d"'})).content == b"abc"


@pytest.mark.parametrize(("version", "status"), [('"e"', 206), ('"d"', 200), ('W/"e"', 200)])
async def test_a_part_is_of_the_version_that_a_client_has_begun_with(
    client: httpx.AsyncClient, store: RedisImageStore, version: str, status: int
) -> None:
    await store.put("results/1/1", b"abc", ttl_s=60)
    signed = url("GET", "results/1/1", headers={"ETag": '"e"'})
    answer = await client.get(signed, headers={"range": "bytes=1-", "if-range": version})
    assert (answer.status_code, answer.content) == (status, b"bc" if status == 206 else b"abc")


async def test_a_part_that_is_not_there_is_told_the_size(client: httpx.AsyncClient, store: RedisImageStore) -> None:
    await store.put("results/1/1", b"abc", ttl_s=60)
    answer = await client.get(url("GET", "results/1/1"), headers={"range": "bytes=3-"})
    assert (answer.status_code, answer.headers["content-range"]) == (416, "bytes */3")
    assert answer.json()["title"] == "Range Not Satisfiable"


async def test_a_head_is_of_the_whole_and_says_that_there_are_parts(
    client: httpx.AsyncClient, store: RedisImageStore
) -> None:
    await store.put("results/1/1", b"abc", ttl_s=60)
    head = await client.head(url("HEAD", "results/1/1"), headers={"range": "bytes=1-"})
    assert (head.status_code, head.headers["content-length"], head.headers["accept-ranges"]) == (200, "3", "bytes")


@pytest.mark.parametrize("stored", [IMAGE[:-1] + b"x", b"x" + IMAGE[1:], IMAGE[:-1], b"", IMAGE + b"x"])
async def test_a_blob_whose_hash_is_not_that_of_its_etag_never_arrives_whole(
    client: httpx.AsyncClient, store: RedisImageStore, caplog: pytest.LogCaptureFixture, stored: bytes
) -> None:
    signed = url("GET", "results/1/1", headers={"ETag": f'"{hashlib.sha256(IMAGE).hexdigest()}"'})
    await store.put("results/1/1", IMAGE, ttl_s=60)
    assert (await client.get(signed)).content == IMAGE
    await store.put("results/1/1", stored, ttl_s=60)
    if stored:
        with pytest.raises(httpx.RemoteProtocolError):
            await client.get(signed)
    else:
        await client.get(signed)
    assert "results/1/1 in the store is not what was scaled" in caplog.text


async def test_a_blob_that_is_gone_is_not_found(client: httpx.AsyncClient) -> None:
    assert (await client.get(url("GET", "results/1/1"))).status_code == 404


async def test_other_methods_are_refused(client: httpx.AsyncClient) -> None:
    assert (await client.delete(url())).status_code == 405


async def test_a_browser_may_send_and_fetch_from_another_origin(client: httpx.AsyncClient) -> None:
    asks = {"origin": "https://example.org", "access-control-request-method": "PUT"}
    preflight = await client.options(url(), headers=asks)
    assert (preflight.status_code, preflight.headers["access-control-allow-origin"]) == (204, "*")
    answer = await client.put(url(), content=b"abc", headers={**JPEG, "origin": "https://example.org"})
    assert answer.headers["access-control-allow-origin"] == "*"


async def test_a_store_that_is_away_is_unavailable(
    client: httpx.AsyncClient, store: RedisImageStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = RedisImageStore(RedisConnection("redis://127.0.0.1:1/0"), quota_bytes=1000)
    monkeypatch.setattr(store, "_redis", gone._redis)
    answer = await client.get(url("GET", "results/1/1"))
    assert (answer.status_code, answer.json()["detail"]) == (503, "The image store does not answer. Try again.")


async def test_a_path_is_logged_as_it_was_sent_and_cut_off(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "local")
    for path in ("/storage/a%0A12:00:00%20forged%1B%5B2K", f"/storage/{'a' * 5000}"):
        await client.get(path)
    first, second = (record.getMessage() for record in caplog.records if record.name.endswith("object_store.app"))
    assert first.startswith("GET /storage/a%0A12:00:00%20forged%1B%5B2K 403 ")
    assert len(second) < 300


@pytest.mark.parametrize(
    ("key", "media_type"),
    [
        ("results/1/1", "text/html"),
        ("results/1/1", "image/svg+xml"),
        ("results/1/1", "image/png; charset=utf-8"),
        ("uploads/1", "image/png"),
        ("sources/1", "image/png"),
    ],
)
async def test_nothing_but_a_result_is_served_and_as_nothing_but_an_image(
    client: httpx.AsyncClient, store: RedisImageStore, key: str, media_type: str
) -> None:
    """Whoever has the key still cannot put a page on the origin of the API."""
    await store.put(key, b"<script>", ttl_s=60)
    answer = await client.get(url("GET", key, headers={"Content-Type": media_type}))
    assert (answer.status_code, b"<script>" in answer.content) == (403, False)


async def test_the_type_of_a_result_is_never_guessed(client: httpx.AsyncClient, store: RedisImageStore) -> None:
    await store.put("results/1/1", b"<script>", ttl_s=60)
    answer = await client.get(url("GET", "results/1/1", headers={"X-Content-Type-Options": ""}))
    assert (answer.headers["content-type"], answer.headers["x-content-type-options"]) == ("image/jpeg", "nosniff")
