"""The form of a request: the file, whatever the pieces in which the body arrives."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import HTTPException, Request

from imagescaler.runtime import loop
from imagescaler.web.requests.body import read_body
from imagescaler.web.requests.form import MAX_FIELDS
from imagescaler.web.requests.task_request import TaskRequest
from tests.functions.conftest import multipart
from tests.pictures import noise

FILE = b"\r\n--a" + noise(30_000) + b"\r\n--"  # what only resembles the boundary is a part of the file


def request(headers: dict[str, str], pieces: Iterator[bytes]) -> Request:
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]

    async def receive() -> dict[str, Any]:
        piece = next(pieces, None)
        return {"type": "http.request", "body": piece or b"", "more_body": piece is not None}

    return Request({"type": "http", "method": "POST", "headers": raw, "query_string": b"width=8"}, receive)


def pieces_of(body: bytes, size: int) -> Iterator[bytes]:
    return (body[start : start + size] for start in range(0, len(body), size))


@pytest.mark.parametrize("size", [997, 4096, 1 << 20])
def test_a_file_is_whole_in_whatever_pieces_it_comes(size: int) -> None:
    headers, body = multipart(FILE, width=8)
    made = request(headers, pieces_of(body, size))
    made.scope["query_string"] = b""
    read = loop.run(read_body(made, TaskRequest))
    assert (read.file, read.options.width) == (FILE, 8)


@pytest.mark.parametrize("size", [997, 1 << 20])
def test_an_image_as_the_body_is_whole_too(size: int) -> None:
    read = loop.run(read_body(request({"content-type": "image/jpeg"}, pieces_of(FILE, size)), TaskRequest))
    assert (read.file, read.options.width) == (FILE, 8)


def test_an_image_that_comes_as_one_piece_is_not_copied() -> None:
    read = loop.run(read_body(request({"content-type": "image/jpeg"}, iter([FILE])), TaskRequest))
    assert read.file is FILE


def test_a_large_file_needs_no_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("starlette.datastructures.run_in_threadpool", None)
    headers, body = multipart(bytes(3 << 20), width=8)
    made = request(headers, pieces_of(body, 1 << 20))
    made.scope["query_string"] = b""
    read = loop.run(read_body(made, TaskRequest))
    assert len(read.file or b"") == 3 << 20


def test_two_files_are_one_too_many() -> None:
    headers, body = multipart(FILE)
    twice = body.removesuffix(b"--b--\r\n") + body
    made = request(headers, iter([twice]))
    made.scope["query_string"] = b""
    with pytest.raises(HTTPException, match="Too many files"):
        loop.run(read_body(made, TaskRequest))


def test_a_form_may_have_every_field_at_once() -> None:
    """Beside the options there are the file, lists and URLs."""
    assert len(TaskRequest.model_fields) < MAX_FIELDS
