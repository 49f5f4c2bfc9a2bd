"""POST /api/v1/uploads, and the tasks that are made of uploads."""

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import pytest
from PIL import Image

from imagescaler.adapters.signed_urls.claims import SignedUrlClaims
from imagescaler.domain.task.source import Source
from imagescaler.probe.probe import probe
from imagescaler.runtime import loop
from tests.answer import Answer
from tests.functions.conftest import SIGNING_KEY, Functions, multipart
from tests.pictures import encoded, photograph, plain, segment
from tests.reference import upright

AS_JSON = {"content-type": "application/json"}
Ask = Callable[..., Answer]


@pytest.fixture
def ask(functions: Functions) -> Ask:
    """Ask where to send a file."""

    def send(headers: dict[str, str] | None = None, **wanted: Any) -> Answer:
        body = json.dumps({"bytes": 12_345_678, "media_type": "image/jpeg"} | wanted).encode()
        headers = {**AS_JSON, **(headers or {})}
        return functions.http("create_upload", "POST", "/api/v1/uploads", headers=headers, body=body)

    return send


def test_a_usual_wrong_media_type_is_understood(ask: Ask) -> None:
    answer = ask(media_type="image/jpg")
    assert answer.status == 201
    assert answer.json["headers"]["Content-Type"] == "image/jpeg"


def test_a_file_of_unknown_type_can_be_uploaded(ask: Ask) -> None:
    """Browsers have no type for IMG_0001.HEIC, and the format is recognized by the content."""
    answer = ask(media_type="application/octet-stream")
    assert answer.status == 201
    assert answer.json["headers"]["Content-Type"] == "application/octet-stream"


@pytest.fixture
def uploaded(functions: Functions) -> str:
    return upload(functions, photograph())


def upload(functions: Functions, image: bytes) -> str:
    """Put bytes where an upload's are."""
    upload_id = str(uuid4())
    loop.run(functions["create_task"].store.put(f"uploads/{upload_id}", image, ttl_s=3600))
    return upload_id


def post(functions: Functions, headers: dict[str, str] | None = None, **content: Any) -> Answer:
    body = json.dumps(content).encode()
    return functions.http("create_task", "POST", "/api/v1/tasks", headers={**AS_JSON, **(headers or {})}, body=body)


# Asking


@pytest.mark.parametrize("host", ["[::1]:8000", "[::1]", "example.org", "127.0.0.1:65535"])
def test_a_url_has_the_host_that_was_asked(ask: Ask, host: str) -> None:
    assert ask({"host": host}).json["url"].startswith(f"https://{host}/storage/uploads/")


def test_a_client_is_told_where_to_send_a_file_and_how(ask: Ask) -> None:
    answer = ask()
    upload = answer.json
    assert answer.status == 201
    assert UUID(upload["id"]).version == 4
    assert (upload["method"], upload["headers"]) == ("PUT", {"Content-Type": "image/jpeg"})
    address, _, token = upload["url"].partition("?token=")
    assert address == f"https://example.org/storage/uploads/{upload['id']}"
    claims = SignedUrlClaims.read(token, SIGNING_KEY)
    assert (claims.method, claims.size, claims.media_type) == ("PUT", 12_345_678, "image/jpeg")
    expires_at = datetime.fromisoformat(upload["expires_at"])
    assert abs(claims.expires_at - expires_at.timestamp()) <= 1
    assert 3590 < (expires_at - datetime.now(UTC)).total_seconds() <= 3600


def test_the_url_is_at_the_address_that_the_client_has_used(ask: Ask) -> None:
    url = ask({"host": "127.0.0.1:8123", "x-forwarded-proto": "http"}).json["url"]
    assert url.startswith("http://127.0.0.1:8123/storage/uploads/")


@pytest.mark.parametrize("scheme", ["javascript", "\u0100", "", "http://elsewhere/?"])
def test_the_url_has_a_scheme_of_http_whatever_a_proxy_says(ask: Ask, scheme: str) -> None:
    url = ask({"host": "127.0.0.1:8123", "x-forwarded-proto": scheme}).json["url"]
    assert url.startswith("https://127.0.0.1:8123/storage/uploads/")


def test_the_url_is_at_another_address_where_that_is_set(
    functions: Functions, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STORAGE_ADDRESS", "http://127.0.0.1:8000")
    assert ask().json["url"].startswith("http://127.0.0.1:8000/storage/uploads/")


@pytest.mark.parametrize(
    ("wanted", "status", "slug", "says"),
    [
        ({"bytes": 50_000_001}, 413, "source-too-large", "50,000,001 bytes; the limit is 50,000,000"),
        ({"bytes": 0}, 422, "invalid-request", "send at least 1"),
        ({"bytes": "many"}, 422, "invalid-request", "bytes: send a whole number"),
        ({"bytes": True}, 422, "invalid-request", "bytes: send a number"),
        (
            {"media_type": "image/svg+xml"},
            415,
            "unsupported-image-format",
            "image/jpeg, image/png, image/webp, image/avif",
        ),
        ({"name": "a.jpg"}, 422, "invalid-request", "name: there is no such field"),
    ],
)
def test_what_cannot_be_uploaded_is_refused_with_a_reason(
    ask: Ask, wanted: dict[str, Any], status: int, slug: str, says: str
) -> None:
    answer = ask(**wanted)
    assert (answer.status, answer.json["type"]) == (status, f"/problems/{slug}")
    assert says in answer.json["detail"]


# Tasks of uploads


def test_an_upload_becomes_the_source_of_a_task(functions: Functions, uploaded: str) -> None:
    answer = post(functions, upload_id=uploaded, width=320, height=None, preserve_ratio=True)
    task = answer.json
    assert (answer.status, task["status"]) == (202, "pending")
    assert task["source"] == {"format": "jpeg", "width": 640, "height": 427, "bytes": len(photograph()), "frames": 1}
    assert functions["create_task"].store.blobs[f"sources/{task['id']}"] == photograph()


def test_an_upload_serves_many_tasks_and_none_of_them_takes_it_away(functions: Functions, uploaded: str) -> None:
    for width in (320, 160):
        task = post(functions, upload_id=uploaded, width=width).json
        functions.process(json.dumps({"task_id": task["id"]}))
        done = functions.http("get_task", "GET", f"/api/v1/tasks/{task['id']}").json
        assert (done["status"], done["result"]["width"]) == ("completed", width)
    assert f"uploads/{uploaded}" in functions["create_task"].store.blobs
    assert not [key for key in functions["create_task"].store.blobs if key.startswith("sources/")]


def test_a_task_outlives_its_upload(functions: Functions, uploaded: str) -> None:
    task = post(functions, upload_id=uploaded, width=320).json
    loop.run(functions["create_task"].store.delete(f"uploads/{uploaded}"))
    functions.process(json.dumps({"task_id": task["id"]}))
    assert functions.http("get_task", "GET", f"/api/v1/tasks/{task['id']}").json["status"] == "completed"


def test_a_form_may_name_an_upload_too(functions: Functions, uploaded: str) -> None:
    headers, body = multipart(None, upload_id=uploaded, width=320)
    assert functions.http("create_task", "POST", "/api/v1/tasks", headers=headers, body=body).status == 202


def noisy(form: str, **options: Any) -> bytes:
    """Encode noise, which fills more than what is read for a header."""
    pixels = np.random.default_rng(1).integers(0, 256, (1100, 1100, 3), np.uint8)
    return encoded(Image.fromarray(pixels), form, **options)


FAR_BEHIND = segment(0xFE, bytes(60_000)) * 2


@pytest.mark.parametrize(
    ("image", "read"),
    [
        (photograph() + bytes(3 << 20), [1 << 16]),
        (photograph()[:2] + FAR_BEHIND + photograph()[2:] + bytes(3 << 20), [1 << 16, 1 << 20]),
        (noisy("PNG"), [1 << 16]),
        (noisy("WEBP", lossless=True), [1 << 16]),
        (noisy("AVIF", quality=100), [1 << 16]),
        (noisy("GIF"), [1 << 16, 1 << 20]),
        (plain(form="GIF"), [len(plain(form="GIF"))]),
    ],
    ids=["a photograph", "a long header", "PNG", "WebP", "AVIF", "perhaps an animation", "a small one"],
)
def test_only_the_beginning_of_an_upload_is_read(
    functions: Functions, monkeypatch: pytest.MonkeyPatch, image: bytes, read: list[int]
) -> None:
    seen = []

    def watched(image: bytes, *, must_count: bool = False) -> Source:
        seen.append(len(image))
        return probe(image, must_count=must_count)

    monkeypatch.setattr(functions["create_task"], "probe", watched)
    task = post(functions, upload_id=upload(functions, image), width=32).json
    assert seen == read
    assert task["source"]["bytes"] == len(image)


def test_the_source_of_an_upload_is_not_hashed_for_each_task(
    functions: Functions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("imagescaler.engine.scale.sha256", None)
    task_id = post(functions, upload_id=upload(functions, photograph()), width=32).json["id"]
    [message] = functions["create_task"].queue.messages.values()
    assert functions.process(message.to_json()) == {"batchItemFailures": []}
    task = functions.http("get_task", "GET", f"/api/v1/tasks/{task_id}").json
    assert task["result"]["receipt"]["source_sha256"] == hashlib.sha256(photograph()).hexdigest()


def test_a_size_that_stands_far_behind_is_found_all_the_same(functions: Functions) -> None:
    jpeg = encoded(upright(plain()), "JPEG")
    comments = segment(0xFE, bytes(65_000)) * 20
    task = post(functions, upload_id=upload(functions, jpeg[:2] + comments + jpeg[2:]), width=32).json
    assert (task["source"]["width"], task["source"]["height"]) == (60, 40)
    assert task["source"]["bytes"] == len(jpeg) + len(comments)


@pytest.mark.parametrize(
    ("content", "status", "slug"),
    [
        ({"upload_id": str(uuid4()), "width": 8}, 404, "upload-not-found"),
        ({"upload_id": "7", "width": 8}, 422, "invalid-request"),
        ({"width": 8}, 422, "invalid-request"),
        ({"upload_id": str(uuid4()), "width": 8, "file": "x"}, 422, "invalid-request"),
        ({"upload_id": str(uuid4()), "width": [8, 9]}, 422, "invalid-request"),
        ({"upload_id": str(uuid4()), "width": [8]}, 422, "invalid-request"),
        ({"upload_id": str(uuid4()), "renditions": ['[{"name": "a", "width": 8}]']}, 422, "invalid-request"),
    ],
)
def test_a_task_that_cannot_be_made_of_an_upload_is_refused(
    functions: Functions, content: dict[str, Any], status: int, slug: str
) -> None:
    answer = post(functions, **content)
    assert (answer.status, answer.json["type"]) == (status, f"/problems/{slug}")
    assert functions["create_task"].tasks.tasks == {}


def test_an_upload_that_expires_while_its_task_is_made_leaves_nothing(
    functions: Functions, uploaded: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = functions["create_task"]

    def measure_slowly(image: bytes, *, must_count: bool = False) -> Source:
        module.store._blobs.clear()
        return probe(image, must_count=must_count)

    monkeypatch.setattr(module, "probe", measure_slowly)
    answer = post(functions, upload_id=uploaded, width=320)
    assert (answer.status, answer.json["type"]) == (404, "/problems/upload-not-found")
    assert module.tasks.tasks == {}


@pytest.mark.parametrize("image", [b"hello", photograph()[:20]])
def test_an_upload_that_is_no_image_is_refused_when_a_task_is_made_of_it(functions: Functions, image: bytes) -> None:
    answer = post(functions, upload_id=upload(functions, image), width=320)
    assert answer.json["type"] in {"/problems/unsupported-image-format", "/problems/corrupt-image"}
    assert answer.status in {415, 422}


def test_an_upload_beyond_the_limit_is_refused(
    functions: Functions, uploaded: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAX_SOURCE_BYTES", "100")
    store = functions["create_task"].store
    functions._loaded.clear()
    functions["create_task"].store = store
    answer = post(functions, upload_id=uploaded, width=320)
    assert (answer.status, answer.json["type"]) == (413, "/problems/source-too-large")


def test_a_key_stands_for_the_upload_and_the_options(functions: Functions, uploaded: str) -> None:
    key = {"idempotency-key": "k1"}
    first = post(functions, key, upload_id=uploaded, width=320)
    again = post(functions, key, upload_id=uploaded, width=320)
    other = post(functions, key, upload_id=upload(functions, photograph()), width=320)
    assert (again.json, again.headers["idempotency-replayed"]) == (first.json, "true")
    assert (other.status, other.json["type"]) == (422, "/problems/idempotency-key-reused")
    assert len([key for key in functions["create_task"].store.blobs if key.startswith("sources/")]) == 1


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b'"x"', b"[" * 100_000, b"\xff"])
def test_a_body_that_is_not_a_json_object_cannot_be_read(functions: Functions, body: bytes) -> None:
    answer = functions.http("create_task", "POST", "/api/v1/tasks", headers=AS_JSON, body=body)
    assert (answer.status, answer.json["type"]) == (400, "/problems/malformed-request")


@pytest.mark.parametrize("name", ["", "size"])
def test_an_unknown_field_is_refused_even_if_it_is_null(functions: Functions, name: str) -> None:
    body = json.dumps({"bytes": 100, "media_type": "image/png", name: None}).encode()
    answer = functions.http("create_upload", "POST", "/api/v1/uploads", headers=AS_JSON, body=body)
    assert (answer.status, answer.json["errors"][0]["field"]) == (422, name)


def test_a_null_that_is_needed_is_missing(functions: Functions) -> None:
    body = json.dumps({"bytes": None, "media_type": "image/png"}).encode()
    answer = functions.http("create_upload", "POST", "/api/v1/uploads", headers=AS_JSON, body=body)
    assert (answer.status, answer.json["detail"]) == (422, "bytes: it is missing; send it")
