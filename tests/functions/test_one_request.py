"""POST /api/v1/tasks with Prefer: wait and Accept: image/*, and with the image as the body."""

import hashlib
import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from imagescaler.domain.errors import AttemptsExhausted, CorruptImage, Problem
from imagescaler.domain.formats import RESULT_FORMATS, Format
from imagescaler.domain.task.outcome import Failure, Result
from imagescaler.runtime import loop
from imagescaler.web.views.result import MAX_ANSWER_BYTES
from tests.answer import Answer
from tests.functions.conftest import Functions, Post, multipart
from tests.pictures import photograph

DATA = b"\xff\xd8\xff not really a picture \x00"
WANTED = {"prefer": "wait=10", "accept": "image/*"}
ETAG = f'"{hashlib.sha256(DATA).hexdigest()}"'
TWO = json.dumps([{"name": "a", "width": 8}, {"name": "b", "width": 9}])
Ends = Callable[..., None]


@pytest.fixture
def ends(functions: Functions, monkeypatch: pytest.MonkeyPatch) -> Ends:
    """Return a function that chooses how each task ends as soon as its message is pushed."""
    module: Any = functions["create_task"]
    push = module.queue.push

    def choose(data: bytes = DATA, problem: Problem | None = None, form: Format = Format.JPEG) -> None:
        async def push_and_end(message: Any) -> str:
            message_id: str = await push(message)
            task = await module.tasks.claim(message.task_id, lease_s=60, max_attempts=3)
            if problem:
                await module.tasks.fail(task, Failure.of(problem))
            else:
                result = Result(form, 800, 534, len(data), hashlib.sha256(data).hexdigest())
                for key in task.result_keys:
                    await module.store.put(key, data, ttl_s=60)
                ended = task.ended([result] * len(task.result_keys))
                await module.tasks.complete(ended, ended.result, task.source, ttl_s=3600)
            return message_id

        monkeypatch.setattr(module.queue, "push", push_and_end)

    return choose


@pytest.fixture
def send(functions: Functions) -> Callable[..., Answer]:
    """Return a function that posts an image as the body, with the options in the query."""

    def post(
        body: bytes, kind: str | None = "image/jpeg", headers: dict[str, str] | None = None, **query: Any
    ) -> Answer:
        every = {**({"content-type": kind} if kind else {}), **(headers or {})}
        options = {name: str(value) for name, value in query.items()}
        return functions.http("create_task", "POST", "/api/v1/tasks", headers=every, body=body, query=options)

    return post


# The picture in the response


@pytest.mark.parametrize("accept", ["image/*", "image/jpeg", "image/webp, */*;q=0.8"])
def test_a_waiting_client_that_accepts_images_gets_the_picture(post: Post, ends: Ends, accept: str) -> None:
    ends()
    answer = post(photograph(), {**WANTED, "accept": accept}, width=800)
    assert (answer.status, answer.body, answer.headers["content-type"]) == (200, DATA, "image/jpeg")
    task = answer.headers["location"].removeprefix("/api/v1/tasks/")
    assert UUID(task).version == 4
    assert answer.headers["content-location"] == f"/api/v1/results/{task}"
    assert answer.headers["etag"] == ETAG
    assert answer.headers["preference-applied"] == "wait=10"
    assert answer.headers["vary"] == "Accept"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "idempotency-replayed" not in answer.headers


@pytest.mark.parametrize("form", RESULT_FORMATS)
@pytest.mark.parametrize("accept", ["{}", "{}, image/*;q=0.8", "text/html, {}, application/json;q=0.9"])
def test_a_client_may_accept_any_format_that_is_written(post: Post, ends: Ends, form: Format, accept: str) -> None:
    ends(form=form)
    answer = post(photograph(), {**WANTED, "accept": accept.format(form.media_type)}, width=800, format=form)
    assert (answer.status, answer.body, answer.headers["content-type"]) == (200, DATA, form.media_type)


def test_a_type_in_accept_asks_for_no_format(post: Post, ends: Ends) -> None:
    ends()
    answer = post(photograph(), {**WANTED, "accept": "image/jxl"}, width=800)
    assert (answer.status, answer.headers["content-type"]) == (200, "image/jpeg")


@pytest.mark.parametrize(
    "headers",
    [
        {"prefer": "wait=10"},
        {"prefer": "wait=10", "accept": "*/*"},
        {"prefer": "wait=10", "accept": "application/json"},
        {"prefer": "wait=10", "accept": "application/json, image/*;q=0.5"},
    ],
)
def test_any_other_client_that_waits_gets_the_task(post: Post, ends: Ends, headers: dict[str, str]) -> None:
    ends()
    answer = post(photograph(), headers, width=800)
    assert (answer.status, answer.json["status"]) == (200, "completed")
    assert answer.headers["content-type"] == "application/json"


def test_a_client_that_does_not_wait_gets_the_task(post: Post, ends: Ends) -> None:
    ends()
    answer = post(photograph(), {"accept": "image/*"}, width=800)
    assert (answer.status, answer.headers["content-type"]) == (202, "application/json")


def test_a_picture_that_is_not_made_in_time_is_the_task_at_its_url(post: Post) -> None:
    answer = post(photograph(), {"prefer": "wait=1", "accept": "image/*"}, width=800)
    assert (answer.status, answer.json["status"]) == (202, "pending")
    assert answer.headers["location"] == f"/api/v1/tasks/{answer.json['id']}"
    assert int(answer.headers["retry-after"]) >= 1
    assert "preference-applied" not in answer.headers
    assert "content-location" not in answer.headers


@pytest.mark.parametrize(
    ("problem", "status"), [(CorruptImage("It is cut off."), 422), (AttemptsExhausted("Three times."), 409)]
)
def test_a_failed_task_is_its_problem_with_its_status(post: Post, ends: Ends, problem: Problem, status: int) -> None:
    ends(problem=problem)
    answer = post(photograph(), WANTED, width=800)
    assert (answer.status, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.json == {
        "type": f"/problems/{problem.slug()}",
        "title": problem.title(),
        "status": status,
        "detail": problem.detail,
        "instance": "/api/v1/tasks",
    }
    assert answer.headers["location"].startswith("/api/v1/tasks/")


def test_a_repeated_request_gets_the_picture_again_and_is_said_to_be_one(post: Post, ends: Ends) -> None:
    ends()
    first, again = (post(photograph(), {**WANTED, "idempotency-key": "one"}, width=800) for _ in range(2))
    assert (again.status, again.body) == (200, DATA)
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["idempotency-replayed"] == "true"


def test_a_repeated_request_whose_result_is_gone_is_410(functions: Functions, post: Post, ends: Ends) -> None:
    ends()
    post(photograph(), {**WANTED, "idempotency-key": "one"}, width=800)
    store: Any = functions["create_task"].store
    store._blobs.clear()
    for _ in range(2):
        answer = post(photograph(), {**WANTED, "idempotency-key": "one"}, width=800)
        assert (answer.status, answer.json["type"]) == (410, "/problems/result-expired")


def test_a_damaged_result_is_410_and_an_alarm(
    functions: Functions, post: Post, ends: Ends, capsys: pytest.CaptureFixture[str]
) -> None:
    ends()
    post(photograph(), {**WANTED, "idempotency-key": "one"}, width=800)
    store: Any = functions["create_task"].store
    [key] = [key for key in store.blobs if key.startswith("results/")]
    loop.run(store.put(key, DATA[:-1], ttl_s=60))
    answer = post(photograph(), {**WANTED, "idempotency-key": "one"}, width=800)
    assert (answer.status, answer.json["type"]) == (410, "/problems/result-damaged")
    assert '"ResultsDamaged":[1.0]' in capsys.readouterr().out


def test_a_picture_too_large_for_a_response_is_at_its_own_url(functions: Functions, post: Post, ends: Ends) -> None:
    ends(bytes(MAX_ANSWER_BYTES))
    assert post(photograph(), WANTED, width=800).status == 200
    ends(bytes(MAX_ANSWER_BYTES + 1))
    answer = post(photograph(), WANTED, width=800)
    assert (answer.status, answer.body) == (303, b"")
    result = answer.headers["location"]
    assert result.startswith("/api/v1/results/")
    followed = functions.http("get_result", "GET", result, headers={"accept": "image/*"})
    assert (followed.status, followed.headers["location"].partition("?")[0]) == (
        303,
        f"https://example.org/storage/{result.removeprefix('/api/v1/')}/1",
    )


def test_several_renditions_are_no_picture_and_no_task(functions: Functions, post: Post) -> None:
    answer = post(photograph(), WANTED, renditions=TWO)
    assert (answer.status, answer.json["type"]) == (406, "/problems/not-one-picture")
    assert "application/json" in answer.json["detail"]
    assert functions["create_task"].store.blobs == {}
    assert post(photograph(), {"accept": "image/*"}, renditions=TWO).status == 202
    assert post(photograph(), {"prefer": "wait=1"}, renditions=TWO).status == 202


def test_the_only_rendition_is_the_picture(post: Post, ends: Ends) -> None:
    ends()
    answer = post(photograph(), WANTED, renditions='[{"name": "a", "width": 8}]')
    assert (answer.status, answer.body) == (200, DATA)
    assert answer.headers["content-location"].endswith("?rendition=a")


# The image as the body


@pytest.mark.parametrize("kind", ["image/jpeg", "IMAGE/PNG; a=b", "image/x-icon", "application/octet-stream", None])
def test_the_body_may_be_the_image_and_the_query_has_the_options(
    functions: Functions, send: Callable[..., Answer], kind: str | None
) -> None:
    answer = send(photograph(), kind, width=800, format="webp", background="")
    assert answer.status == 202
    assert answer.json["options"].items() >= {"width": 800, "height": None, "format": "webp"}.items()
    assert functions["create_task"].store.blobs == {f"sources/{answer.json['id']}": photograph()}


def test_it_is_the_same_request_as_a_form_with_the_same_options(post: Post, send: Callable[..., Answer]) -> None:
    key = {"idempotency-key": "one"}
    first, again = post(photograph(), key, width=800), send(photograph(), headers=key, width=800)
    assert first.json["id"] == again.json["id"]
    assert again.headers["idempotency-replayed"] == "true"
    assert send(photograph(), headers=key, width=801).json["type"] == "/problems/idempotency-key-reused"


def test_curls_whole_example_is_one_request(send: Callable[..., Answer], ends: Ends) -> None:
    ends()
    assert send(photograph(), headers=WANTED, width=800).body == DATA


def test_renditions_are_json_in_the_query(send: Callable[..., Answer]) -> None:
    assert [each["name"] for each in send(photograph(), renditions=TWO).json["renditions"]] == ["a", "b"]


@pytest.mark.parametrize(
    ("query", "field", "says"),
    [
        ({"width": 0}, "width", "send at least 1"),
        ({"width": 8, "widht": 8}, "widht", "did you mean width?"),
        ({"width": 8, "file": "photo.jpg"}, "file", "there is no such parameter"),
        ({"width": 8, "upload_id": "8e03978e-40d5-43e8-bc93-6894a57f9324"}, "upload_id", "there is no such parameter"),
    ],
)
def test_a_wrong_option_in_the_query_is_named(
    send: Callable[..., Answer], query: dict[str, Any], field: str, says: str
) -> None:
    answer = send(photograph(), **query)
    assert (answer.status, [error["field"] for error in answer.json["errors"]]) == (422, [field])
    assert says in answer.json["detail"]


def test_options_beside_a_form_or_json_are_refused_and_not_ignored(functions: Functions) -> None:
    headers, body = multipart(photograph(), width=800)
    json_headers, json_body = {"content-type": "application/json"}, b'{"upload_id": null, "width": 8}'
    curl_headers = {"content-type": "application/x-www-form-urlencoded"}  # of curl --data-binary without a type
    for function in ("create_task", "plan_task"):
        path = "/api/v1/tasks" if function == "create_task" else "/api/v1/plan"
        for given, sent in ((headers, body), (json_headers, json_body), (curl_headers, photograph())):
            answer = functions.http(function, "POST", path, headers=given, body=sent, query={"quality": "1", "fit": ""})
            assert (answer.status, [error["field"] for error in answer.json["errors"]]) == (422, ["quality", "fit"])
            assert "Content-Type such as image/jpeg" in answer.json["detail"]
    assert functions["create_task"].store.blobs == {}


@pytest.mark.parametrize(("body", "says"), [(b"", "The file is empty"), (b"Hello", "not an image")])
def test_a_body_that_is_no_image_is_415(send: Callable[..., Answer], body: bytes, says: str) -> None:
    answer = send(body, width=8)
    assert (answer.status, answer.json["type"]) == (415, "/problems/unsupported-image-format")
    assert says in answer.json["detail"]


def test_a_plan_may_be_asked_for_with_the_image_as_the_body(functions: Functions) -> None:
    headers = {"content-type": "image/jpeg"}
    query = {"width": "320"}
    answer = functions.http("plan_task", "POST", "/api/v1/plan", headers=headers, body=photograph(), query=query)
    assert (answer.status, answer.json["result"]["height"]) == (200, 214)
