"""Every header that is parsed, and colors, at random: the answer is never an error of the service."""

import json
import os
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.functions.conftest import Context, Functions, multipart
from tests.handlers import FUNCTIONS
from tests.pictures import plain
from tools.fuzzing.headers import HEADERS, colors, values

pytestmark = pytest.mark.slow
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "100"))
UPLOAD = json.dumps({"bytes": 100, "media_type": "image/png"}).encode()
FORM = multipart(plain(), width=8)
REQUESTS = {
    "create_task": ("POST", "/api/v1/tasks", *FORM),
    "create_upload": ("POST", "/api/v1/uploads", {"content-type": "application/json"}, UPLOAD),
    "delete_task": ("DELETE", f"/api/v1/tasks/{UUID(int=1)}", {}, b""),
    "delete_upload": ("DELETE", f"/api/v1/uploads/{UUID(int=1)}", {}, b""),
    "docs": ("GET", "/docs", {}, b""),
    "get_result": ("GET", "/api/v1/results/{}", {}, b""),
    "get_task": ("GET", "/api/v1/tasks/{}", {}, b""),
    "health": ("GET", "/api/v1/health", {}, b""),
    "list_presets": ("GET", "/api/v1/presets", {}, b""),
    "list_tasks": ("GET", "/api/v1/tasks", {}, b""),
    "plan_task": ("POST", "/api/v1/plan", *FORM),
}
fuzzed = settings(
    max_examples=EXAMPLES,
    derandomize="FUZZ_EXAMPLES" not in os.environ,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture
def task_id(functions: Functions) -> str:
    answer = functions.http("create_task", "POST", "/api/v1/tasks", headers=FORM[0], body=FORM[1])
    functions.process(json.dumps({"task_id": answer.json["id"]}))
    return str(answer.json["id"])


@pytest.mark.parametrize("header", sorted(HEADERS))
@fuzzed
@given(data=st.data())
def test_no_header_is_an_error_of_the_service(
    functions: Functions, task_id: str, header: str, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(sorted(REQUESTS)))
    method, path, usual, body = REQUESTS[name]
    if header == "prefer" and name == "create_task":
        return  # would wait for the task; GET of a task that has ended does not
    headers = {**usual, header: data.draw(values(header))}
    answer = functions.http(name, method, path.format(task_id), headers=headers, body=body)
    assert answer.status < 500, answer.body


@fuzzed
@given(disposition=values("content-disposition"), content_type=values("content-type"))
def test_no_header_of_a_part_is_an_error_of_the_service(
    functions: Functions, disposition: str, content_type: str
) -> None:
    head = f"Content-Disposition: form-data; {disposition}\r\nContent-Type: {content_type}\r\n\r\n"
    body = b"--b\r\n" + head.encode() + b"1\r\n" + FORM[1]
    answer = functions.http("create_task", "POST", "/api/v1/tasks", headers=FORM[0], body=body)
    assert answer.status < 500, answer.body


@fuzzed
@given(authorization=values("authorization"), forwarded=values("x-forwarded-for"))
def test_no_header_is_an_error_of_the_authorizer(functions: Functions, authorization: str, forwarded: str) -> None:
    event = json.loads((FUNCTIONS / "authorize" / "event.json").read_text())
    event["headers"] |= {"authorization": authorization, "x-forwarded-for": forwarded}
    assert functions["authorize"].handler(event, Context("authorize")).keys() <= {"isAuthorized", "context"}


@fuzzed
@given(color=colors())
def test_no_color_is_an_error_of_the_service(functions: Functions, color: str) -> None:
    headers = {"content-type": "application/json"}
    body: dict[str, Any] = {"source_width": 8, "source_height": 8, "width": 8, "background": color}
    answer = functions.http("plan_task", "POST", "/api/v1/plan", headers=headers, body=json.dumps(body).encode())
    assert answer.status in {200, 422}, answer.body
