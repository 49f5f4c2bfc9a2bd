"""GET /api/v1/tasks."""

import json
import re
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.answer import Answer
from tests.functions.conftest import Functions, Post
from tests.pictures import plain


def read(functions: Functions, owner: str | None = None, **query: str) -> Answer:
    return functions.http("list_tasks", "GET", "/api/v1/tasks", query=query, owner=owner)


def ids(answer: Answer) -> list[str]:
    assert answer.status == 200, answer.body
    return [task["id"] for task in answer.json["tasks"]]


def next_query(answer: Answer) -> dict[str, str] | None:
    if "link" not in answer.headers:
        return None
    found = re.fullmatch(r'<(/api/v1/tasks\?[^>]+)>; rel="next"', answer.headers["link"])
    assert found is not None
    return dict(parse_qsl(urlsplit(found[1]).query))


def test_a_list_shows_tasks_as_get_does_newest_first(functions: Functions, post: Post) -> None:
    made = [post(plain(), width=8).json for _ in range(3)]
    answer = read(functions)
    assert answer.json == {"tasks": made[::-1]}
    assert "link" not in answer.headers


def test_a_client_that_follows_the_links_reads_every_task_once(functions: Functions, post: Post) -> None:
    made = [post(plain(), width=8).json["id"] for _ in range(5)]
    found: list[str] = []
    query: dict[str, str] | None = {"limit": "2", "created_after": "2020-01-01T00:00:00+01:00", "status": "pending"}
    while query is not None:
        answer = read(functions, **query)
        found += ids(answer)
        assert query["limit"] == "2"
        assert query["created_after"] == "2020-01-01T00:00:00+01:00"
        query = next_query(answer)
    assert found == made[::-1]


def test_a_list_has_the_tasks_of_its_owner_alone(functions: Functions, post: Post) -> None:
    ada, bob = (post(plain(), owner=owner, width=8).json["id"] for owner in ("ada", "bob"))
    post(plain(), owner="ada", width=8)
    page = read(functions, "ada", limit="1")
    query = next_query(page)
    assert query is not None
    assert ids(read(functions, "ada", **query)) == [ada]
    assert ids(read(functions, "bob", **query)) == [bob]  # a cursor is a place in time, and opens nothing
    assert ids(read(functions)) == []


def test_a_list_can_be_of_one_status(functions: Functions, post: Post) -> None:
    first, second = (post(plain(), width=8).json["id"] for _ in range(2))
    functions.process(json.dumps({"task_id": first}))
    assert ids(read(functions, status="completed")) == [first]
    assert ids(read(functions, status="pending")) == [second]
    assert ids(read(functions, status="deleted")) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("status", "done"),
        ("created_after", "yesterday"),
        ("created_after", "2026-01-01T12:00:00"),
        ("created_after", "2026-01-01T12:00:00 01:00"),  # of a + that is not escaped
        ("created_after", "2026-01-01 12:00:00Z"),
        ("created_after", "0.5"),
        ("created_after", "1767225600"),
        ("limit", "0"),
        ("limit", "101"),
        ("limit", "many"),
        ("cursor", ""),
        ("cursor", "bm90IGEgY3Vyc29y"),
        ("cursor", "*"),
        ("cursor", "ä"),
        ("cursor", "A" * 201),
        ("page", "2"),
    ],
)
def test_what_is_no_value_is_refused_by_the_name_of_its_parameter(functions: Functions, name: str, value: str) -> None:
    answer = read(functions, **{name: value})
    assert (answer.status, answer.json["type"]) == (422, "/problems/invalid-request")
    assert [each["field"] for each in answer.json["errors"]] == [name]


@pytest.mark.parametrize("year", ["0001", "9999"])
def test_times_at_the_end_of_the_calendar_are_no_error_of_the_service(functions: Functions, year: str) -> None:
    for offset in ("+14:00", "-12:00"):
        answer = read(functions, created_after=f"{year}-01-01T00:00:00{offset}")
        assert answer.status in {200, 422}


@pytest.mark.parametrize("scheme", ["\u0100", "\x80", "", "javascript", "a/b"])
def test_a_scheme_that_is_none_of_http_changes_no_link(functions: Functions, post: Post, scheme: str) -> None:
    for _ in range(2):
        post(plain(), width=8)
    headers = {"x-forwarded-proto": scheme}
    answer = functions.http("list_tasks", "GET", "/api/v1/tasks", query={"limit": "1"}, headers=headers)
    assert answer.status == 200, answer.body
    assert next_query(answer)
