"""What a client of the service does."""

import time
from typing import Any

import httpx

FINISH_TIMEOUT_S = 120


def post(client: httpx.Client, image: bytes, headers: dict[str, str] | None = None, **fields: Any) -> httpx.Response:
    data = {name: str(value) for name, value in fields.items()}
    return client.post("/tasks", files={"file": ("photo", image)}, data=data, headers=headers)


def finished(client: httpx.Client, response: httpx.Response) -> Any:
    """Poll as a client should: the task's own URL, as often as Retry-After says at most."""
    location = response.headers["location"].removeprefix("/api/v1")
    deadline = time.monotonic() + FINISH_TIMEOUT_S
    while time.monotonic() < deadline:
        answer = client.get(location)
        if answer.json()["status"] not in {"pending", "processing"}:
            return answer.json()
        time.sleep(min(float(answer.headers["retry-after"]), 0.05))
    raise TimeoutError(location)
