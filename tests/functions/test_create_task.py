"""POST /api/v1/tasks."""

import json
import re
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from imagescaler.domain.errors import QueueUnavailable, RepositoryUnavailable, StoreUnavailable
from imagescaler.runtime import loop
from imagescaler.usecases.image_input import InlineImage
from imagescaler.web.views.options import OptionsView
from tests.answer import Answer
from tests.functions.conftest import Context, Functions, Post, multipart
from tests.pictures import photograph, plain

LIST = '[{"name": "a", "width": 8}]'


def test_an_image_makes_a_pending_task(functions: Functions, post: Post) -> None:
    answer = post(photograph(), width=800, height=600)
    task = answer.json
    assert answer.status == 202
    assert UUID(task["id"]).version == 4
    assert task["status"] == "pending"
    assert answer.headers["location"] == f"/api/v1/tasks/{task['id']}"
    assert int(answer.headers["retry-after"]) >= 1
    assert answer.headers["content-type"] == "application/json"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", task["created_at"])
    assert task["source"] == {"format": "jpeg", "width": 640, "height": 427, "bytes": len(photograph()), "frames": 1}
    given = {"width": 800, "height": 600, "preserve_ratio": True, "format": "auto", "fit": "inside"}
    assert task["options"].items() >= given.items()
    assert set(task["options"]) == set(OptionsView.model_fields)


def test_the_queue_carries_the_task_and_whose_request_it_was(functions: Functions, post: Post) -> None:
    task = post(photograph(), width=800).json
    [message] = functions["create_task"].queue.messages.values()
    assert (str(message.task_id), message.request_id, message.trace_id) == (task["id"], "request-1", "Root=1-2-3")


def test_the_image_is_kept_as_it_was(functions: Functions, post: Post) -> None:
    task = post(photograph(), width=800).json
    assert functions["create_task"].store.blobs == {f"sources/{task['id']}": photograph()}


@pytest.mark.parametrize("name", ["../../etc/passwd", "a\u0000b.jpg", "x" * 300, "émile.php", ""])
def test_a_files_name_never_matters(functions: Functions, post: Post, name: str) -> None:
    answer = post(photograph(), filename=name, width=800)
    assert answer.status in ({202} if name else {202, 422})
    assert all(key.startswith("sources/") for key in functions["create_task"].store.blobs)


WITHOUT_A_SIZE: list[dict[str, Any]] = [
    {},
    {"format": "webp"},
    {"rotate": 90},
    {"crop": "1,2,30,40"},
    {"max_bytes": 50_000},
    {"trim": 5},
    {"pad": "3"},
    {"renditions": '[{"name": "modern", "format": "webp"}]'},
]


@pytest.mark.parametrize("fields", WITHOUT_A_SIZE, ids=str)
def test_without_a_size_a_task_is_accepted(post: Post, fields: dict[str, Any]) -> None:
    answer = post(photograph(), **fields)
    assert (answer.status, answer.json["warnings"]) == (202, [])


def test_options_without_effect_are_warnings_from_the_beginning(post: Post) -> None:
    answer = post(photograph(), width=80, palette="true", gravity="north")
    assert answer.status == 202
    assert answer.json["warnings"] == [
        "gravity has no effect without fit=cover or fit=contain.",
        "palette has no effect on jpeg, only on png.",
    ]


def test_a_warning_names_its_rendition(post: Post) -> None:
    several = [{"name": "small", "width": 20, "format": "png"}, {"name": "large", "width": 200}]
    answer = post(photograph(), quality=70, renditions=json.dumps(several))
    assert answer.json["warnings"] == ["small: quality has no effect on png, only on jpeg, webp, avif and jxl."]


@pytest.mark.parametrize("more", [{}, {"format": "jpeg"}], ids=["of the source", "asked for"])
def test_lossless_is_refused_at_once_in_a_format_that_cannot_be(
    functions: Functions, post: Post, more: dict[str, Any]
) -> None:
    answer = post(photograph(), lossless="true", **more)
    assert answer.status == 422
    assert "lossless is an option of png, webp, jxl, gif and tiff, and " in answer.json["detail"]
    assert functions["create_task"].store.blobs == {}


@pytest.mark.parametrize(
    ("fields", "field", "says"),
    [
        ({"width": 0}, "width", "send at least 1"),
        ({"width": -5}, "width", "(it is '-5')"),
        ({"height": "tall"}, "height", "send a whole number"),
        ({"width": 10, "preserve_ratio": "perhaps"}, "preserve_ratio", "send true or false"),
        ({"width": 10, "format": "bmp"}, "format", "'auto', 'jpeg', 'png', 'webp', 'avif', 'jxl', 'gif' or 'tiff'"),
        ({"width": 10, "widht": 20}, "widht", "there is no such field; did you mean width?"),
    ],
)
def test_a_wrong_option_is_named(post: Post, fields: dict[str, Any], field: str, says: str) -> None:
    answer = post(photograph(), **fields)
    assert answer.status == 422
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json
    assert problem["type"] == "/problems/invalid-request"
    assert problem["status"] == 422
    assert problem["instance"] == "/api/v1/tasks"
    assert [error["field"] for error in problem["errors"]] == [field]
    assert says in problem["errors"][0]["detail"]
    assert says in problem["detail"]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("image", "did you mean file?"),
        ("h", "did you mean height?"),
        ("fomat", "did you mean format?"),
        ("x" * 20, "/docs lists the fields"),
    ],
)
def test_an_unknown_field_is_answered_by_the_one_that_was_meant(post: Post, name: str, says: str) -> None:
    answer = post(photograph(), width=8, **{name: "1"})
    assert (answer.status, [error["field"] for error in answer.json["errors"]]) == (422, [name])
    assert says in answer.json["detail"]


def test_a_file_that_is_sent_as_text_is_answered_by_how_to_send_it(functions: Functions) -> None:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    body = b"file=photo.jpg&width=800"
    answer = functions.http("create_task", "POST", "/api/v1/tasks", headers=headers, body=body)
    assert answer.status == 422
    assert "-F file=@photo.jpg" in answer.json["detail"]


@pytest.mark.parametrize("kind", ["video/mp4", "image", "text/plain; charset=utf-8"])
def test_a_body_of_another_type_is_answered_by_how_to_send_it(functions: Functions, kind: str) -> None:
    headers = {"content-type": kind}
    answer = functions.http("create_task", "POST", "/api/v1/tasks", headers=headers, body=photograph())
    assert answer.status == 415
    assert "-F file=@photo.jpg" in answer.json["detail"]
    assert "application/json" in answer.json["detail"]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1jpeg", "The file is a HEIF image that is not HEIC; accepted are JPEG, PNG"),
        (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', "an SVG image"),
        (b"\xef\xbb\xbf<svg>", "an SVG image"),
        (b"%PDF-1.7\n", "a PDF document"),
        (b"\0\0\0\x20ftypisom\0\0\2\0", "a video (MP4 or QuickTime)"),
        (b"<!DOCTYPE html><html>", "an HTML page"),
        (b'{"error": "not found"}', "a JSON text"),
        (b"Hello", "not an image of an accepted format"),
    ],
)
def test_a_file_of_another_kind_is_named(post: Post, data: bytes, says: str) -> None:
    answer = post(data, width=8)
    assert (answer.status, answer.json["type"]) == (415, "/problems/unsupported-image-format")
    assert says in answer.json["detail"]


def test_a_disabled_format_is_refused_at_once(
    functions: Functions, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISABLED_FORMATS", "png,heic")
    functions._loaded.clear()
    answer = post(plain(), width=8)
    assert (answer.status, answer.json["type"]) == (415, "/problems/unsupported-image-format")
    assert answer.json["detail"] == "This service does not accept PNG."


def test_an_empty_file_is_called_empty(post: Post) -> None:
    answer = post(b"", width=8)
    assert answer.status == 415
    assert answer.json["detail"].startswith("The file is empty; accepted are JPEG")


def test_an_answer_does_not_grow_with_the_wrong_fields_of_a_request(functions: Functions) -> None:
    names = ["x" * 5_000, *(f"a{number}" for number in range(1_000))]
    body = json.dumps({"width": 8, "upload_id": str(uuid4())} | dict.fromkeys(names, 1)).encode()
    headers = {"content-type": "application/json"}
    answer = functions.http("create_task", "POST", "/api/v1/tasks", headers=headers, body=body)
    assert (answer.status, len(answer.json["errors"])) == (422, 20)
    assert answer.json["detail"].endswith("; and 981 more")
    assert len(answer.body) < 10_000


def test_options_of_every_kind_are_understood(functions: Functions, post: Post) -> None:
    fields = {"width": 90, "height": 90, "fit": "cover", "gravity": "smart", "crop": "0,0,400,400", "dpr": "1.5"}
    options = post(photograph(), **fields, background="tomato", quality="webp:60", format="webp").json["options"]
    assert options.items() >= {"fit": "cover", "crop": "0,0,400,400", "background": "#ff6347ff", "dpr": 1.5}.items()
    assert options["quality"] == "jpeg:80,webp:60,avif:60,jxl:80"


@pytest.mark.parametrize(
    ("fields", "slug"),
    [
        ({"width": 10, "crop": "600,0,100,100"}, "crop-outside"),
        ({"width": 10_000, "dpr": 2}, "target-too-large"),
        ({"scale": 9_000}, "target-too-large"),
        ({"width": 16_000, "pad": "500"}, "target-too-large"),
    ],
)
def test_what_cannot_be_made_is_refused_before_it_is_a_task(
    functions: Functions, post: Post, fields: dict[str, Any], slug: str
) -> None:
    answer = post(photograph(), **fields)
    assert (answer.status, answer.json["type"]) == (422, f"/problems/{slug}")
    assert functions["create_task"].store.blobs == {}


def test_a_png_may_lie_so_only_what_fits_neither_way_is_refused(post: Post) -> None:
    tall = plain(size=(20, 40))
    assert post(tall, width=10, crop="0,0,40,20").status == 202
    assert post(tall, width=10, crop="0,0,41,20").json["type"] == "/problems/crop-outside"
    assert post(tall, width=10, crop="0,0,40,20", auto_orient=False).json["type"] == "/problems/crop-outside"


def test_no_file_is_named(post: Post) -> None:
    answer = post(None, width=800)
    says = "send either the image as file, or the upload_id of an upload, or a source_url"
    assert (answer.status, answer.json["errors"]) == (422, [{"field": "body", "detail": says}])


def test_a_broken_form_cannot_be_read(functions: Functions) -> None:
    headers, body = multipart(photograph(), width=800)
    answer = functions.http("create_task", "POST", "/api/v1/tasks", headers=headers, body=body.replace(b"--b", b"-b"))
    assert (answer.status, answer.json["type"]) == (400, "/problems/malformed-request")


@pytest.mark.parametrize("charset", ["punycode", "undefined", "a\0b"])
def test_a_form_in_a_charset_that_is_none_cannot_be_read(functions: Functions, charset: str) -> None:
    headers, body = multipart(photograph(), width=800)
    headers = {"content-type": f"{headers['content-type']}; charset={charset}"}
    answer = functions.http("create_task", "POST", "/api/v1/tasks", headers=headers, body=body)
    assert (answer.status, answer.json["type"]) == (400, "/problems/malformed-request")


def test_names_of_headers_may_have_capitals_as_in_sam_local(functions: Functions) -> None:
    headers, body = multipart(photograph(), width=800)
    event = functions.event("POST", "/api/v1/tasks", headers=headers, body=body)
    event["headers"] = {name.title(): value for name, value in event["headers"].items()}
    assert functions["create_task"].handler(event, Context("create_task"))["statusCode"] == 202


@pytest.mark.parametrize("host", ["", "[", "a b", "example.org:8000:9", "example.org:99999", "ex@mple.org", "[::::]"])
def test_a_host_that_is_none_is_refused(post: Post, host: str) -> None:
    answer = post(photograph(), {"host": host}, width=800)
    assert (answer.status, answer.json["type"]) == (400, "/problems/malformed-request")
    assert answer.json["detail"] == "The header Host does not name a host."


@pytest.mark.parametrize(
    ("color", "status"),
    [("rgb(1e400 0 0)", 200), ("oklch(1e308 1e308 1e308)", 422), ("hsl(nan 0 0)", 422), ("#" + "f" * 500, 422)],
)
def test_a_color_beyond_all_floats_is_clipped_or_refused(functions: Functions, color: str, status: int) -> None:
    body = json.dumps({"source_width": 8, "source_height": 8, "width": 8, "background": color}).encode()
    headers = {"content-type": "application/json"}
    assert functions.http("plan_task", "POST", "/api/v1/plan", headers=headers, body=body).status == status


def test_of_a_repeated_field_the_last_counts_and_an_empty_one_is_absent(functions: Functions) -> None:
    fields = [("width", "x"), ("width", "90"), ("height", "")]
    answer = functions.http("create_task", "POST", "/api/v1/tasks", **form(fields))
    assert (answer.json["options"]["width"], answer.json["options"]["height"]) == (90, None)


def test_an_empty_list_is_absent_as_other_empty_fields_are(post: Post) -> None:
    """Browsers send each field of a form, and an empty file for a field of files."""
    answer = post(photograph(), width=8, renditions="", height="", format="", upload_id="")
    assert answer.status == 202
    assert answer.json["renditions"] is None


def test_an_unknown_field_is_refused_even_if_it_is_empty(functions: Functions, post: Post) -> None:
    def plan(kind: str, body: bytes, query: dict[str, str]) -> Answer:
        headers = {"content-type": kind}
        return functions.http("plan_task", "POST", "/api/v1/plan", headers=headers, body=body, query=query)

    for answer in (
        post(photograph(), width=8, widht=""),
        plan("application/json", b'{"source_width": 8, "source_height": 8, "width": 8, "widht": null}', {}),
        plan("image/jpeg", photograph(), {"width": "8", "widht": ""}),
    ):
        assert (answer.status, [error["field"] for error in answer.json["errors"]]) == (422, ["widht"])
        assert "did you mean width?" in answer.json["detail"]


def test_a_repeated_list_is_refused(functions: Functions) -> None:
    answer = functions.http(
        "create_task", "POST", "/api/v1/tasks", **form([("renditions", LIST), ("renditions", LIST)])
    )
    assert (answer.status, answer.json["errors"][0]["field"]) == (422, "renditions.0")


def test_a_file_in_place_of_a_number_is_refused(functions: Functions) -> None:
    headers, body = multipart(b"800", width=8)
    body = body.replace(b'name="width"', b'name="height"').replace(b'name="file"', b'name="width"')
    answer = functions.http("create_task", "POST", "/api/v1/tasks", headers=headers, body=body)
    assert answer.status == 422
    assert "width" in [error["field"] for error in answer.json["errors"]]


def form(fields: list[tuple[str, str]]) -> dict[str, Any]:
    """Encode a form with a photograph, in which fields may be repeated."""
    headers, body = multipart(photograph())
    parts = [f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields]
    return {"headers": headers, "body": "".join(parts).encode() + body}


def test_a_form_may_have_one_file(functions: Functions) -> None:
    headers, body = multipart(photograph(), width=800)
    answer = functions.http("create_task", "POST", "/api/v1/tasks", headers=headers, body=body[:-7] + b"\r\n" + body)
    assert (answer.status, answer.json["detail"]) == (
        400,
        "Too many files. Maximum number of files is 1. Create a task for each image.",
    )


@pytest.mark.parametrize(
    ("file", "status", "slug"),
    [
        (b"hello", 415, "unsupported-image-format"),
        (b"", 415, "unsupported-image-format"),
        (b"GIF88a" + bytes(100), 415, "unsupported-image-format"),
        (photograph()[:20], 422, "corrupt-image"),
        (b"\x89PNG\r\n\x1a\n", 422, "corrupt-image"),
    ],
)
def test_what_is_no_image_is_refused(post: Post, file: bytes, status: int, slug: str) -> None:
    answer = post(file, width=800)
    assert (answer.status, answer.json["type"]) == (status, f"/problems/{slug}")
    assert answer.json["detail"].endswith(".")


@pytest.mark.parametrize(
    ("variable", "fields", "status", "slug"),
    [
        ("MAX_SOURCE_BYTES", {"width": 10}, 413, "source-too-large"),
        ("MAX_SOURCE_PIXELS", {"width": 10}, 422, "image-too-large"),
        ("MAX_SOURCE_SIDE", {"width": 10}, 422, "image-too-large"),
        ("MAX_TARGET_SIDE", {"width": 101}, 422, "target-too-large"),
        ("MAX_TARGET_SIDE", {"height": 101}, 422, "target-too-large"),
        ("MAX_TARGET_PIXELS", {"width": 11, "height": 10, "preserve_ratio": False}, 422, "target-too-large"),
    ],
)
def test_a_limit_is_told_with_its_number(
    functions: Functions,
    monkeypatch: pytest.MonkeyPatch,
    post: Post,
    variable: str,
    fields: dict[str, Any],
    status: int,
    slug: str,
) -> None:
    monkeypatch.setenv(variable, "100")
    functions._loaded.clear()
    answer = post(photograph(), **fields)
    assert (answer.status, answer.json["type"]) == (status, f"/problems/{slug}")
    assert "100" in answer.json["detail"]
    assert functions["create_task"].store.blobs == {}


def test_the_same_key_and_request_give_the_same_task(functions: Functions, post: Post) -> None:
    first = post(photograph(), {"idempotency-key": "k1"}, width=800)
    again = post(photograph(), {"idempotency-key": "k1"}, width=800)
    assert "idempotency-replayed" not in first.headers
    assert (again.status, again.headers["idempotency-replayed"]) == (202, "true")
    assert again.json == first.json
    assert len(functions["create_task"].queue.messages) == 1
    assert len(functions["create_task"].store.blobs) == 1


@pytest.mark.parametrize("other", [{"width": 801}, {"width": 800, "preserve_ratio": False, "height": 1}])
def test_the_same_key_with_other_options_is_refused(post: Post, other: dict[str, Any]) -> None:
    post(photograph(), {"idempotency-key": "k1"}, width=800)
    answer = post(photograph(), {"idempotency-key": "k1"}, **other)
    assert (answer.status, answer.json["type"]) == (422, "/problems/idempotency-key-reused")


def test_the_same_key_with_another_image_is_refused(functions: Functions, post: Post) -> None:
    post(photograph(), {"idempotency-key": "k1"}, width=800)
    answer = post(photograph("flower.jpg"), {"idempotency-key": "k1"}, width=800)
    assert answer.status == 422
    assert len(functions["create_task"].store.blobs) == 1


@pytest.mark.parametrize("key", ["", "a b", "é", "x" * 256])
def test_a_key_must_be_visible_ascii(post: Post, key: str) -> None:
    answer = post(photograph(), {"idempotency-key": key}, width=800)
    assert (answer.status, answer.json["errors"][0]["field"]) == (422, "Idempotency-Key")


def test_a_replay_rings_for_a_task_that_nobody_has_rung_for(functions: Functions, post: Post) -> None:
    module = functions["create_task"]
    task = post(photograph(), {"idempotency-key": "k1"}, width=800).json
    module.queue.messages.clear()
    [stored] = module.tasks.tasks.values()
    module.tasks.tasks[stored.id] = replace(stored, message_id=None)  # killed before it rang
    again = post(photograph(), {"idempotency-key": "k1"}, width=800).json
    assert again["id"] == task["id"]
    assert len(module.queue.messages) == 1


@pytest.mark.parametrize("method", ["push", "note_message"])
def test_a_replay_that_cannot_ring_takes_nothing_back_from_who_came_first(
    functions: Functions, post: Post, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    """The first request has pushed its message, but not noted it yet."""
    module = functions["create_task"]
    post(photograph(), {"idempotency-key": "k1"}, width=800)
    [stored] = module.tasks.tasks.values()
    module.tasks.tasks[stored.id] = replace(stored, message_id=None)

    async def refuse(*_: Any) -> Any:
        raise QueueUnavailable("It does not answer. Try again.")

    async def vanish(*_: Any) -> bool:
        return False

    monkeypatch.setattr(*((module.queue, "push", refuse) if method == "push" else (module.tasks, method, vanish)))
    answer = post(photograph(), {"idempotency-key": "k1"}, width=800)
    assert (answer.status, answer.json["type"]) == (503, "/problems/queue-unavailable")
    assert stored.id in module.tasks.tasks
    assert stored.source_key in module.store.blobs


@pytest.mark.parametrize("port", ["tasks.add", "queue.push"])
def test_a_request_that_is_refused_leaves_no_task(
    functions: Functions, post: Post, monkeypatch: pytest.MonkeyPatch, port: str
) -> None:
    module = functions["create_task"]
    name, method = port.split(".")
    problem = RepositoryUnavailable if name == "tasks" else QueueUnavailable

    async def away(*_: Any) -> Any:
        raise problem("It does not answer. Try again.")

    monkeypatch.setattr(getattr(module, name), method, away)
    answer = post(photograph(), width=800)
    assert (answer.status, answer.json["type"]) == (503, f"/problems/{problem.slug()}")
    assert int(answer.headers["retry-after"]) >= 1
    assert len(module.store.blobs) == (name == "tasks")  # for a row that the database may add yet
    assert module.tasks.tasks == {}


def test_a_request_that_cannot_ring_takes_nothing_back_from_a_replay_that_could(
    functions: Functions, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = functions["create_task"]

    async def refuse_after_somebody_else_rang(message: Any) -> Any:
        await module.tasks.note_message(message.task_id, "1-0")
        raise QueueUnavailable("It does not answer. Try again.")

    monkeypatch.setattr(module.queue, "push", refuse_after_somebody_else_rang)
    answer = post(photograph(), {"idempotency-key": "k1"}, width=800)
    [task] = module.tasks.tasks.values()
    assert (answer.status, answer.json["id"]) == (202, str(task.id))  # the replay has accepted it for both
    assert list(module.store.blobs) == [task.source_key]


def test_a_refused_task_that_cannot_be_taken_back_is_logged(
    functions: Functions, post: Post, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    module = functions["create_task"]

    async def away(*_: Any) -> Any:
        raise RepositoryUnavailable("It does not answer. Try again.")

    monkeypatch.setattr(module.tasks, "add", away)
    monkeypatch.setattr(module.tasks, "discard", away)
    assert post(photograph(), width=800).status == 503
    assert "a refused task could not be removed" in capsys.readouterr().out


def test_a_message_that_cannot_be_noted_does_not_refuse_the_task(
    functions: Functions, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: Any) -> Any:
        raise RepositoryUnavailable("It does not answer. Try again.")

    monkeypatch.setattr(functions["create_task"].tasks, "note_message", away)
    assert post(photograph(), width=800).status == 202


def test_a_replay_needs_no_room_in_the_store(functions: Functions, post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    first = post(photograph(), {"idempotency-key": "k1"}, width=800)
    monkeypatch.setattr(functions["create_task"].store, "_quota_bytes", 10)
    again = post(photograph(), {"idempotency-key": "k1"}, width=800)
    assert (again.status, again.headers["idempotency-replayed"], again.json) == (202, "true", first.json)
    assert post(photograph(), {"idempotency-key": "k2"}, width=800).status == 503


@pytest.mark.parametrize("method", ["store.put", "tasks.add", "queue.push"])
def test_a_fault_that_nobody_foresaw_leaves_nothing(
    functions: Functions, post: Post, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    module = functions["create_task"]
    break_after(monkeypatch, module, method, TypeError)
    assert post(photograph(), width=800).status == 500
    assert (module.store.blobs, module.tasks.tasks) == ({}, {})


@pytest.mark.parametrize("method", ["store.delete", "tasks.get", "tasks.backlog", "tasks.note_message"])
def test_what_is_accepted_is_never_refused_for_a_fault_that_comes_later(
    functions: Functions, post: Post, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    module = functions["create_task"]
    break_after(monkeypatch, module, method, RepositoryUnavailable)
    for headers in ({"idempotency-key": "k1"}, {"idempotency-key": "k1"}, {"prefer": "wait=1"}):
        answer = post(photograph(), headers, width=800)
        assert (answer.status, answer.headers["retry-after"].isdigit()) == (202, True)
        assert UUID(answer.json["id"]) in module.tasks.tasks


@pytest.mark.parametrize("method", ["store.delete", "tasks.backlog"])
def test_what_lost_a_race_for_its_key_is_answered_with_the_task_of_the_winner(
    functions: Functions, post: Post, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    module = functions["create_task"]
    winner = post(photograph(), {"idempotency-key": "k1"}, width=800).json

    async def see_nothing(*_: Any) -> None:
        return None

    monkeypatch.setattr(module.tasks, "find", see_nothing)  # the winner's row came a moment later
    break_after(monkeypatch, module, method, StoreUnavailable)
    answer = post(photograph(), {"idempotency-key": "k1"}, width=800)
    assert (answer.status, answer.headers["idempotency-replayed"], answer.json["id"]) == (202, "true", winner["id"])
    assert list(module.store.blobs) == [f"sources/{winner['id']}"]


def test_a_task_that_can_neither_be_enqueued_nor_removed_is_accepted(
    functions: Functions, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its row is there, and the sweeper enqueues it."""
    module = functions["create_task"]
    break_after(monkeypatch, module, "queue.push", QueueUnavailable, before=True)
    break_after(monkeypatch, module, "tasks.discard", RepositoryUnavailable, before=True)
    answer = post(photograph(), width=800)
    assert answer.status == 202
    assert list(module.store.blobs) == [f"sources/{answer.json['id']}"]


def test_a_task_whose_attempt_began_is_accepted_although_the_queue_did_not_answer(
    functions: Functions, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = functions["create_task"]

    async def lose_the_answer(message: Any) -> Any:
        await module.tasks.claim(message.task_id, lease_s=60, max_attempts=3)
        raise QueueUnavailable("It does not answer. Try again.")

    monkeypatch.setattr(module.queue, "push", lose_the_answer)
    answer = post(photograph(), width=800)
    assert (answer.status, UUID(answer.json["id"]) in module.tasks.tasks) == (202, True)


def test_what_the_database_may_have_accepted_is_not_said_to_be_refused(
    functions: Functions, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = functions["create_task"]
    break_after(monkeypatch, module, "tasks.add", RepositoryUnavailable)
    break_after(monkeypatch, module, "tasks.discard", RepositoryUnavailable, before=True)
    answer = post(photograph(), width=800)
    assert (answer.status, answer.json["type"]) == (503, "/problems/repository-unavailable")
    assert "may have accepted the task" in answer.json["detail"]
    [task] = module.tasks.tasks.values()
    assert list(module.store.blobs) == [task.source_key]


def test_a_row_that_appears_after_its_request_was_answered_has_its_source(
    functions: Functions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server executes a statement that waits for a lock, though its connection was reset in the meantime."""
    module = functions["create_task"]
    add, late = module.tasks.add, list[Any]()

    async def unanswered(new: Any) -> Any:
        late.append(new)
        raise RepositoryUnavailable("It does not answer. Try again.")

    headers, body = multipart(photograph(), width=800)
    with monkeypatch.context() as broken:
        broken.setattr(module.tasks, "add", unanswered)
        headers["idempotency-key"] = "k"
        answer = functions.http("create_task", "POST", "/api/v1/tasks", headers=headers, body=body)
    assert (answer.status, "may have accepted the task" in answer.json["detail"]) == (503, True)
    [new] = late
    loop.run(add(new))
    again = functions.http("create_task", "POST", "/api/v1/tasks", headers=headers, body=body)
    assert (again.status, again.json["id"]) == (202, str(new.id))
    assert list(module.store.blobs) == [new.source_key]


def break_after(
    monkeypatch: pytest.MonkeyPatch, module: Any, method: str, error: type[Exception], *, before: bool = False
) -> None:
    """Raise an error after each call of a port's method, whose answer is lost, or before it."""
    port, _, name = method.partition(".")
    own = getattr(getattr(module, port), name)

    async def broken(*arguments: Any, **named: Any) -> Any:
        if not before:
            await own(*arguments, **named)
        raise error("It does not answer. Try again.")

    monkeypatch.setattr(getattr(module, port), name, broken)


def test_a_full_queue_and_a_full_store_are_told_apart(
    functions: Functions, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(functions["create_task"].store, "_quota_bytes", 10)
    store_full = post(photograph(), width=800)
    monkeypatch.setattr(functions["create_task"].queue, "_max_length", 0)
    queue_full = post(photograph(), width=800)
    assert (queue_full.status, queue_full.json["type"]) == (503, "/problems/queue-full")
    assert (store_full.status, store_full.json["type"]) == (503, "/problems/store-full")
    assert int(queue_full.headers["retry-after"]) > 0


def test_a_full_queue_refuses_before_anything_is_written(
    functions: Functions, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = functions["create_task"]
    monkeypatch.setattr(module.queue, "_max_length", 0)
    for method in ("store.put", "tasks.add"):
        break_after(monkeypatch, module, method, AssertionError, before=True)
    assert post(photograph(), width=800).json["type"] == "/problems/queue-full"


def test_waiting_in_vain_answers_202(post: Post) -> None:
    answer = post(photograph(), {"prefer": "wait=1"}, width=800)
    assert answer.status == 202
    assert "preference-applied" not in answer.headers


def test_waiting_answers_200_once_the_task_is_over(
    functions: Functions, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = functions["create_task"]
    push = module.queue.push

    async def push_and_fail_at_once(message: Any) -> Any:
        task = await module.tasks.claim(message.task_id, lease_s=1, max_attempts=1)
        await module.tasks.release(task)
        await module.tasks.claim(message.task_id, lease_s=1, max_attempts=1)
        return await push(message)

    monkeypatch.setattr(module.queue, "push", push_and_fail_at_once)
    answer = post(plain(), {"prefer": "wait=5"}, width=800)
    assert (answer.status, answer.json["status"]) == (200, "failed")
    assert answer.headers["preference-applied"] == "wait=5"
    assert "retry-after" not in answer.headers


def test_requests_and_tasks_are_logged_and_counted(
    functions: Functions, post: Post, capsys: pytest.CaptureFixture[str]
) -> None:
    task = post(photograph(), width=800).json
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    accepted = next(line for line in lines if line.get("message") == "task accepted")
    assert (accepted["task_id"], accepted["request_id"], accepted["trace_id"]) == (
        task["id"],
        "request-1",
        "Root=1-2-3",
    )
    request = next(line for line in lines if line.get("message") == "request")
    assert (request["method"], request["path"], request["status"]) == ("POST", "/api/v1/tasks", 202)
    [metric] = [line for line in lines if "_aws" in line]
    assert metric["TasksCreated"] == [1]
    assert metric["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "ImageScaler"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("Root=1-2-3;Parent=4;Sampled=1", "Root=1-2-3;Parent=4;Sampled=1"),
        ("x" * 9000, "x" * 256),
        ("Root=1\r\n{}\x1b[2K é\u2028", "Root=1??{}?[2K???"),
    ],
)
def test_the_trace_id_of_a_client_is_bounded_and_visible_in_logs_and_messages(
    functions: Functions, post: Post, capsys: pytest.CaptureFixture[str], sent: str, kept: str
) -> None:
    post(plain(), {"x-amzn-trace-id": sent}, width=8)
    [message] = functions["create_task"].queue.messages.values()
    assert message.trace_id == kept
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {line["trace_id"] for line in lines if "trace_id" in line} == {kept}


def test_the_path_of_a_request_is_logged_encoded_and_cut_off(
    functions: Functions, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in ("/a\nINFO forged\x1b[2K\u202e", "/" + "a" * 5000):
        functions.http("create_task", "GET", path)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    encoded, long = (line["path"] for line in lines if line.get("message") == "request")
    assert encoded == "/a%0AINFO%20forged%1B%5B2K%E2%80%AE"
    assert len(long) == 256


def test_a_bug_is_a_problem_too(functions: Functions, post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: bytes) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(functions["create_task"], "probe", broken)
    answer = post(photograph(), width=800)
    assert (answer.status, answer.headers["content-type"]) == (500, "application/problem+json")
    assert answer.json["title"] == "Internal Server Error"


@pytest.mark.parametrize(("waiting", "retry_after"), [(0, "1"), (499, "25"), (5000, "60")])
def test_whoever_finds_no_room_is_told_from_the_waiting_work_when_to_come_again(
    functions: Functions, post: Post, monkeypatch: pytest.MonkeyPatch, waiting: int, retry_after: str
) -> None:
    module = functions["create_task"]
    task_id = UUID(post(plain(), width=8).json["id"])
    task = module.tasks.tasks.pop(task_id)
    module.tasks.tasks |= {UUID(int=number): task for number in range(waiting)}
    monkeypatch.setattr(module.queue, "_max_length", 0)
    assert post(photograph(), width=800).headers["retry-after"] == retry_after
    monkeypatch.setattr(module.store, "_quota_bytes", 10)
    assert post(photograph(), width=800).headers["retry-after"] == retry_after


def test_whoever_finds_the_store_full_of_uploads_is_told_when_they_expire(
    functions: Functions, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = functions["create_task"]
    monkeypatch.setattr(module.store, "_quota_bytes", 10_000_000)
    loop.run(module.store.put("uploads/1", bytes(7_499_000), ttl_s=900))
    answer = post(photograph(), width=800)
    assert (answer.status, answer.json["type"]) == (503, "/problems/store-full")
    assert 890 < int(answer.headers["retry-after"]) <= 900


def test_the_image_of_a_request_with_a_key_is_hashed_once(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed = []
    digest = vars(InlineImage)["digest"]

    def counted(image: InlineImage) -> Any:
        hashed.append(image)
        return digest.fget(image)

    monkeypatch.setattr(InlineImage, "digest", property(counted))
    assert post(photograph(), {"idempotency-key": "one"}, width=8).status == 202
    assert len(hashed) == 1
