"""Quotas of API keys, as clients meet them."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from imagescaler.domain.errors import QueueUnavailable
from tests.answer import Answer
from tests.functions.conftest import Context, Functions, multipart
from tests.functions.test_fetch_source import DONE, fetch
from tests.functions.test_process_task import message
from tests.pictures import plain
from tests.web_host import WebHost, web_host

PATH = "/api/v1/tasks"
PLAIN = plain(size=(1000, 1000))


@pytest.fixture
def send(functions: Functions) -> Any:
    """Create a task with a key; its own limits are the keyword arguments."""

    def send(headers: dict[str, str] | None = None, key: str | None = "k1", **limits: int) -> Answer:
        form_headers, body = multipart(PLAIN, width=8)
        event = functions.event("POST", PATH, headers={**form_headers, **(headers or {})}, body=body)
        if key is not None:
            context = {"owner": "ada", "key": key, "quota": json.dumps(limits)}
            event["requestContext"]["authorizer"] = {"lambda": context}
        answer = functions["create_task"].handler(event, Context("create_task"))
        return Answer(answer["statusCode"], answer["headers"], answer["body"].encode())

    return send


def tasks_of(functions: Functions) -> Any:
    return functions["create_task"].tasks.tasks


def test_without_a_quota_there_is_no_limit_and_no_header(send: Any) -> None:
    answers = [send() for _ in range(5)]
    assert {answer.status for answer in answers} == {202}
    assert not any(name.startswith("ratelimit") for answer in answers for name in answer.headers)


def test_a_task_beyond_the_quota_is_refused_until_the_next_day(functions: Functions, send: Any) -> None:
    first, second, third = (send(tasks_per_day=2) for _ in range(3))
    assert (first.status, second.status, third.status) == (202, 202, 429)
    assert first.headers["ratelimit-policy"] == '"tasks-per-day";q=2;w=86400'
    assert first.headers["ratelimit"].startswith('"tasks-per-day";r=1;t=')
    assert second.headers["ratelimit"].startswith('"tasks-per-day";r=0;t=')
    assert third.headers["content-type"] == "application/problem+json"
    assert third.json["type"] == "/problems/quota-used-up"
    assert (
        "The quota of this key is 2 tasks per day, of which 0 are left. The next day (UTC) begins in"
        in (third.json["detail"])
    )
    after_s = int(third.headers["retry-after"])
    assert 0 < after_s <= 86_400
    assert third.headers["ratelimit"] == f'"tasks-per-day";r=0;t={after_s}'
    assert send(key="k2", tasks_per_day=2).status == 202
    assert len(tasks_of(functions)) == 3
    assert len(functions["create_task"].store._blobs) == 3


def test_a_task_beyond_what_may_be_unfinished_waits_for_an_end(functions: Functions, send: Any) -> None:
    task_id = send(tasks_at_once=1).json["id"]
    refused = send(tasks_at_once=1)
    assert (refused.status, refused.headers["ratelimit"]) == (429, '"tasks-at-once";r=0')
    assert refused.headers["ratelimit-policy"] == '"tasks-at-once";q=1;qu="concurrent-requests"'
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert refused.json["detail"] == (
        "The quota of this key is 1 unfinished tasks at once, of which 0 are left. "
        "Try again when one of its tasks has ended."
    )
    functions.process(message(task_id))
    assert send(tasks_at_once=1).status == 202


def test_a_task_counts_the_pixels_that_it_reads_or_writes(send: Any) -> None:
    refused = send(megapixels_per_day=1), send(megapixels_per_day=1)
    assert [answer.status for answer in refused] == [202, 429]
    assert "of which 0.0 are left" in refused[1].json["detail"]


def test_a_task_that_never_fits_is_told_so(send: Any, monkeypatch: pytest.MonkeyPatch, functions: Functions) -> None:
    form_headers, body = multipart(PLAIN, width=3000, enlarge="true")
    event = functions.event("POST", PATH, headers=form_headers, body=body)
    event["requestContext"]["authorizer"] = {
        "lambda": {"owner": "ada", "key": "k1", "quota": '{"megapixels_per_day": 5}'}
    }
    answer = functions["create_task"].handler(event, Context("create_task"))
    assert answer["statusCode"] == 422
    problem = json.loads(answer["body"])
    assert problem["type"] == "/problems/task-exceeds-quota"
    assert problem["detail"].startswith("The task takes 9.0 megapixels; the quota of this key is 5 megapixels per day.")


def test_a_replay_is_answered_although_the_quota_is_used_up(send: Any) -> None:
    key = {"idempotency-key": "k1"}
    first, replay, other = send(key, tasks_per_day=1), send(key, tasks_per_day=1), send(tasks_per_day=1)
    assert (first.status, replay.status, other.status) == (202, 202, 429)
    assert (first.json["id"], replay.headers["idempotency-replayed"]) == (replay.json["id"], "true")


def test_a_refused_request_gives_back_what_it_took(
    functions: Functions, send: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(_: Any) -> str:
        raise QueueUnavailable("The queue does not answer. Try again.")

    with monkeypatch.context() as patch:
        patch.setattr(functions["create_task"].queue, "push", away)
        assert {send(tasks_per_day=1, tasks_at_once=1).status for _ in range(5)} == {503}
    assert send(tasks_per_day=1, tasks_at_once=1).status == 202


def test_the_default_holds_for_limits_that_a_key_does_not_have_itself(
    functions: Functions, send: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUOTA_TASKS_PER_DAY", "1")
    monkeypatch.setenv("QUOTA_TASKS_AT_ONCE", "7")
    functions._loaded.pop("create_task")
    assert send(tasks_per_day=5).headers["ratelimit-policy"] == (
        '"tasks-per-day";q=5;w=86400, "tasks-at-once";q=7;qu="concurrent-requests"'
    )
    assert "tasks-per-day" not in send(tasks_per_day=0).headers["ratelimit"]
    assert [send(key="k2").status for _ in range(2)] == [202, 429]
    refused = send(key=None), send(key=None)
    assert [answer.status for answer in refused] == [202, 429]
    assert refused[1].json["detail"].startswith("The quota of all clients together is 1 tasks per day")


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Iterator[WebHost]:
    monkeypatch.setenv("OUTBOUND_ALLOWED", "127.0.0.1")
    with web_host() as made:
        made.serve("/photo.png", PLAIN)
        yield made


@pytest.fixture(params=[2, 0])
def megapixels(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> int:
    monkeypatch.setenv("QUOTA_MEGAPIXELS_PER_DAY", str(request.param))
    return int(request.param)


def test_a_source_beyond_the_quota_fails_its_task(megapixels: int, host: WebHost, functions: Functions) -> None:
    headers, body = {"content-type": "application/json"}, json.dumps({"source_url": f"{host.url}/photo.png"}).encode()
    sent = [functions.http("create_task", "POST", PATH, headers=headers, body=body).json["id"] for _ in range(3)]
    assert all(fetch(functions, task_id) == DONE for task_id in sent)
    *others, last = [functions.http("get_task", "GET", f"{PATH}/{task_id}").json for task_id in sent]
    assert {each["status"] for each in others} == {"pending"}
    assert len(functions["create_task"].store.blobs) == (megapixels or 3)
    if not megapixels:  # no limit
        assert last["status"] == "pending"
        return
    assert (last["status"], last["error"]["type"]) == ("failed", "/problems/quota-used-up")
    detail = "The quota of all clients together is 2 megapixels per day, of which 0.0 are left."
    assert last["error"]["detail"].startswith(detail)


def test_headers_are_there_also_after_a_wait(send: Any) -> None:
    assert "ratelimit" in send({"prefer": "wait=1"}, tasks_per_day=5).headers


def test_commands_set_and_show_quotas(functions: Functions) -> None:
    def manage(**command: Any) -> Any:
        return functions["manage_keys"].handler(command, Context("manage-keys"))["keys"]

    [made] = manage(action="create", owner="ada", quota={"tasks_per_day": 9})
    assert made["quota"] == {"tasks_per_day": 9}
    [changed] = manage(action="set_quota", id=made["id"], quota={"megapixels_at_once": 50})
    assert changed["quota"] == {"megapixels_at_once": 50}
    assert manage(action="list") == [changed]
    assert manage(action="set_quota", id="unknown", quota={}) == []


@pytest.mark.parametrize("quota", [{"tasks_per_day": -1}, {"tasks_per_hour": 1}, {"tasks_per_day": "many"}])
def test_what_is_no_quota_is_refused(functions: Functions, quota: Any) -> None:
    with pytest.raises(ValueError, match="quota"):
        functions["manage_keys"].handler({"action": "create", "owner": "ada", "quota": quota}, Context("manage-keys"))
