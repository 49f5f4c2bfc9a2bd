"""Several results of one photograph, over HTTP."""

import json
import re
from io import BytesIO
from typing import Any

import httpx
from PIL import Image

from tests.e2e.client import finished, post
from tests.pictures import photograph

RENDITIONS = [
    {"name": "small", "width": 160},
    {"name": "large", "width": 320},
    {"name": "modern", "width": 320, "format": "webp"},
    {"name": "impossible", "width": 320, "format": "avif", "max_bytes": 10},
]


def made(client: httpx.Client) -> Any:
    return finished(client, post(client, photograph(), renditions=json.dumps(RENDITIONS), quality=70))


def test_a_photograph_becomes_several_of_which_one_fails(client: httpx.Client) -> None:
    task = made(client)
    states = {each["name"]: each["status"] for each in task["renditions"]}
    assert task["status"] == "completed"
    assert states == {"small": "completed", "large": "completed", "modern": "completed", "impossible": "failed"}
    for each in task["renditions"][:3]:
        answer = client.get(f"/results/{task['id']}", params={"rendition": each["name"]}, headers={"accept": "image/*"})
        assert answer.status_code == 200
        assert answer.headers["etag"] == f'"{each["result"]["sha256"]}"'
        image = Image.open(BytesIO(answer.content))
        assert (image.width, str(image.format).lower()) == (each["result"]["width"], each["result"]["format"])
    failed = client.get(f"/results/{task['id']}", params={"rendition": "impossible"})
    assert (failed.status_code, failed.json()["type"]) == (409, "/problems/max-bytes-too-small")
    unnamed = client.get(f"/results/{task['id']}")
    assert (unnamed.status_code, unnamed.json()["type"]) == (422, "/problems/rendition-not-named")


def test_every_candidate_of_a_srcset_is_a_picture_of_its_width(client: httpx.Client) -> None:
    task = made(client)
    [source] = task["sources"]
    assert source["type"] == "image/webp"
    sets = [("image/jpeg", task["srcset"], ["160", "320"]), (source["type"], source["srcset"], ["320"])]
    for media_type, srcset, widths in sets:
        candidates = re.findall(r"(\S+) (\d+)w", srcset)
        assert [width for _, width in candidates] == widths
        for url, width in candidates:
            answer = client.get(httpx.URL(client.base_url).join(url), headers={"accept": "image/avif,image/webp,*/*"})
            assert answer.headers["content-type"] == media_type
            assert Image.open(BytesIO(answer.content)).width == int(width)
