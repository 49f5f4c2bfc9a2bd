"""Reads answers, and summarizes them."""

from http.client import HTTPConnection
from typing import Any

from tests.answer import Answer


def read(connection: HTTPConnection) -> Answer:
    """Read what a server says next."""
    response = connection.getresponse()
    headers = {name.lower(): value for name, value in response.getheaders()}
    return Answer(response.status, headers, response.read())


def summary(answer: Answer) -> str:
    """Summarize the answer to a task in the terms of `Case.gives`."""
    if answer.status < 300:
        task = answer.json
        return f"failed {_slug(task['error'])}" if task["status"] == "failed" else str(task["status"])
    is_problem = answer.headers.get("content-type") == "application/problem+json"
    return f"{answer.status} {_slug(answer.json)}" if is_problem else str(answer.status)


def _slug(problem: Any) -> str:
    return str(problem["type"]).removeprefix("/problems/")
