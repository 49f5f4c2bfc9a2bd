"""The URL of webhooks of an API key, as commands set it and as tasks have it, and commands on secrets."""

from typing import Any

import pytest
from pydantic import ValidationError

from tests.answer import Answer
from tests.functions.conftest import Context, Functions, multipart
from tests.pictures import plain

URL, OTHER_URL = "https://hooks.example.org/of-key", "https://hooks.example.org/of-task"


@pytest.fixture
def manage(functions: Functions) -> Any:
    return lambda **command: functions["manage_keys"].handler(command, Context("manage-keys"))


@pytest.fixture
def send(functions: Functions) -> Any:
    """Create a task with a key that has a URL of webhooks, or none."""

    def send(of_key: str | None, headers: dict[str, str] | None = None, **fields: str) -> Answer:
        form_headers, body = multipart(plain(), width=8, **fields)
        event = functions.event("POST", "/api/v1/tasks", headers={**form_headers, **(headers or {})}, body=body)
        context = {"owner": "ada", "key": "k1", "quota": "{}"}
        event["requestContext"]["authorizer"] = {
            "lambda": context if of_key is None else {**context, "webhook_url": of_key}
        }
        answer = functions["create_task"].handler(event, Context("create_task"))
        return Answer(answer["statusCode"], answer["headers"], answer["body"].encode())

    return send


def url_of(functions: Functions, answer: Answer) -> Any:
    return {str(task_id): task for task_id, task in functions["create_task"].tasks.tasks.items()}[
        answer.json["id"]
    ].webhook_url


@pytest.mark.parametrize(
    ("of_key", "of_task", "expected"),
    [(URL, None, URL), (URL, OTHER_URL, OTHER_URL), (None, OTHER_URL, OTHER_URL), (None, None, None)],
)
def test_a_task_without_a_url_has_that_of_its_key(
    functions: Functions, send: Any, of_key: str | None, of_task: str | None, expected: str | None
) -> None:
    answer = send(of_key, **({"webhook_url": of_task} if of_task else {}))
    assert answer.status == 202
    assert url_of(functions, answer) == expected


def test_the_authorizer_passes_the_url_of_a_key_on(functions: Functions, manage: Any) -> None:
    functions["authorize"].keys = functions["manage_keys"].keys
    [made] = manage(action="create", owner="ada", webhook_url=URL)["keys"]
    event = functions.event("GET", "/", headers={"authorization": f"Bearer {made['key']}"})
    answer = functions["authorize"].handler(event, Context("authorize"))
    assert answer["context"] == {"owner": "ada", "key": made["id"], "quota": "{}", "webhook_url": URL}


def test_a_request_stays_the_same_when_the_url_of_its_key_changes(functions: Functions, send: Any) -> None:
    idempotent = {"idempotency-key": "1"}
    first, replay = send(URL, idempotent), send(OTHER_URL, idempotent)
    assert (replay.json["id"], replay.headers["idempotency-replayed"]) == (first.json["id"], "true")
    assert url_of(functions, replay) == URL
    assert send(URL, idempotent, webhook_url=URL).status == 422


def test_commands_set_list_and_remove_the_url_of_a_key(manage: Any) -> None:
    [made] = manage(action="create", owner="ada", webhook_url=URL)["keys"]
    assert made["webhook_url"] == URL
    [changed] = manage(action="set_webhook_url", id=made["id"], webhook_url=OTHER_URL)["keys"]
    assert changed["webhook_url"] == OTHER_URL
    assert manage(action="list")["keys"] == [changed]
    [without] = manage(action="set_webhook_url", id=made["id"], webhook_url=None)["keys"]
    assert "webhook_url" not in without
    assert manage(action="set_webhook_url", id="unknown", webhook_url=None) == {"keys": []}


@pytest.mark.parametrize("url", ["", "hooks.example.org", "ftp://example.org", "http://127.0.0.1/", "http://a.org:22/"])
def test_a_url_that_is_never_requested_is_refused_when_it_is_set(manage: Any, url: str) -> None:
    [made] = manage(action="create", owner="ada")["keys"]
    for command in ({"action": "create", "owner": "ada"}, {"action": "set_webhook_url", "id": made["id"]}):
        with pytest.raises(ValidationError, match="webhook_url"):
            manage(**command, webhook_url=url)
    assert len(manage(action="list")["keys"]) == 1


def test_commands_make_rotate_and_list_secrets(manage: Any) -> None:
    first = manage(action="create_secret", owner="ada")["secrets"]
    assert [each["owner"] for each in first] == ["ada"]
    assert manage(action="create_secret", owner="ada")["secrets"] == first
    new, old = manage(action="rotate_secret", owner="ada", overlap_s=60)["secrets"]
    assert (old["secret"], "expires_at" in old, "expires_at" in new) == (first[0]["secret"], True, False)
    assert new["secret"] != old["secret"]
    of_all = manage(action="create_secret")["secrets"]
    assert [each["owner"] for each in of_all] == [""]
    assert manage(action="list_secrets")["secrets"] == [*of_all, new, old]


@pytest.mark.parametrize("command", [{"owner": "a b"}, {"action": "rotate_secret", "overlap_s": -1}])
def test_what_is_no_command_on_secrets_is_refused(manage: Any, command: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        manage(**{"action": "create_secret", **command})
