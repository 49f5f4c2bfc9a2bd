"""The forms of a request: how a client gets a scaled image from each service."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import aiohttp

from tools.benchmarks.http.images import Image

TWO, ONE, UPLOADED = "two requests", "one request", "uploaded once"
OURS = (TWO, ONE, UPLOADED)
MAX_FORM_BYTES = 4_400_000
TASKS = "/api/v1/tasks"
WAIT = {"Prefer": "wait=20"}
PICTURE = {"Accept": "image/*"}
Request = Callable[[aiohttp.ClientSession], Awaitable[bytes]]


async def ours(url: str, image: Image, folder: Path) -> dict[str, Request]:
    """Return the forms of our service by name, having uploaded the image for the last."""
    content = (folder / image.file).read_bytes()
    forms = {} if len(content) > MAX_FORM_BYTES else _forms(image, content)
    upload = {"upload_id": await _upload(url, image, content), "width": image.width}
    return {**forms, UPLOADED: lambda session: _task(session, {"json": upload}, WAIT | PICTURE)}


def _forms(image: Image, content: bytes) -> dict[str, Request]:
    return {
        TWO: lambda session: _task(session, {"data": _form(image, content)}, WAIT),
        ONE: lambda session: _task(session, {"data": _form(image, content)}, WAIT | PICTURE),
    }


def picture(path: str) -> Request:
    """Return the form of a service that has the source: a GET of its path."""
    return lambda session: _picture(session, path)


async def _upload(url: str, image: Image, content: bytes) -> str:
    async with aiohttp.ClientSession(url) as session:
        announced = {"bytes": len(content), "media_type": image.media_type}
        async with session.post("/api/v1/uploads", json=announced) as answer:
            created = await answer.json()
        request = (created["method"], created["url"])
        async with session.request(*request, data=content, headers=created["headers"]) as answer:
            assert answer.ok, await answer.text()
        return str(created["id"])


def _form(image: Image, content: bytes) -> aiohttp.FormData:
    form = aiohttp.FormData({"width": str(image.width)})
    form.add_field("file", content, filename=image.file, content_type=image.media_type)
    return form


async def _task(session: aiohttp.ClientSession, body: Mapping[str, Any], headers: Mapping[str, str]) -> bytes:
    """Create a task; if it is answered with the task, wait for its end and fetch the result."""
    async with session.post(TASKS, **body, headers=headers) as answer:
        if answer.content_type.startswith("image/"):
            return await answer.read()
        task = await answer.json()
    while task.get("status") in {"pending", "processing"}:  # too many requests wait already
        await asyncio.sleep(float(answer.headers["Retry-After"]))
        async with session.get(f"{TASKS}/{task['id']}", headers=WAIT) as answer:
            task = await answer.json()
    assert task.get("status") == "completed", task
    return await _picture(session, f"/api/v1/results/{task['id']}")


async def _picture(session: aiohttp.ClientSession, path: str) -> bytes:
    async with session.get(path, headers=PICTURE) as answer:
        assert answer.status == 200, await answer.text()
        return await answer.read()
