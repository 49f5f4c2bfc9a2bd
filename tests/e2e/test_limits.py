"""What is too large for the gateway, for a function's event and for a function's answer."""

import httpx
import numpy as np
import pytest
from PIL import Image

from tests.e2e.client import finished, post
from tests.pictures import encoded, photograph
from tests.reference import pixels_of

MIB = 1 << 20
LARGEST_FILE_BYTES = 4_700_000  # in base64, with the headers, just below the 6,291,556 bytes of an event


def noise(width: int, height: int) -> bytes:
    """Make a picture that no format compresses, as JPEG."""
    dice = np.random.default_rng(2026)
    return encoded(Image.fromarray(dice.integers(0, 256, (height, width, 3), dtype=np.uint8)), "JPEG", quality=90)


@pytest.mark.needs("payload limits")
@pytest.mark.parametrize(
    ("size_mib", "says"),
    [(20, "10,485,760"), (11, "10,485,760"), (8, "6,291,556"), (5, "6,291,556")],
    ids=["20 MiB", "more than a request may have", "more than an event may have", "too much for an event in base64"],
)
def test_a_file_that_is_too_large_is_refused_with_the_limit(client: httpx.Client, size_mib: int, says: str) -> None:
    answer = post(client, bytes(size_mib * MIB), width=8)
    assert (answer.status_code, answer.headers["content-type"]) == (413, "application/problem+json")
    assert says in answer.json()["detail"]


def test_a_file_that_just_fits_into_an_event_is_scaled(client: httpx.Client) -> None:
    image = noise(1000, 700).ljust(LARGEST_FILE_BYTES, b"\0")
    task = finished(client, post(client, image, width=100))
    assert (task["status"], task["source"]["bytes"]) == ("completed", len(image))


def test_every_byte_of_a_file_arrives(client: httpx.Client) -> None:
    every_byte = bytes(range(256)) * 40
    image = photograph() + every_byte  # what follows the end of a JPEG is no part of the picture, but of the file
    task = finished(client, post(client, image, width=100))
    assert task["source"]["bytes"] == len(image)


def test_every_byte_of_a_result_arrives(client: httpx.Client) -> None:
    task = finished(client, post(client, noise(1000, 700), width=999, height=699, preserve_ratio="false", format="png"))
    result = client.get(f"/results/{task['id']}", headers={"accept": "image/png"})
    assert len(result.content) == task["result"]["bytes"] > MIB
    assert pixels_of(result.content).shape == (699, 999, 3)
