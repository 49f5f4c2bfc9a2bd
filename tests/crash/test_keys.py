"""SIGKILL at every named point of the authorizer, and of making and revoking keys.

Each with a client that repeats its request, and with one that never comes back.
"""

import json
from typing import Any
from uuid import uuid4

import pytest

from tests.crash import victims
from tests.crash.scene import Scene
from tests.handlers import FUNCTIONS

pytestmark = pytest.mark.slow
repeats = pytest.mark.parametrize("repeated", [False, True], ids=["client gone", "client repeats"])


@repeats
@pytest.mark.parametrize("point", ["before keys.find", "after keys.find"])
def test_authorizer(scene: Scene, point: str, *, repeated: bool) -> None:
    owner = str(uuid4())
    [made] = manage(scene, action="create", owner=owner)
    request = json.loads((FUNCTIONS / "authorize/event.json").read_text())
    request["headers"]["authorization"] = f"Bearer {made['key']}"
    scene.kill(victims.invoke, "authorize", request, point)
    if repeated:
        answer = scene.functions.invoke("authorize", json.dumps(request).encode())
        assert (answer["isAuthorized"], answer["context"]["owner"]) == (True, owner)
    assert [(key["owner"], "revoked_at" in key) for key in manage(scene, action="list") if key["id"] == made["id"]] == [
        (owner, False)
    ]
    assert scene.rows() == 0


@repeats
@pytest.mark.parametrize(
    ("point", "made"), [("before keys.add", 0), ("after keys.add", 1)], ids=["before keys.add", "after keys.add"]
)
def test_key_that_is_made(scene: Scene, point: str, made: int, *, repeated: bool) -> None:
    command = {"action": "create", "owner": str(uuid4())}
    scene.kill(victims.invoke, "manage_keys", command, point)
    if repeated:
        manage(scene, **command)
    owned = [key for key in manage(scene, action="list") if key["owner"] == command["owner"]]
    assert len(owned) == made + repeated
    for key in owned:  # a key whose secret nobody has heard is listed, and can be taken away
        assert manage(scene, action="revoke", id=key["id"])[0]["revoked_at"]


@repeats
@pytest.mark.parametrize("point", ["before keys.revoke", "after keys.revoke"])
def test_key_that_is_revoked(scene: Scene, point: str, *, repeated: bool) -> None:
    [made] = manage(scene, action="create", owner=str(uuid4()))
    command = {"action": "revoke", "id": made["id"]}
    scene.kill(victims.invoke, "manage_keys", command, point)
    if repeated:
        assert manage(scene, **command)[0]["revoked_at"]
    [listed] = [key for key in manage(scene, action="list") if key["id"] == made["id"]]
    assert ("revoked_at" in listed) == (repeated or point == "after keys.revoke")


def manage(scene: Scene, **command: str) -> Any:
    """Return the keys that a command is about."""
    return scene.functions.invoke("manage_keys", json.dumps(command).encode())["keys"]
