"""A scaled image in one request, over HTTP."""

import hashlib
from uuid import uuid4

import httpx
import pytest

from tests.e2e.client import post
from tests.pictures import noise, photograph
from tests.reference import expected, mean_difference, pixels_of

WANTED = {"prefer": "wait=20", "accept": "image/*"}


def test_a_form_is_answered_by_the_picture(client: httpx.Client) -> None:
    answer = post(client, photograph(), WANTED, width=800, height=600)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
    assert answer.headers["preference-applied"] == "wait=20"
    task = client.get(answer.headers["location"].removeprefix("/api/v1")).json()
    assert task["status"] == "completed"
    assert hashlib.sha256(answer.content).hexdigest() == task["result"]["sha256"]
    assert answer.headers["etag"] == f'"{task["result"]["sha256"]}"'
    assert mean_difference(pixels_of(answer.content), expected(photograph(), (800, 534))) < 6
    again = client.get(answer.headers["content-location"].removeprefix("/api/v1"), headers={"accept": "image/*"})
    assert again.content == answer.content


@pytest.mark.parametrize("kind", ["image/jpeg", "application/octet-stream"])
def test_the_image_itself_is_answered_by_the_picture(client: httpx.Client, kind: str) -> None:
    answer = client.post(
        "/tasks",
        params={"width": 160, "format": "webp"},
        content=photograph(),
        headers={**WANTED, "content-type": kind},
    )
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/webp")
    assert mean_difference(pixels_of(answer.content), expected(photograph(), (160, 107))) < 6


def test_a_damaged_image_is_answered_by_its_problem(client: httpx.Client) -> None:
    answer = post(client, photograph()[:30_000], WANTED, width=80)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/corrupt-image")
    task = client.get(answer.headers["location"].removeprefix("/api/v1")).json()
    assert task["status"] == "failed"


def test_a_key_makes_a_repeated_request_harmless(client: httpx.Client) -> None:
    key = {**WANTED, "idempotency-key": str(uuid4())}
    first, again = (post(client, photograph(), key, width=80) for _ in range(2))
    assert again.content == first.content
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["idempotency-replayed"] == "true"


def test_a_picture_too_large_for_a_response_is_redirected_to(client: httpx.Client) -> None:
    fields = {"width": 1600, "height": 1600, "preserve_ratio": "false", "format": "png"}
    answer = post(client, noise(500_000), WANTED, **fields)
    assert (answer.status_code, answer.content) == (303, b"")
    client.headers["accept"] = "image/*"
    picture = client.get(answer.headers["location"].removeprefix("/api/v1"), follow_redirects=True)
    assert picture.headers["content-type"] == "image/png"
    assert pixels_of(picture.content).shape[:2] == (1600, 1600)
