"""The contract, over HTTP."""

import base64
import hashlib
import re
from typing import Any
from uuid import uuid4

import httpx
import pytest

from imagescaler.domain.formats import Format
from imagescaler.probe.probe import read_timeline
from tests.animations import DURATIONS, PICTURES, frames_of, saved
from tests.e2e.client import finished, post
from tests.pictures import encoded, photograph, plain
from tests.reference import expected, mean_difference, pixels_of, resampled, upright, worst_difference
from tools.hostile import gifs


def test_a_photograph_is_posted_polled_and_fetched(client: httpx.Client) -> None:
    accepted = post(client, photograph(), width=800, height=600, preserve_ratio="true")
    assert accepted.status_code == 202
    task = finished(client, accepted)
    assert task["status"] == "completed"
    assert (task["result"]["width"], task["result"]["height"], task["result"]["format"]) == (800, 534, "jpeg")
    result = client.get(f"/results/{task['id']}")
    assert result.headers["content-type"] == "image/jpeg"
    assert hashlib.sha256(result.content).hexdigest() == task["result"]["sha256"]
    receipt = task["result"]["receipt"]
    assert receipt["source_sha256"] == hashlib.sha256(photograph()).hexdigest()
    assert receipt["result_sha256"] == task["result"]["sha256"]
    assert "resize 640x427 to 800x534 lanczos" in receipt["operations"]
    assert mean_difference(pixels_of(result.content), expected(photograph(), (800, 534))) < 6
    as_json = client.get(f"/results/{task['id']}", headers={"accept": "application/json"}).json()
    assert base64.b64decode(as_json["data"]) == result.content


def test_without_the_losses_of_a_format_every_pixel_is_right(client: httpx.Client) -> None:
    accepted = post(client, photograph("flower.jpg"), width=301, height=199, preserve_ratio="false", format="png")
    task = finished(client, accepted)
    result = client.get(f"/results/{task['id']}", headers={"accept": "image/png"})
    right = expected(photograph("flower.jpg"), (301, 199))
    assert mean_difference(pixels_of(result.content), right) < 0.6
    assert worst_difference(pixels_of(result.content), right) < 12


def test_without_a_size_the_result_has_that_of_the_source(client: httpx.Client) -> None:
    task = finished(client, post(client, photograph(), format="webp", palette="true"))
    assert (task["result"]["width"], task["result"]["height"], task["result"]["format"]) == (640, 427, "webp")
    assert task["warnings"] == ["palette has no effect on webp, only on png."]
    image = client.get(f"/results/{task['id']}").content
    assert mean_difference(pixels_of(image), pixels_of(photograph())) < 6


def test_head_is_answered_wherever_get_is(client: httpx.Client, base_url: str) -> None:
    task = post(client, photograph(), {"prefer": "wait=20"}, width=80).json()
    for path in (f"/api/v1/tasks/{task['id']}", task["result"]["url"], "/api/v1/health"):
        check_head(client, base_url + path)


@pytest.mark.needs("HEAD of other paths")
def test_head_is_answered_by_the_pages(client: httpx.Client, base_url: str) -> None:
    for path in ("/docs", "/openapi.json"):
        check_head(client, base_url + path)
    assert client.head("/plan").headers["allow"] == "POST"


def check_head(client: httpx.Client, url: str) -> None:
    head, get = (client.request(method, url) for method in ("HEAD", "GET"))
    assert (head.status_code, head.content) == (get.status_code, b"") == (200, b""), url
    assert head.headers["content-type"] == get.headers["content-type"], url


def test_waiting_saves_the_polling(client: httpx.Client) -> None:
    answer = post(client, photograph(), {"prefer": "wait=20"}, width=80)
    assert (answer.status_code, answer.json()["status"]) == (200, "completed")
    assert answer.headers["preference-applied"] == "wait=20"


def test_a_client_that_has_the_result_is_told_so(client: httpx.Client) -> None:
    task = post(client, photograph(), {"prefer": "wait=20"}, width=80).json()
    url, accept = f"/results/{task['id']}", {"accept": "image/*"}
    etag = client.get(url, headers=accept).headers["etag"]
    again = client.get(url, headers={**accept, "if-none-match": etag})
    assert (again.status_code, again.content) == (304, b"")
    head = client.head(url, headers=accept)
    assert (head.status_code, head.headers["etag"], head.content) == (200, etag, b"")
    assert int(head.headers["content-length"]) == task["result"]["bytes"]


def test_a_key_makes_a_repeated_request_harmless(client: httpx.Client) -> None:
    key = {"idempotency-key": str(uuid4())}
    first, again = (post(client, photograph(), key, width=80) for _ in range(2))
    other = post(client, photograph(), key, width=81)
    assert first.json()["id"] == again.json()["id"]
    assert again.headers["idempotency-replayed"] == "true"
    assert (other.status_code, other.json()["type"]) == (422, "/problems/idempotency-key-reused")


def test_a_damaged_image_ends_as_a_failed_task_with_its_reason(client: httpx.Client) -> None:
    task = finished(client, post(client, photograph()[:30_000], width=80))
    assert (task["status"], task["attempts"]) == ("failed", 1)
    assert task["error"]["type"] == "/problems/corrupt-image"
    result = client.get(f"/results/{task['id']}")
    assert (result.status_code, result.json()["type"]) == (409, "/problems/corrupt-image")


BAD: dict[str, tuple[bytes | None, dict[str, Any], int, str]] = {
    "not an image": (b"hello " * 100, {"width": 8}, 415, "accepted format"),
    "an empty file": (b"", {"width": 8}, 415, "The file is empty"),
    "a PPM": (encoded(upright(plain()), "PPM"), {"width": 8}, 415, ", ".join(each.name for each in Format)),
    "a cut header": (photograph()[:20], {"width": 8}, 422, "cut off"),
    "zero size": (photograph(), {"width": 0}, 422, "send at least 1"),
    "a huge size": (photograph(), {"width": 100_000}, 422, "16,383 for a side"),
    "too many pixels": (
        photograph(),
        {"width": 16_000, "height": 16_000, "preserve_ratio": "false"},
        422,
        "50,000,000",
    ),
    "no file": (None, {"width": 8}, 422, "file"),
    "lossless in a JPEG": (photograph(), {"lossless": "true"}, 422, "lossless is an option of png"),
    "words for numbers": (photograph(), {"width": "wide"}, 422, "send a whole number"),
    "an unknown option": (photograph(), {"width": 8, "colour": "red"}, 422, "colour"),
}


@pytest.mark.parametrize(("image", "fields", "status", "says"), BAD.values(), ids=BAD)
def test_bad_input_is_refused_with_a_sentence_that_helps(
    client: httpx.Client, image: bytes | None, fields: dict[str, Any], status: int, says: str
) -> None:
    no_file = {"width": (None, "8")}
    answer = client.post("/tasks", files=no_file) if image is None else post(client, image, **fields)
    problem = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert problem["status"] == status
    assert says in problem["detail"]
    assert problem["title"]


@pytest.mark.parametrize(
    ("path", "status", "kind"),
    [
        (f"/tasks/{uuid4()}", 404, "/problems/task-not-found"),
        (f"/results/{uuid4()}", 404, "/problems/task-not-found"),
        ("/tasks/not-a-uuid", 422, "/problems/invalid-request"),
        ("/results/123", 422, "/problems/invalid-request"),
        ("/nothing", 404, "about:blank"),
        ("/plan", 405, "about:blank"),
    ],
    ids=["a task", "a result", "a task's id", "a result's id", "a path", "a method"],
)
def test_a_wrong_path_or_id_is_a_problem(client: httpx.Client, path: str, status: int, kind: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.json()["type"] == kind


def test_a_problems_type_is_a_page(client: httpx.Client, base_url: str) -> None:
    problem = client.get(f"/tasks/{uuid4()}").json()
    assert "There is no such task" in client.get(base_url + problem["type"]).text


def test_a_plan_tells_what_a_task_then_makes(client: httpx.Client) -> None:
    fields: dict[str, Any] = {"width": "90", "height": "80", "fit": "cover", "rotate": "90", "format": "webp"}
    planned = client.post("/plan", files={"file": ("photo", photograph()[:20_000])}, data=fields).json()
    made = finished(client, post(client, photograph(), **fields))
    assert {name: made["result"][name] for name in planned["result"]} == planned["result"]
    size = {"source_width": 640, "source_height": 427, "source_format": "jpeg"}
    assert client.post("/plan", json={**size, **fields}).json() == planned


def test_health_tells_of_every_server(client: httpx.Client) -> None:
    health = client.get("/health").json()
    assert {name: health[name]["status"] for name in ("postgres", "queue", "store")} == {
        "postgres": "ok",
        "queue": "ok",
        "store": "ok",
    }


def test_the_pages_and_the_document_are_served(client: httpx.Client, base_url: str) -> None:
    assert "swagger-ui" in client.get(f"{base_url}/docs").text
    assert "redoc" in client.get(f"{base_url}/redoc").text
    page = client.get(base_url, headers={"accept": "text/html"})
    assert (page.status_code, page.headers["content-type"].partition(";")[0]) == (200, "text/html")
    for path in re.findall(r'(?:src|href)="(/page/[^"]+)"', page.text):
        assert client.get(base_url + path).status_code == 200
    assert client.get(f"{base_url}/openapi.json").json()["openapi"].startswith("3.1")


@pytest.mark.needs("CORS")
def test_a_browser_may_ask_from_another_origin(client: httpx.Client) -> None:
    headers = {
        "origin": "https://example.org",
        "access-control-request-method": "POST",
        "access-control-request-headers": "idempotency-key",
    }
    preflight = client.options("/tasks", headers=headers)
    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-origin"] == "*"
    answer = client.get("/health", headers={"origin": "https://example.org"})
    assert "location" in answer.headers["access-control-expose-headers"]


def test_an_animation_keeps_its_frames(client: httpx.Client) -> None:
    task = finished(client, post(client, saved(Format.GIF), width=30, format="webp"))
    assert (task["status"], task["source"]["frames"], task["result"]["frames"]) == ("completed", 4, 4)
    result = client.get(f"/results/{task['id']}", headers={"accept": "image/*"}).content
    timeline = read_timeline(result, Format.WEBP, 100)
    assert timeline is not None
    assert list(map(float, timeline.durations_ms)) == DURATIONS
    for ours, picture in zip(frames_of(result), PICTURES, strict=True):
        assert mean_difference(pixels_of(ours, "RGB"), resampled(pixels_of(picture), (30, 20))) < 12


def test_an_animation_beyond_the_limits_is_refused_at_once(client: httpx.Client) -> None:
    refused = post(client, gifs.animation(1_001, 9), width=30)
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/too-many-frames")
    assert "1,001 frames of 9 x 9; the limits are 1,000 frames" in refused.json()["detail"]
