"""Two hundred real photographs from eight clients at once."""

import random
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import httpx
import pytest
import skimage

from tests.drivers.deployment import Deployment
from tests.pictures import encoded, photograph
from tests.reference import expected, mean_difference, pixels_of, upright

pytestmark = pytest.mark.slow
COUNT, CLIENTS = 200, 8
NAMES = ("coffee.png", "astronaut.png", "chelsea.png", "motorcycle_left.png", "ihc.png", "rocket.jpg", "retina.jpg")
COMPLETED = r"task completed.*?task_id\W+([\w-]+)"
TROUBLE = ("failed", "Traceback", "comes again", "error")
BOUNDS = {"png": 0.7, "jpeg": 9, "webp": 9}  # mean difference, in levels of 255; the losses of a format at quality 80
SCALED_DECODE = 1  # a JPEG is decoded near to its size by its codec, and not resampled from all of its pixels


@dataclass(frozen=True)
class Work:
    """A photograph and what is wanted of it."""

    name: str
    image: bytes
    size: tuple[int, int]
    form: str


@cache
def photographs() -> dict[str, bytes]:
    """Read what the packages ship, each as it is and as WebP."""
    folder = Path(skimage.__file__).parent / "data"
    shipped = {name: (folder / name).read_bytes() for name in NAMES}
    shipped |= {name: photograph(name) for name in ("china.jpg", "flower.jpg")}
    return shipped | {f"{name}.webp": encoded(upright(data), "WEBP") for name, data in shipped.items()}


@pytest.mark.needs("driver")
def test_all_complete_and_all_are_right_and_no_error_is_logged(base_url: str, deployment: Deployment) -> None:
    dice = random.Random(2026)
    works = [
        Work(name, photographs()[name], (dice.randint(40, 400), dice.randint(40, 400)), dice.choice(list(BOUNDS)))
        for name in dice.choices(list(photographs()), k=COUNT)
    ]
    completed_before, trouble_before = logged(deployment)
    with httpx.Client(base_url=f"{base_url}/api/v1", timeout=60) as client, ThreadPoolExecutor(CLIENTS) as clients:
        results = list(clients.map(lambda work: scale(client, work), works))
    for work, result in zip(works, results, strict=True):
        difference = mean_difference(pixels_of(result), expected(work.image, work.size))
        assert difference < BOUNDS[work.form] + SCALED_DECODE * work.name.endswith(".jpg"), work.name
    completed, trouble = logged(deployment)
    assert len(completed - completed_before) == COUNT
    assert trouble == trouble_before


def logged(deployment: Deployment) -> tuple[set[str], set[str]]:
    """Give the ids of completed tasks, and the lines that tell of trouble.

    `sam local` writes some records twice, and does not always end a line between two of them.
    """
    log = deployment.log()
    trouble = {line for line in log.splitlines() if any(word in line for word in TROUBLE)}
    return set(re.findall(COMPLETED, log)), trouble


def scale(client: httpx.Client, work: Work) -> bytes:
    fields = {"width": str(work.size[0]), "height": str(work.size[1]), "preserve_ratio": "false", "format": work.form}
    answer = client.post("/tasks", files={"file": work.image}, data=fields)
    assert answer.status_code == 202, answer.text
    task = answer.json()
    while task["status"] in {"pending", "processing"}:
        task = client.get(f"/tasks/{task['id']}", headers={"prefer": "wait=20"}).json()
    assert task["status"] == "completed", task
    return client.get(f"/results/{task['id']}", headers={"accept": "image/*"}).content
