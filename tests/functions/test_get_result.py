"""GET /api/v1/results/{task_id}."""

import base64
import hashlib
import json
import time
from typing import Any
from uuid import UUID, uuid4

import pytest

from imagescaler.adapters.signed_urls.claims import SignedUrlClaims
from imagescaler.domain.errors import CorruptImage
from imagescaler.domain.formats import Format
from imagescaler.domain.task.outcome import Failure, Result
from imagescaler.runtime import loop
from imagescaler.web.views.result import MAX_ANSWER_BYTES
from tests.answer import Answer
from tests.functions.conftest import SIGNING_KEY, Functions, Post
from tests.pictures import photograph

DATA = b"\xff\xd8\xff not really a picture \x00"


@pytest.fixture
def completed(functions: Functions, post: Post) -> str:
    return complete(functions, post, DATA)


def complete(functions: Functions, post: Post, data: bytes) -> str:
    task_id: str = post(photograph(), width=800).json["id"]
    module: Any = functions["create_task"]

    async def work() -> None:
        task = await module.tasks.claim(UUID(task_id), lease_s=60, max_attempts=3)
        await module.store.put(task.result_key(), data, ttl_s=60)
        result = Result(Format.JPEG, 800, 534, len(data), hashlib.sha256(data).hexdigest())
        await module.tasks.complete(task, result, task.source, ttl_s=7_200)

    loop.run(work())
    return task_id


def get(functions: Functions, task_id: str, method: str = "GET", **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return functions.http("get_result", method, f"/api/v1/results/{task_id}", headers=named)


ACCEPT_IMAGE = {
    "no header": {},
    "an empty one": {"accept": ""},
    "curl's": {"accept": "*/*"},
    "any image": {"accept": "image/*"},
    "one type": {"accept": "image/jpeg"},
    "another type": {"accept": "image/jxl"},
    "a browser's": {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8"},
    "neither": {"accept": "text/html"},
    "JSON rather not": {"accept": "*/*, application/json;q=0.5"},
    "no JSON": {"accept": "application/json;q=0"},
    "both": {"accept": "application/json, image/*"},
}
ACCEPT_JSON = [
    "application/json",
    "APPLICATION/JSON; charset=utf-8",
    "application/*",
    "application/json, text/plain, */*",
    "application/json, */*;q=0.5",
    "image/*;q=0.5, application/json",
    "image/*;q=0, */*",
]


@pytest.mark.parametrize("headers", ACCEPT_IMAGE.values(), ids=ACCEPT_IMAGE)
def test_a_client_that_asks_for_no_json_gets_the_image(
    functions: Functions, completed: str, headers: dict[str, str]
) -> None:
    answer = get(functions, completed, **headers)
    assert (answer.status, answer.body) == (200, DATA)
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["etag"] == f'"{hashlib.sha256(DATA).hexdigest()}"'
    assert answer.headers["cache-control"].startswith("private")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-disposition"] == f'inline; filename="{completed}.jpg"'
    assert answer.headers["vary"] == "Accept"


@pytest.mark.parametrize("accept", ACCEPT_JSON)
def test_a_client_that_asks_for_json_gets_it(functions: Functions, completed: str, accept: str) -> None:
    answer = get(functions, completed, accept=accept)
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json == {
        "status": "completed",
        "data": base64.b64encode(DATA).decode(),
        "media_type": "image/jpeg",
        "width": 800,
        "height": 534,
        "bytes": len(DATA),
    }


@pytest.mark.parametrize("accept", ["image/*", "application/json"])
def test_who_has_this_version_is_told_so(functions: Functions, completed: str, accept: str) -> None:
    etag = get(functions, completed, accept=accept).headers["etag"]
    answer = get(functions, completed, accept=accept, if_none_match=f'"other", {etag}')
    assert (answer.status, answer.body, answer.headers["etag"]) == (304, b"", etag)


def test_the_two_forms_have_different_etags(functions: Functions, completed: str) -> None:
    image, as_json = (get(functions, completed, accept=accept) for accept in ("image/*", "application/json"))
    assert image.headers["etag"] != as_json.headers["etag"]


def test_another_version_is_sent(functions: Functions, completed: str) -> None:
    assert get(functions, completed, accept="image/*", if_none_match='"other"').status == 200


def test_head_has_the_headers_of_get(functions: Functions, completed: str) -> None:
    head, whole = (get(functions, completed, method, accept="image/*") for method in ("HEAD", "GET"))
    assert (head.status, head.headers) == (whole.status, whole.headers)


def test_an_unfinished_result_is_202(functions: Functions, post: Post) -> None:
    answer = get(functions, post(photograph(), width=800).json["id"])
    assert (answer.status, answer.json) == (202, {"status": "pending"})
    assert int(answer.headers["retry-after"]) >= 1


def test_a_failed_task_answers_with_its_problem(functions: Functions, post: Post) -> None:
    task_id = post(photograph(), width=800).json["id"]
    tasks: Any = functions["create_task"].tasks

    async def fail() -> None:
        task = await tasks.claim(UUID(task_id), lease_s=60, max_attempts=3)
        await tasks.fail(task, Failure.of(CorruptImage("It is cut off.")))

    loop.run(fail())
    answer = get(functions, task_id)
    assert (answer.status, answer.headers["content-type"]) == (409, "application/problem+json")
    assert answer.json == {
        "type": "/problems/corrupt-image",
        "title": "The image cannot be decoded",
        "status": 409,
        "detail": "It is cut off.",
        "instance": f"/api/v1/results/{task_id}",
    }


def test_a_result_that_is_gone_is_410_and_stays_so(functions: Functions, completed: str) -> None:
    store: Any = functions["create_task"].store
    store._blobs.clear()
    for _ in range(2):
        answer = get(functions, completed)
        assert (answer.status, answer.json["type"]) == (410, "/problems/result-expired")
    task = functions.http("get_task", "GET", f"/api/v1/tasks/{completed}").json
    assert task["status"] == "expired"


DAMAGED = {
    "cut off": DATA[:-1],
    "empty": b"",
    "longer": DATA + b"x",
    "one bit": DATA[:-1] + b"\x01",
    "another's": b"x" * len(DATA),
}


def put(functions: Functions, task_id: str, data: bytes) -> None:
    store: Any = functions["create_task"].store
    loop.run(store.put(f"results/{task_id}/1", data, ttl_s=60))


@pytest.mark.parametrize("accept", ["image/*", "application/json"])
@pytest.mark.parametrize("stored", DAMAGED.values(), ids=DAMAGED)
def test_bytes_that_are_not_those_of_the_row_are_410_and_an_alarm(
    functions: Functions,
    completed: str,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    stored: bytes,
    accept: str,
) -> None:
    put(functions, completed, stored)
    answer = get(functions, completed, accept=accept)
    assert (answer.status, answer.json["type"]) == (410, "/problems/result-damaged")
    counted = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "ResultsDamaged" in line]
    assert [line["ResultsDamaged"] for line in counted] == [[1]]
    assert {vars(record).get("task_id") for record in caplog.records if record.levelname == "ERROR"} == {completed}


def test_a_damaged_result_leaves_the_task_and_its_other_versions_as_they_are(
    functions: Functions, completed: str
) -> None:
    put(functions, completed, b"")
    etag = f'"{hashlib.sha256(DATA).hexdigest()}"'
    assert get(functions, completed, accept="image/*", if_none_match=etag).status == 304
    assert get(functions, completed, accept="image/*").status == 410
    put(functions, completed, DATA)
    assert get(functions, completed, accept="image/*").body == DATA


def test_an_unknown_result_is_404(functions: Functions) -> None:
    assert get(functions, str(uuid4())).json["type"] == "/problems/task-not-found"


def test_the_largest_answer_fits_into_lambdas_limit(functions: Functions, post: Post) -> None:
    task_id = complete(functions, post, bytes(MAX_ANSWER_BYTES))
    for accept in ("image/*", "application/json"):
        answer = get(functions, task_id, accept=accept)
        assert answer.status == 200
        assert len(base64.b64encode(answer.body)) < 6_291_556 or accept == "application/json"
        assert len(answer.body) < 6_291_556


@pytest.fixture
def large(functions: Functions, post: Post) -> str:
    return complete(functions, post, bytes(MAX_ANSWER_BYTES + 1))


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_picture_too_large_for_an_answer_is_at_a_signed_url(functions: Functions, large: str, method: str) -> None:
    answer = get(functions, large, method, accept="image/*")
    assert (answer.status, answer.body, answer.headers["cache-control"]) == (303, b"", "no-store")
    address, _, token = answer.headers["location"].partition("?token=")
    assert address == f"https://example.org/storage/results/{large}/1"
    claims = SignedUrlClaims.read(token, SIGNING_KEY)
    assert (claims.method, claims.key) == (method, f"results/{large}/1")
    assert 290 < claims.expires_at - time.time() <= 300
    digest = hashlib.sha256(bytes(MAX_ANSWER_BYTES + 1)).hexdigest()
    assert claims.headers == {
        "Content-Type": "image/jpeg",
        "Content-Disposition": f'inline; filename="{large}.jpg"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, max-age=3600, immutable",
        "ETag": f'"{digest}"',
    }


def test_in_json_a_large_picture_has_a_url_in_place_of_data(functions: Functions, large: str) -> None:
    answer = get(functions, large, accept="application/json")
    assert (answer.status, answer.headers["cache-control"]) == (200, "no-store")
    url = answer.json.pop("url")
    assert url.startswith(f"https://example.org/storage/results/{large}/1?token=")
    sides = {"width": 800, "height": 534, "bytes": MAX_ANSWER_BYTES + 1}
    assert answer.json | {"url": url} == {
        "status": "completed",
        "data": None,
        "url": url,
        "media_type": "image/jpeg",
        **sides,
    }


def test_a_large_picture_that_is_gone_is_410(functions: Functions, large: str) -> None:
    store: Any = functions["create_task"].store
    store._blobs.clear()
    answer = get(functions, large, accept="image/*")
    assert (answer.status, answer.json["type"]) == (410, "/problems/result-expired")


@pytest.mark.parametrize("size", [0, MAX_ANSWER_BYTES, MAX_ANSWER_BYTES + 2])
@pytest.mark.parametrize("accept", ["image/*", "application/json"])
def test_a_large_picture_of_another_size_than_the_rows_is_410(
    functions: Functions, large: str, size: int, accept: str
) -> None:
    put(functions, large, bytes(size))
    answer = get(functions, large, accept=accept)
    assert (answer.status, answer.json["type"]) == (410, "/problems/result-damaged")


def test_who_has_a_large_picture_is_told_so(functions: Functions, large: str) -> None:
    digest = hashlib.sha256(bytes(MAX_ANSWER_BYTES + 1)).hexdigest()
    assert get(functions, large, accept="image/*", if_none_match=f'"{digest}"').status == 304
