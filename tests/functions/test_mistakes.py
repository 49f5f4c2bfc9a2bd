"""Mistakes that people make, and what they are told: the message names the mistake and what to do instead."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from time import process_time
from typing import Any

import pytest

from imagescaler.domain.formats import RESULT_FORMATS, Format
from imagescaler.web.app import create_app, lambda_handler
from tests.answer import Answer
from tests.functions.conftest import Context, Functions, multipart
from tests.pictures import photograph

NO_TASK = "11111111-2222-4333-8444-555555555555"
Send = Callable[[Functions], Answer]


@dataclass(frozen=True)
class Mistake:
    """A request that is wrong, its status, and the whole message."""

    what: str
    send: Send
    status: int
    message: str


def form(*, file: bytes | None = None, query: dict[str, str] | None = None, **fields: Any) -> Send:
    """POST a form; without `file`, a photograph is its file."""
    headers, body = multipart(photograph() if file is None else file, **fields)
    return lambda functions: functions.http(
        "create_task", "POST", "/api/v1/tasks", query=query, headers=headers, body=body
    )


def form_without_file(kind: str = "multipart/form-data; boundary=b", **fields: Any) -> Send:
    _, body = multipart(**fields)
    return raw(kind, body)


def form_of_two_files() -> Send:
    headers, body = multipart(photograph())
    return raw(headers["content-type"], body.removesuffix(b"--b--\r\n") + body)


def raw(kind: str, body: bytes, **more: str) -> Send:
    """POST a body to /tasks as it is."""
    headers = {"content-type": kind, **more}
    return lambda functions: functions.http("create_task", "POST", "/api/v1/tasks", headers=headers, body=body)


def image(**query: str) -> Send:
    """POST a photograph as the body, with options in the query."""
    headers = {"content-type": "image/jpeg"}
    return lambda functions: functions.http(
        "create_task", "POST", "/api/v1/tasks", query=query, headers=headers, body=photograph()
    )


def to_uploads(body: bytes | dict[str, Any], kind: str = "application/json") -> Send:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return lambda functions: functions.http(
        "create_upload", "POST", "/api/v1/uploads", headers={"content-type": kind}, body=content
    )


def as_json(**content: Any) -> Send:
    return raw("application/json", json.dumps(content).encode())


def plan(**content: Any) -> Send:
    body = json.dumps(content).encode()
    headers = {"content-type": "application/json"}
    return lambda functions: functions.http("plan_task", "POST", "/api/v1/plan", headers=headers, body=body)


def get(function: str, path: str, **query: str) -> Send:
    return lambda functions: functions.http(function, "GET", path, query=query)


def other(method: str, path: str) -> Send:
    return lambda functions: functions.http("docs", method, path)


ACCEPTED = ", ".join(each.name for each in Format)
FORMATS = ", ".join(map(repr, map(str, RESULT_FORMATS[:-1]))) + f" or {str(RESULT_FORMATS[-1])!r}"
MEDIA_TYPES = ", ".join(each.media_type for each in Format)
UPLOAD = {"bytes": 12_345_678, "media_type": "image/jpeg"}
MISTAKES = [
    Mistake("a misspelt option", form(widht=800), 422, "widht: there is no such field; did you mean width?"),
    Mistake(
        "an option in camel case",
        form(width=8, preserveRatio="false"),
        422,
        "preserveRatio: there is no such field; did you mean preserve_ratio?",
    ),
    Mistake(
        "an option of another service", form(width=8, q=80), 422, "q: there is no such field; did you mean quality?"
    ),
    Mistake(
        "a field that resembles none",
        form(width=8, hello="1"),
        422,
        "hello: there is no such field; /docs lists the fields",
    ),
    Mistake(
        "the image in another field",
        form_without_file(image="photo", width=8),
        422,
        "image: there is no such field; did you mean file?",
    ),
    Mistake(
        "the @ forgotten",
        form_without_file(file="photo.jpg", width=8),
        422,
        "file: send the image as a file of a multipart form, with curl by an @ before its name: -F "
        "file=@photo.jpg (it is 'photo.jpg')",
    ),
    Mistake(
        "no file",
        form_without_file(width=8),
        422,
        "body: send either the image as file, or the upload_id of an upload, or a source_url",
    ),
    Mistake("an empty file", form(file=b"", width=8), 415, f"The file is empty; accepted are {ACCEPTED}."),
    Mistake("a unit", form(width="800px"), 422, "width: send a whole number, without a unit (it is '800px')"),
    Mistake("a size in one option", form(size="800x600"), 422, "size: there is no such field; did you mean width?"),
    Mistake("a percentage", form(width="50%"), 422, "width: send a whole number, without a unit (it is '50%')"),
    Mistake(
        "a side beyond the limit",
        form(width=100_000),
        422,
        "The scaled image would be 100000 x 66719; the limits are 50,000,000 pixels and 16,383 for a side.",
    ),
    Mistake(
        "a word that is neither true nor false",
        form(width=8, preserve_ratio="maybe"),
        422,
        "preserve_ratio: send true or false (it is 'maybe')",
    ),
    Mistake("a misspelt format", form(width=8, format="jpge"), 422, f"format: send 'auto', {FORMATS} (it is 'jpge')"),
    Mistake(
        "a format that the service does not write",
        form(width=8, format="bmp"),
        422,
        f"format: send 'auto', {FORMATS} (it is 'bmp')",
    ),
    Mistake(
        "a quality beyond 100",
        form(width=8, quality=150),
        422,
        "quality: send 1 to 100, or one for each format, such as jpeg:80,webp:80,avif:60,jxl:80, or auto (it is '150')",
    ),
    Mistake(
        "a fit that does not exist",
        form(width=8, height=8, fit="crop"),
        422,
        "fit: send 'inside', 'outside', 'cover', 'contain' or 'fill' (it is 'crop')",
    ),
    Mistake(
        "a misspelt color",
        form(width=8, background="transparant"),
        422,
        "background: send a CSS color, such as white, #ffcc00, rgb(255 204 0 / 50%) or transparent (it "
        "is 'transparant')",
    ),
    Mistake(
        "a crop in another notation",
        form(width=8, crop="10x10+5+5"),
        422,
        "crop: send left,top,width,height in pixels, such as 10,20,300,200 (it is '10x10+5+5')",
    ),
    Mistake(
        "an angle in words",
        form(width=8, rotate="sideways"),
        422,
        "rotate: send a whole number, without a unit (it is 'sideways')",
    ),
    Mistake(
        "options in the query of a form",
        form(width=8, query={"width": "800"}),
        422,
        "width: send it as a field of the body; the query has the options of a body that is the image itself, with a "
        "Content-Type such as image/jpeg",
    ),
    Mistake(
        "renditions that are not JSON",
        form(renditions="small,large"),
        422,
        "renditions.0: send a JSON list of objects, each with a name and options (it is 'small,large')",
    ),
    Mistake(
        "a rendition without a name",
        form(renditions='[{"width": 8}]'),
        422,
        "renditions.0.name: it is missing; send it",
    ),
    Mistake(
        "a rendition with a file's name",
        form(renditions='[{"name": "a.jpg", "width": 8}]'),
        422,
        "renditions.0.name: send at most 32 letters, digits, - and _, with a letter or digit first (it is 'a.jpg')",
    ),
    Mistake(
        "two renditions of one name",
        form(renditions='[{"name": "a", "width": 8}, {"name": "a", "width": 9}]'),
        422,
        "renditions: the name a occurs 2 times; each must be unique",
    ),
    Mistake(
        "a misspelt option of a rendition",
        form(renditions='[{"name": "a", "widht": 8}]'),
        422,
        "renditions.0.widht: there is no such field; did you mean width?",
    ),
    Mistake(
        "the image in base64",
        form(file=b"/9j/4AAQSkZJRg==", width=8),
        415,
        f"The file is an image in base64 (send its bytes instead); accepted are {ACCEPTED}.",
    ),
    Mistake(
        "a URL in a file",
        form(file=b"https://example.org/photo.jpg\n", width=8),
        415,
        f"The file is a URL (send the image itself); accepted are {ACCEPTED}.",
    ),
    Mistake("a PDF", form(file=b"%PDF-1.7\n", width=8), 415, f"The file is a PDF document; accepted are {ACCEPTED}."),
    Mistake(
        "an SVG with a byte order mark",
        form(file="\ufeff<svg>".encode(), width=8),
        415,
        f"The file is an SVG image; accepted are {ACCEPTED}.",
    ),
    Mistake(
        "an SVG in UTF-16",
        form(file="<?xml version='1.0'?><svg>".encode("utf-16"), width=8),
        415,
        f"The file is an SVG image; accepted are {ACCEPTED}.",
    ),
    Mistake(
        "an error page that was saved as a picture",
        form(file=b"<!DOCTYPE html><html>", width=8),
        415,
        f"The file is an HTML page; accepted are {ACCEPTED}.",
    ),
    Mistake(
        "a file that was cut off",
        form(file=photograph()[:100], width=8),
        422,
        "The file begins like a JPEG, but its header has no size: it may be cut off. Send the whole file.",
    ),
    Mistake(
        "JSON without its Content-Type",
        raw("application/x-www-form-urlencoded", b'{"upload_id": "1", "width": 8}'),
        415,
        "The body looks like JSON. Send it with the header Content-Type: application/json.",
    ),
    Mistake(
        "curl --data-binary without a Content-Type",
        raw("application/x-www-form-urlencoded", b"\xff\xd8\xff\xe0\0\x10JFIF\0" + b"&a=1" * 60),
        415,
        "The body looks like a file. Send it with the header Content-Type: image/jpeg, or the type that it has, and "
        "with the options in the query.",
    ),
    Mistake(
        "a form with very many fields",
        raw("application/x-www-form-urlencoded", b"&".join(b"a%d=1" % number for number in range(120))),
        400,
        "Too many fields. Maximum number of fields is 100. Each option is a field of its own, and is sent once.",
    ),
    Mistake(
        "two files",
        form_of_two_files(),
        400,
        "Too many files. Maximum number of files is 1. Create a task for each image.",
    ),
    Mistake(
        "an image as a text",
        form_without_file(file="x" * 1_100_000, width=8),
        400,
        "Part exceeded maximum size of 1024KB. Send the image as a file, with curl -F file=@photo.jpg.",
    ),
    Mistake(
        "the @ forgotten before the body",
        raw("image/jpeg", b"photo.jpg"),
        415,
        f"The file is the name of a file (with curl, put an @ before it); accepted are {ACCEPTED}.",
    ),
    Mistake("no JSON", raw("application/json", b""), 400, "The body is empty. Send a JSON object."),
    Mistake(
        "JSON with a comma too many",
        raw("application/json", b'{"width": 8,}'),
        400,
        "The body is not JSON: Expecting property name enclosed in double quotes: line 1 column 13 (char 12).",
    ),
    Mistake(
        "JSON that is a list",
        raw("application/json", b"[]"),
        400,
        "The body must be a JSON object, with a name and a value for each field.",
    ),
    Mistake(
        "a boundary forgotten",
        raw("multipart/form-data", multipart(photograph(), width=8)[1]),
        400,
        "The Content-Type has no boundary, which separates the fields of a multipart form. Let the "
        "client set this header: it knows the boundary.",
    ),
    Mistake(
        "a text that is no id",
        as_json(upload_id="my-upload", width=8),
        422,
        "upload_id: send the id as the service returned it, a UUID (it is 'my-upload')",
    ),
    Mistake(
        "an upload that was never sent",
        as_json(upload_id=NO_TASK, width=8),
        404,
        "There is no upload 11111111-2222-4333-8444-555555555555: its bytes were not sent, or it has "
        "expired. Upload the file again.",
    ),
    Mistake(
        "a file in JSON",
        as_json(file="/9j/4AAQSkZJRg==", width=8),
        422,
        "file: send the image as a file of a multipart form, with curl by an @ before its name: -F "
        "file=@photo.jpg (it is '/9j/4AAQSkZJRg==')",
    ),
    Mistake(
        "an Idempotency-Key that is too long",
        raw("multipart/form-data; boundary=b", multipart(photograph(), width=8)[1], **{"idempotency-key": "x" * 300}),
        422,
        "Idempotency-Key: send 1 to 255 visible ASCII characters without spaces, such as a UUID; this "
        "key has 300 characters",
    ),
    Mistake(
        "an Idempotency-Key with a space",
        raw("multipart/form-data; boundary=b", multipart(photograph(), width=8)[1], **{"idempotency-key": "my key"}),
        422,
        "Idempotency-Key: send 1 to 255 visible ASCII characters without spaces, such as a UUID; this "
        "key has 6 characters (it is 'my key')",
    ),
    Mistake(
        "the file sent to /uploads",
        to_uploads(multipart(photograph())[1], "multipart/form-data; boundary=b"),
        415,
        "Send the size and the type of the file as JSON, with the header Content-Type: "
        'application/json, such as {"bytes": 12345678, "media_type": "image/jpeg"}. Then send the file '
        "itself to the url in the response.",
    ),
    Mistake(
        "the bytes sent to /uploads",
        to_uploads(photograph(), "image/jpeg"),
        415,
        "Send the size and the type of the file as JSON, with the header Content-Type: "
        'application/json, such as {"bytes": 12345678, "media_type": "image/jpeg"}. Then send the file '
        "itself to the url in the response.",
    ),
    Mistake(
        "an upload without its size", to_uploads({"media_type": "image/jpeg"}), 422, "bytes: it is missing; send it"
    ),
    Mistake(
        "an upload's size by another name",
        to_uploads({"size": 1, "media_type": "image/jpeg"}),
        422,
        "bytes: it is missing; send it; size: there is no such field; did you mean bytes?",
    ),
    Mistake(
        "an upload with a field that resembles none",
        to_uploads({**UPLOAD, "filename": "a.jpg"}),
        422,
        "filename: there is no such field; /docs lists the fields",
    ),
    Mistake(
        "an upload of another type",
        to_uploads({**UPLOAD, "media_type": "image/x-psd"}),
        415,
        f"image/x-psd is not supported. Send one of {MEDIA_TYPES}, application/octet-stream.",
    ),
    Mistake(
        "an upload that is too large",
        to_uploads({**UPLOAD, "bytes": 60_000_000}),
        413,
        "The file has 60,000,000 bytes; the limit is 50,000,000. Send a smaller one.",
    ),
    Mistake(
        "a plan without an image",
        plan(width=8),
        422,
        "body: send either a file, or an upload_id, or source_width and source_height",
    ),
    Mistake(
        "a plan with half a size", plan(source_width=8, width=8), 422, "body: send both source_width and source_height"
    ),
    Mistake(
        "a number for the id of a task",
        get("get_task", "/api/v1/tasks/42"),
        422,
        "task_id: send the id as the service returned it, a UUID (it is '42')",
    ),
    Mistake(
        "a variable that the shell did not replace",
        get("get_task", "/api/v1/tasks/$ID"),
        422,
        "task_id: send the id as the service returned it, a UUID (it is '$ID')",
    ),
    Mistake(
        "a task that does not exist",
        get("get_task", f"/api/v1/tasks/{NO_TASK}"),
        404,
        "There is no task 11111111-2222-4333-8444-555555555555. Its id comes from the answer to POST /api/v1/tasks.",
    ),
    Mistake(
        "a parameter that a task does not have",
        get("get_task", f"/api/v1/tasks/{NO_TASK}", wait="10"),
        422,
        "wait: there is no such parameter; this path has none",
    ),
    Mistake(
        "a misspelt parameter of a result",
        get("get_result", f"/api/v1/results/{NO_TASK}", rendtion="small"),
        422,
        "rendtion: there is no such parameter; did you mean rendition?",
    ),
    Mistake(
        "a parameter of other services",
        get("get_result", f"/api/v1/results/{NO_TASK}", download="1"),
        422,
        "download: there is no such parameter; this path has rendition",
    ),
    Mistake(
        "a misspelt option beside an image",
        image(widht="800"),
        422,
        "widht: there is no such parameter; did you mean width?",
    ),
    Mistake(
        "an option of another service beside an image",
        image(quality="80", w="800"),
        422,
        "w: there is no such parameter; did you mean width?",
    ),
    Mistake(
        "an image that is sent as text",
        raw("text/plain", photograph()),
        415,
        "Send the image as the file of a form (multipart/form-data, with curl -F file=@photo.jpg), or as the body "
        "itself (image/jpeg, for example) with the options in the query, or JSON (application/json) with an upload_id.",
    ),
    Mistake(
        "the method of another path",
        other("GET", "/api/v1/plan"),
        405,
        "GET is no method of this path. Send POST. See /docs for the API.",
    ),
    Mistake(
        "a path without its version",
        other("POST", "/tasks"),
        404,
        "There is nothing at this path. Did you mean /api/v1/tasks? See /docs for the API.",
    ),
    Mistake(
        "a path with a slash at its end",
        other("GET", "/api/v1/health/"),
        404,
        "There is nothing at this path. Did you mean /api/v1/health? See /docs for the API.",
    ),
    Mistake(
        "a path that resembles none",
        other("GET", "/wp-login.php"),
        404,
        "There is nothing at this path. See /docs for the API.",
    ),
]


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.what)
def test_a_mistake_is_answered_by_what_to_do(functions: Functions, mistake: Mistake) -> None:
    answer = mistake.send(functions)
    assert (answer.status, answer.json["detail"]) == (mistake.status, mistake.message)
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("function", "method", "path"),
    [
        ("create_task", "POST", "/api/v1/tasks"),
        ("plan_task", "POST", "/api/v1/plan"),
        ("create_upload", "POST", "/api/v1/uploads"),
        ("get_task", "GET", f"/api/v1/tasks/{NO_TASK}"),
        ("get_result", "GET", f"/api/v1/results/{NO_TASK}"),
        ("get_result", "HEAD", f"/api/v1/results/{NO_TASK}"),
    ],
)
def test_an_unknown_parameter_is_refused_by_each_route(
    functions: Functions, function: str, method: str, path: str
) -> None:
    answer = functions.http(function, method, path, query={"hello": "1"})
    assert answer.status == 422
    if method != "HEAD":
        assert [error["field"] for error in answer.json["errors"]] == ["hello"]


@pytest.mark.parametrize(
    ("function", "path"), [("health", "/api/v1/health"), ("docs", "/docs"), ("docs", "/openapi.json")]
)
def test_pages_and_health_checks_may_have_parameters_of_other_programs(
    functions: Functions, function: str, path: str
) -> None:
    assert functions.http(function, "GET", path, query={"utm_source": "mail", "_": "1"}).status == 200


def test_a_route_has_the_parameters_that_its_operation_describes() -> None:
    app = create_app()
    described = [{"name": "width", "in": "query"}, {"name": "If-Match", "in": "header"}]

    @app.get("/image", openapi_extra={"parameters": described})
    async def read_image(height: int = 0) -> int:
        return height

    def ask(**query: str) -> dict[str, Any]:
        return lambda_handler(app)(Functions.event("GET", "/image", query=query), Context())

    assert ask(width="1", height="2")["statusCode"] == 200
    refused = json.loads(ask(If_Match="1", with_="2")["body"])
    assert refused["errors"] == [
        {"field": "If_Match", "detail": "there is no such parameter; this path has height, width"},
        {"field": "with_", "detail": "there is no such parameter; did you mean width?"},
    ]


def test_of_any_number_of_wrong_names_twenty_are_explained_in_little_time(functions: Functions) -> None:
    names = {"width": 8} | {f"a{number}": 1 for number in range(100_000)}
    started_s = process_time()
    answer = raw("application/json", json.dumps(names).encode())(functions)
    assert process_time() - started_s < 10
    assert answer.status == 422
    assert len(answer.json["errors"]) == 20
    assert "and 99,980 more" in answer.json["detail"]
