"""Renditions, from the request to their results."""

import hashlib
import json
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from PIL import Image

from imagescaler.adapters.signed_urls.claims import SignedUrlClaims
from imagescaler.domain.errors import StoreFull
from imagescaler.domain.formats import Format
from imagescaler.domain.limits import Limits
from imagescaler.domain.task.outcome import Result
from imagescaler.domain.task.status import Status
from imagescaler.runtime import loop
from imagescaler.web.views.result import MAX_ANSWER_BYTES
from tests.answer import Answer
from tests.functions.conftest import SIGNING_KEY, Functions, Post
from tests.pictures import photograph

SMALL = {"name": "small", "width": 160}
LARGE = {"name": "large", "width": 320, "format": "webp"}
HOPELESS = {"name": "hopeless", "width": 320, "max_bytes": 10}
TOO_LARGE = Result(Format.WEBP, 320, 213, MAX_ANSWER_BYTES + 1, "ab" * 32)


def made(functions: Functions, post: Post, *renditions: dict[str, Any], **fields: Any) -> Any:
    """Make a task with renditions, process it, and show it."""
    task_id = post(photograph(), renditions=json.dumps(renditions), **fields).json["id"]
    functions.process(json.dumps({"task_id": task_id}))
    return shown(functions, task_id)


def shown(functions: Functions, task_id: str) -> Any:
    return functions.http("get_task", "GET", f"/api/v1/tasks/{task_id}").json


def fetch(
    functions: Functions, task_id: str, method: str = "GET", headers: dict[str, str] | None = None, **query: str
) -> Answer:
    path, headers = f"/api/v1/results/{task_id}", {"accept": "image/*", **(headers or {})}
    return functions.http("get_result", method, path, query=query, headers=headers)


def test_each_rendition_has_its_own_result(functions: Functions, post: Post) -> None:
    task = made(functions, post, SMALL, LARGE, quality=60)
    assert (task["status"], task["options"], task["result"]) == ("completed", None, None)
    assert [(each["name"], each["status"]) for each in task["renditions"]] == [
        ("small", "completed"),
        ("large", "completed"),
    ]
    for each, (width, form) in zip(task["renditions"], [(160, "JPEG"), (320, "WEBP")], strict=True):
        answer = fetch(functions, task["id"], rendition=each["name"])
        assert answer.status == 200
        assert answer.headers["etag"] == f'"{each["result"]["sha256"]}"'
        assert answer.headers["content-disposition"].startswith(f'inline; filename="{task["id"]}-{each["name"]}.')
        image = Image.open(BytesIO(answer.body))
        assert (image.width, image.format) == (width, form)
        assert fetch(functions, task["id"], "HEAD", rendition=each["name"]).headers == answer.headers


def test_what_stands_beside_the_list_holds_for_each_that_says_nothing_else(functions: Functions, post: Post) -> None:
    other = {"name": "other", "scale": 50, "width": None, "format": "png"}
    task = made(functions, post, {"name": "same"}, other, width=100, format="webp", fit="cover")
    same, other = (each["options"] for each in task["renditions"])
    assert (same["width"], same["format"], same["fit"]) == (100, "webp", "cover")
    assert (other["width"], other["scale"], other["format"], other["fit"]) == (None, 50, "png", "cover")


def test_one_that_fails_does_not_fail_the_others(functions: Functions, post: Post) -> None:
    task = made(functions, post, SMALL, HOPELESS)
    small, hopeless = task["renditions"]
    assert (task["status"], small["status"], hopeless["status"]) == ("completed", "completed", "failed")
    assert hopeless["error"]["type"] == "/problems/max-bytes-too-small"
    assert (hopeless["result"], small["error"], task["error"]) == (None, None, None)
    answer = fetch(functions, task["id"], rendition="hopeless")
    assert (answer.status, answer.json["type"]) == (409, "/problems/max-bytes-too-small")
    assert fetch(functions, task["id"], rendition="small").status == 200


def test_a_task_of_which_nothing_could_be_made_has_failed(functions: Functions, post: Post) -> None:
    task = made(functions, post, HOPELESS, {**HOPELESS, "name": "neither"})
    assert (task["status"], task["error"]["type"]) == ("failed", "/problems/no-rendition-made")
    assert all(name in task["error"]["detail"] for name in ("hopeless", "neither"))
    assert [each["error"]["type"] for each in task["renditions"]] == ["/problems/max-bytes-too-small"] * 2
    assert functions["create_task"].store.blobs == {}
    assert fetch(functions, task["id"], rendition="neither").json["type"] == "/problems/max-bytes-too-small"


def test_a_damaged_image_fails_all_with_one_reason(functions: Functions, post: Post) -> None:
    task_id = post(photograph()[:20_000], renditions=json.dumps([SMALL, LARGE])).json["id"]
    functions.process(json.dumps({"task_id": task_id}))
    task = shown(functions, task_id)
    assert (task["status"], task["error"]["type"]) == ("failed", "/problems/corrupt-image")
    assert [each["status"] for each in task["renditions"]] == ["failed", "failed"]
    assert fetch(functions, task_id, rendition="small").json["type"] == "/problems/corrupt-image"


def test_without_a_name_the_names_are_told(functions: Functions, post: Post) -> None:
    task = made(functions, post, SMALL, LARGE)
    answer = fetch(functions, task["id"])
    assert (answer.status, answer.json["type"]) == (422, "/problems/rendition-not-named")
    assert "small, large" in answer.json["detail"]


def test_a_name_that_there_is_not_is_404(functions: Functions, post: Post) -> None:
    task = made(functions, post, SMALL, LARGE)
    answer = fetch(functions, task["id"], rendition="huge")
    assert (answer.status, answer.json["type"]) == (404, "/problems/rendition-not-found")
    assert "small, large" in answer.json["detail"]
    single = post(photograph(), width=100).json["id"]
    answer = fetch(functions, single, rendition="small")
    assert (answer.status, answer.json["type"]) == (404, "/problems/rendition-not-found")
    assert "one result" in answer.json["detail"]


def test_an_unfinished_rendition_is_202(functions: Functions, post: Post) -> None:
    answer = post(photograph(), renditions=json.dumps([SMALL]))
    assert [each["status"] for each in answer.json["renditions"]] == ["pending"]
    assert "srcset" not in answer.json or answer.json["srcset"] is None
    assert fetch(functions, answer.json["id"], rendition="small").status == 202


def test_the_srcset_lists_what_was_made_by_width(functions: Functions, post: Post) -> None:
    jpegs = [{"name": "b", "width": 320}, {"name": "a", "width": 160}, {"name": "again", "width": 160}]
    others = [{**LARGE, "name": "w"}, {"name": "t", "width": 99, "format": "tiff"}, HOPELESS]
    task = made(functions, post, *jpegs, *others)
    path = f"/api/v1/results/{task['id']}?rendition="
    assert task["srcset"] == f"{path}a 160w, {path}b 320w"
    assert task["sources"] == [{"type": "image/webp", "srcset": f"{path}w 320w"}]


def test_what_is_gone_is_410_for_all(functions: Functions, post: Post) -> None:
    task = made(functions, post, SMALL, LARGE)
    functions["create_task"].store._blobs.clear()
    for name in ("small", "large"):
        assert fetch(functions, task["id"], rendition=name).status == 410
    task = shown(functions, task["id"])
    assert (task["status"], [each["status"] for each in task["renditions"]]) == ("expired", ["expired", "expired"])
    assert task["srcset"] is None


@pytest.mark.parametrize(
    ("renditions", "field"),
    [
        ("[", "renditions.0"),
        ("[[]]", "renditions.0"),
        ("[]", "renditions"),
        ('[{"width": 5}]', "renditions.0.name"),
        ('[{"name": "a/b", "width": 5}]', "renditions.0.name"),
        ('[{"name": "a", "width": 0}]', "renditions.0.width"),
        ('[{"name": "a", "width": 5, "scale": 50}]', "renditions.0"),
        ('[{"name": "a", "width": 5, "colour": 1}]', "renditions.0.colour"),
        ('[{"name": "a", "width": 5, "colour": null}]', "renditions.0.colour"),
        ('[{"name": "a", "width": 5}, {"name": "a", "width": 6}]', "renditions"),
    ],
)
def test_a_wrong_list_is_422_and_says_where(post: Post, renditions: str, field: str) -> None:
    answer = post(photograph(), renditions=renditions)
    assert answer.status == 422
    assert [error["field"] for error in answer.json["errors"]] == [field]


def test_too_many_are_refused_with_the_limit(functions: Functions, post: Post) -> None:
    most = Limits().max_renditions
    many = [{"name": f"r{number}", "width": 9} for number in range(most + 1)]
    answer = post(photograph(), renditions=json.dumps(many))
    assert (answer.status, answer.json["type"]) == (422, "/problems/too-many-renditions")
    assert f"the limit is {most}" in answer.json["detail"]
    assert post(photograph(), renditions=json.dumps(many[:most])).status == 202


def test_one_that_cannot_be_made_is_refused_by_its_name(post: Post) -> None:
    answer = post(photograph(), renditions=json.dumps([SMALL, {"name": "vast", "width": 16_000}]))
    assert (answer.status, answer.json["type"]) == (422, "/problems/target-too-large")
    assert answer.json["detail"].startswith("vast: ")


def test_json_takes_the_list_as_it_is(functions: Functions) -> None:
    uploaded = "8e03978e-40d5-43e8-bc93-6894a57f9324"
    store: Any = functions["create_task"].store
    loop.run(store.put(f"uploads/{uploaded}", photograph(), ttl_s=60))
    content = {"upload_id": uploaded, "height": 90, "renditions": [{"name": "a"}, {"name": "b", "format": "png"}]}

    def send(**more: Any) -> Answer:
        body = json.dumps({**content, **more}).encode()
        headers = {"content-type": "application/json"}
        return functions.http("create_task", "POST", "/api/v1/tasks", headers=headers, body=body)

    answer = send()
    assert answer.status == 202, answer.json
    assert [(each["name"], each["options"]["height"]) for each in answer.json["renditions"]] == [("a", 90), ("b", 90)]
    assert send(renditions=[]).status == 422


def test_a_key_stands_for_its_renditions_too(post: Post) -> None:
    keyed = {"headers": {"idempotency-key": "k"}}
    first, again, other = (
        post(photograph(), renditions=json.dumps([rendition]), **keyed) for rendition in (SMALL, SMALL, LARGE)
    )
    assert (first.status, again.status, other.status) == (202, 202, 422)
    assert first.json["id"] == again.json["id"]
    assert other.json["type"] == "/problems/idempotency-key-reused"


def test_an_attempt_that_is_broken_off_leaves_none_of_its_results(
    functions: Functions, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    task_id = post(photograph(), renditions=json.dumps([SMALL, LARGE])).json["id"]
    store: Any = functions["process_task"].store
    put = store.put

    async def full(key: str, data: bytes, *, ttl_s: int) -> None:
        if key.endswith("/large"):
            raise StoreFull("There is no room.")
        await put(key, data, ttl_s=ttl_s)

    with monkeypatch.context() as patch:
        patch.setattr(store, "put", full)
        assert functions.process(json.dumps({"task_id": task_id}))["batchItemFailures"]
    assert list(store.blobs) == [f"sources/{task_id}"]
    assert functions.process(json.dumps({"task_id": task_id})) == {"batchItemFailures": []}
    assert sorted(store.blobs) == [f"results/{task_id}/2/large", f"results/{task_id}/2/small"]


def test_a_zombie_keeps_nothing_of_what_it_made(
    functions: Functions, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    task_id = post(photograph(), renditions=json.dumps([SMALL, LARGE])).json["id"]
    module: Any = functions["process_task"]
    complete = module.tasks.complete

    async def overtaken(task: Any, *rest: Any, **more: Any) -> Any:
        stored = module.tasks.tasks[UUID(task_id)]
        later = stored.claimed(stored.lease_until, lease_s=60, max_attempts=3)
        module.tasks.tasks[UUID(task_id)] = later
        return await complete(task, *rest, **more)

    monkeypatch.setattr(module.tasks, "complete", overtaken)
    assert functions.process(json.dumps({"task_id": task_id}))["batchItemFailures"]
    assert list(module.store.blobs) == [f"sources/{task_id}"]
    assert module.tasks.tasks[UUID(task_id)].status is Status.PROCESSING


@pytest.mark.parametrize("accept", ["image/*", "application/json"])
def test_each_rendition_has_a_version_of_its_own(functions: Functions, post: Post, accept: str) -> None:
    task = made(functions, post, SMALL, LARGE)
    names = ("small", "large")
    small, large = (fetch(functions, task["id"], headers={"accept": accept}, rendition=name) for name in names)
    etags = {"accept": accept, "if-none-match": f'"other", W/{small.headers["etag"]}'}
    known = fetch(functions, task["id"], headers=etags, rendition="small")
    assert (known.status, known.body) == (304, b"")
    assert {name: known.headers[name] for name in ("etag", "cache-control", "vary")} == {
        "etag": small.headers["etag"],
        "cache-control": "private, max-age=3600",
        "vary": "Accept",
    }
    assert fetch(functions, task["id"], "HEAD", headers=etags, rendition="small").status == 304
    assert fetch(functions, task["id"], headers=etags, rendition="large").body == large.body


def test_a_part_of_an_answer_is_not_to_be_had_so_it_is_whole(functions: Functions, post: Post) -> None:
    task = made(functions, post, SMALL)
    whole = fetch(functions, task["id"], rendition="small")
    answer = fetch(functions, task["id"], headers={"range": "bytes=0-9"}, rendition="small")
    assert (answer.status, answer.body, answer.headers) == (200, whole.body, whole.headers)
    assert not {"content-range", "accept-ranges"} & set(answer.headers)


@pytest.fixture
def one_large(functions: Functions, post: Post) -> str:
    """Complete a task of whose renditions one is too large for an answer."""
    task_id: str = post(photograph(), renditions=json.dumps([SMALL, LARGE])).json["id"]
    module: Any = functions["create_task"]

    async def work() -> None:
        task = await module.tasks.claim(UUID(task_id), lease_s=60, max_attempts=3)
        await module.store.put(task.result_key("small"), b"small", ttl_s=60)
        await module.store.put(task.result_key("large"), bytes(MAX_ANSWER_BYTES + 1), ttl_s=60)
        ended = task.ended([Result(Format.JPEG, 160, 107, 5, hashlib.sha256(b"small").hexdigest()), TOO_LARGE])
        await module.tasks.complete(ended, ended.result, task.source, ttl_s=7_200)

    loop.run(work())
    return task_id


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_rendition_too_large_for_an_answer_is_at_a_signed_url(
    functions: Functions, one_large: str, method: str
) -> None:
    answer = fetch(functions, one_large, method, rendition="large")
    assert (answer.status, answer.body, answer.headers["cache-control"]) == (303, b"", "no-store")
    address, _, token = answer.headers["location"].partition("?token=")
    assert address == f"https://example.org/storage/results/{one_large}/1/large"
    claims = SignedUrlClaims.read(token, SIGNING_KEY)
    assert (claims.method, claims.key) == (method, f"results/{one_large}/1/large")
    assert claims.headers == {
        "Content-Type": "image/webp",
        "Content-Disposition": f'inline; filename="{one_large}-large.webp"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, max-age=3600, immutable",
        "ETag": f'"{TOO_LARGE.sha256}"',
    }
    assert fetch(functions, one_large, rendition="small").body == b"small"


def test_in_json_a_large_rendition_has_a_url_in_place_of_data(functions: Functions, one_large: str) -> None:
    answer = fetch(functions, one_large, headers={"accept": "application/json"}, rendition="large")
    assert (answer.status, answer.json["data"], answer.json["bytes"]) == (200, None, MAX_ANSWER_BYTES + 1)
    address, _, token = answer.json["url"].partition("?token=")
    assert address == f"https://example.org/storage/results/{one_large}/1/large"
    assert SignedUrlClaims.read(token, SIGNING_KEY).key == f"results/{one_large}/1/large"


def test_who_has_a_large_rendition_is_told_so_and_no_url(functions: Functions, one_large: str) -> None:
    answer = fetch(functions, one_large, headers={"if-none-match": f'"{TOO_LARGE.sha256}"'}, rendition="large")
    assert (answer.status, "location" in answer.headers) == (304, False)


def test_a_large_rendition_that_is_gone_is_410(functions: Functions, one_large: str) -> None:
    functions["create_task"].store._blobs.clear()
    assert fetch(functions, one_large, rendition="large").json["type"] == "/problems/result-expired"
