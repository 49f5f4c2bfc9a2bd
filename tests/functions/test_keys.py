"""The authorizer and the function that makes keys, and what owners see of one another."""

import json
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from pydantic import ValidationError

from imagescaler.domain.errors import RepositoryUnavailable
from imagescaler.runtime import loop
from local.emulation.sam_template.template import load
from tests.conftest import ROOT
from tests.functions.conftest import Context, Functions, Post
from tests.functions.test_process_task import message
from tests.handlers import FUNCTIONS
from tests.pictures import plain

REFUSED = {"isAuthorized": False}
THROTTLED = {"isAuthorized": True, "context": {"owner": "", "throttled": "true"}}


def admitted(key: Any) -> dict[str, Any]:
    return {
        "isAuthorized": True,
        "context": {"owner": key["owner"], "key": key["id"], "quota": json.dumps(key["quota"])},
    }


@pytest.fixture
def manage(functions: Functions) -> Any:
    functions["authorize"].keys = functions["manage_keys"].keys
    return lambda **command: functions["manage_keys"].handler(command, Context("manage-keys"))["keys"]


@pytest.fixture
def authorize(functions: Functions) -> Any:
    def invoke(authorization: str | None, source: str = "192.0.2.1", forwarded_for: str = "192.0.2.1") -> Any:
        event = json.loads((FUNCTIONS / "authorize" / "event.json").read_text())
        event["headers"] = {"x-forwarded-for": forwarded_for}
        if authorization is not None:
            event["headers"]["authorization"] = authorization
        event["requestContext"]["http"]["sourceIp"] = source
        return functions["authorize"].handler(event, Context("authorize"))

    return invoke


def test_a_new_key_lets_its_owner_in(manage: Any, authorize: Any) -> None:
    [made] = manage(action="create", owner="ada")
    assert authorize(f"Bearer {made['key']}") == admitted(made)


def test_a_key_is_shown_once_and_never_logged(
    manage: Any, authorize: Any, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    [made] = manage(action="create", owner="ada")
    [listed] = manage(action="list")
    assert listed == {name: value for name, value in made.items() if name != "key"}
    authorize(f"Bearer {made['key']}")
    authorize(f"Bearer {made['key']}0")
    secret = made["key"].rpartition("_")[2]
    assert secret not in capsys.readouterr().out + caplog.text + repr([vars(record) for record in caplog.records])


def test_a_revoked_key_lets_nobody_in(manage: Any, authorize: Any) -> None:
    [made], [other] = manage(action="create", owner="ada"), manage(action="create", owner="ada")
    [revoked] = manage(action="revoke", id=made["id"])
    assert revoked["revoked_at"]
    assert authorize(f"Bearer {made['key']}") == REFUSED
    assert authorize(f"Bearer {other['key']}")["isAuthorized"]


def test_revoking_what_is_not_there_revokes_nothing(manage: Any) -> None:
    assert manage(action="revoke", id="0123456789abcdef") == []


@pytest.mark.parametrize(
    "command", [{}, {"action": "steal"}, {"action": "create"}, {"action": "create", "owner": ""}, {"action": "revoke"}]
)
def test_what_is_no_command_is_refused(manage: Any, command: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        manage(**command)


@pytest.mark.parametrize(
    "authorization",
    [None, "", "Bearer isk_0_0", "Bearer isk_\0_0", "Bearer isk_é_\ud800", "Bearer nonsense", "Basic YTpi"],
)
def test_without_a_key_nobody_gets_in(manage: Any, authorize: Any, authorization: str | None) -> None:
    manage(action="create", owner="ada")
    assert authorize(authorization) == REFUSED


def test_guesses_are_throttled_after_a_while_and_a_key_whose_id_exists_never_is(manage: Any, authorize: Any) -> None:
    [made], [revoked] = manage(action="create", owner="ada"), manage(action="create", owner="bob")
    manage(action="revoke", id=revoked["id"])
    guesses = [authorize(f"Bearer isk_{number}_0") for number in range(50)]
    assert guesses == [REFUSED] * 20 + [THROTTLED] * 30
    assert authorize("Bearer nonsense") == THROTTLED
    assert authorize(f"Bearer {made['key']}") == admitted(made)
    assert authorize(f"Bearer isk_{made['id']}_0") == REFUSED
    assert authorize(f"Bearer {revoked['key']}") == REFUSED
    assert authorize("Bearer isk_0_0", source="192.0.2.2") == REFUSED


def test_wrong_secrets_of_an_id_throttle_nobody(manage: Any, authorize: Any) -> None:
    [made] = manage(action="create", owner="ada")
    assert [authorize(f"Bearer isk_{made['id']}_{number}") for number in range(50)] == [REFUSED] * 50
    assert authorize("Bearer isk_0_0") == REFUSED


@pytest.mark.parametrize(
    ("hops", "forwarded_for", "alone"),
    [
        ("0", "{}, 198.51.100.1", False),
        ("1", "{}, 198.51.100.1", True),
        ("1", "6.6.6.6, {}, 198.51.100.1", True),
        ("1", "{}, 203.0.113.9, 198.51.100.1", False),
        ("2", "{}, 203.0.113.9, 198.51.100.1", True),
        ("1", "no address {}, 198.51.100.1", False),
        ("3", "{}, 198.51.100.1", False),
    ],
)
def test_behind_proxies_the_clients_address_counts_as_far_as_the_proxies_are_trusted(
    functions: Functions,
    monkeypatch: pytest.MonkeyPatch,
    authorize: Any,
    hops: str,
    forwarded_for: str,
    *,
    alone: bool,
) -> None:
    monkeypatch.setenv("TRUSTED_PROXY_HOPS", hops)
    functions._loaded.pop("authorize", None)
    for _ in range(21):
        answer = authorize("Bearer isk_0_0", forwarded_for=forwarded_for.format("192.0.2.1"))
    assert answer == THROTTLED
    other = authorize("Bearer isk_0_0", forwarded_for=forwarded_for.format("192.0.2.2"))
    assert other == (REFUSED if alone else THROTTLED)


@pytest.mark.parametrize(
    ("name", "method", "path"),
    [
        ("create_task", "POST", "/api/v1/tasks"),
        ("create_upload", "POST", "/api/v1/uploads"),
        ("delete_task", "DELETE", f"/api/v1/tasks/{UUID(int=1)}"),
        ("delete_upload", "DELETE", f"/api/v1/uploads/{UUID(int=1)}"),
        ("get_result", "GET", f"/api/v1/results/{UUID(int=1)}"),
        ("list_tasks", "GET", "/api/v1/tasks"),
        ("get_task", "GET", f"/api/v1/tasks/{UUID(int=1)}"),
        ("list_presets", "GET", "/api/v1/presets"),
        ("plan_task", "POST", "/api/v1/plan"),
    ],
)
def test_a_throttled_request_is_answered_429_by_every_function_behind_the_authorizer(
    functions: Functions, name: str, method: str, path: str
) -> None:
    event = functions.event(method, path)
    event["requestContext"]["authorizer"] = {"lambda": THROTTLED["context"]}
    answer = functions[name].handler(event, Context(name))
    assert (answer["statusCode"], answer["headers"]["retry-after"]) == (429, "60")
    assert json.loads(answer["body"])["type"] == "/problems/too-many-unknown-keys"


BEHIND_KEYS = (
    "CreateTask",
    "CreateUpload",
    "DeleteTask",
    "DeleteUpload",
    "GetResult",
    "GetTask",
    "ListPresets",
    "ListTasks",
    "ListWebhooks",
    "PlanTask",
    "RedeliverWebhook",
)


def test_every_function_behind_the_authorizer_answers_throttled_requests() -> None:
    """As the test above asserts, of all that the template has."""
    template = load(ROOT / "template.yaml", {})
    asking = {route.function for route in template.routes if route.authorizer is not None}
    assert asking == {f"{name}Function" for name in BEHIND_KEYS}


def test_a_database_that_is_away_is_no_failure_of_the_client(
    functions: Functions, manage: Any, authorize: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    [made] = manage(action="create", owner="ada")

    async def away(_: str) -> None:
        raise RepositoryUnavailable("It does not answer.")

    with monkeypatch.context() as patch:
        patch.setattr(functions["authorize"].keys, "find", away)
        for _ in range(30):
            with pytest.raises(RepositoryUnavailable):
                authorize(f"Bearer {made['key']}")
    assert authorize(f"Bearer {made['key']}")["isAuthorized"]


@pytest.mark.parametrize("other", ["bob", "", None])
def test_a_task_and_its_result_are_there_for_their_owner_alone(
    functions: Functions, post: Post, other: str | None
) -> None:
    task_id = post(plain(), owner="ada", width=8).json["id"]
    functions.process(message(task_id))
    for name, path in (("get_task", f"/api/v1/tasks/{task_id}"), ("get_result", f"/api/v1/results/{task_id}")):
        assert functions.http(name, "GET", path, owner="ada").status == 200
        unseen = functions.http(name, "GET", path, owner=other)
        unknown = functions.http(name, "GET", path.replace(task_id[:8], "00000000"), owner=other)
        assert (unseen.status, unseen.json["type"]) == (404, "/problems/task-not-found")
        assert unseen.headers.keys() == unknown.headers.keys()
        assert unseen.json.keys() == unknown.json.keys()


@pytest.mark.parametrize("other", ["bob", None])
def test_an_upload_is_there_for_its_owner_alone(functions: Functions, post: Post, other: str | None) -> None:
    wanted = json.dumps({"bytes": len(plain()), "media_type": "image/png"}).encode()
    headers = {"content-type": "application/json"}
    answer = functions.http("create_upload", "POST", "/api/v1/uploads", headers=headers, body=wanted, owner="ada").json
    key = urlsplit(answer["url"]).path.removeprefix("/storage/")
    loop.run(functions["create_task"].store.put(key, plain(), ttl_s=60))
    unseen = post(None, owner=other, upload_id=answer["id"], width=8)
    assert (unseen.status, unseen.json["type"]) == (404, "/problems/upload-not-found")
    assert post(None, owner="ada", upload_id=answer["id"], width=8).status == 202


def test_an_idempotency_key_is_its_owners(functions: Functions, post: Post) -> None:
    key = {"idempotency-key": "k1"}
    ada, again, bob = (post(plain(), key, owner=owner, width=8) for owner in ("ada", "ada", "bob"))
    assert ada.json["id"] == again.json["id"]
    assert bob.json["id"] != ada.json["id"]
    assert "idempotency-replayed" not in bob.headers


def test_waiting_for_a_task_is_for_its_owner_too(post: Post) -> None:
    answer = post(plain(), {"prefer": "wait=1"}, owner="ada", width=8)
    assert answer.status == 202
