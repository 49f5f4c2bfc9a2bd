"""A file that is cut off, sent to a running service: refused with advice, or a picture with a warning."""

from io import BytesIO
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image

from tests.pictures import photograph
from tests.service import Service

pytestmark = pytest.mark.slow


def send(service: Service, **fields: str) -> Any:
    files = {"file": photograph()[:60_000]}
    answer = httpx.post(
        f"{service.url}/api/v1/tasks", files=files, data=fields, headers={"prefer": "wait=20"}, timeout=60
    )
    return answer.json()


def test_what_is_left_of_a_photograph_comes_with_a_warning(service: Service) -> None:
    task = send(service, scale="100", format="png", damaged="salvage")
    assert task["status"] == "completed"
    [warning] = task["warnings"]
    assert warning.startswith("The JPEG is cut off or damaged. About ")
    result = httpx.get(f"{service.url}/api/v1/results/{task['id']}", headers={"accept": "image/*"}, timeout=60)
    ours = np.asarray(Image.open(BytesIO(result.content)))
    whole = np.asarray(Image.open(BytesIO(photograph())))
    assert (ours[:100] == whole[:100]).all()
    assert (ours[-50:] == 128).all()


def test_it_is_refused_without_the_option(service: Service) -> None:
    task = send(service, scale="100")
    assert task["status"] == "failed"
    assert "damaged=salvage" in str(task["error"])
