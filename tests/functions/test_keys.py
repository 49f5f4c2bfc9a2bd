"""The authorizer and the function that makes keys, and what owners see of one another."""

import json
from typing import Any
from urllib.parse import urlsplit

import pytest
from pydantic import ValidationError

from imagescaler.domain.errors import RepositoryUnavailable
from imagescaler.runtime import loop
from tests.functions.conftest import Context, Functions, Post
from tests.functions.test_process_task import message
from tests.handlers import FUNCTIONS
from tests.pictures import plain

REFUSED = {"isAuthorized": False}


@pytest.fixture
def manage(functions: Functions) -> Any:
    functions["authorize"].keys = functions["manage_keys"].keys
    return lambda **command: functions["manage_keys"].handler(command, Context("manage-keys"))["keys"]


@pytest.fixture
def authorize(functions: Functions) -> Any:
    def invoke(authorization: str | None, source: str = "192.0.2.1") -> Any:
        event = json.loads((FUNCTIONS / "authorize" / "event.json").read_text())
        event["headers"] = {} if authorization is None else {"authorization": authorization}
        event["requestContext"]["http"]["sourceIp"] = source
        return functions["authorize"].handler(event, Context("authorize"))

    return invoke


def test_a_new_key_lets_its_owner_in(manage: Any, authorize: Any) -> None:
    [made] = manage(action="create", owner="ada")
    assert authorize(f"Bearer {made['key']}") == {"isAuthorized": True, "context": {"owner": "ada"}}


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


@pytest.mark.parametrize("authorization", [None, "", "Bearer isk_0_0", "Bearer nonsense", "Basic YTpi"])
def test_without_a_key_nobody_gets_in(manage: Any, authorize: Any, authorization: str | None) -> None:
    manage(action="create", owner="ada")
    assert authorize(authorization) == REFUSED


def test_whoever_guesses_is_not_even_looked_up_after_a_while_and_others_are(
    functions: Functions, manage: Any, authorize: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    [made] = manage(action="create", owner="ada")
    looked_up = []
    find = functions["authorize"].keys.find

    async def counting(key_id: str) -> Any:
        looked_up.append(key_id)
        return await find(key_id)

    monkeypatch.setattr(functions["authorize"].keys, "find", counting)
    for _ in range(50):
        assert authorize(f"Bearer isk_{made['id']}_0") == REFUSED
    assert len(looked_up) == 20
    assert authorize(f"Bearer {made['key']}") == REFUSED
    assert authorize(f"Bearer {made['key']}", source="192.0.2.2")["isAuthorized"]


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
