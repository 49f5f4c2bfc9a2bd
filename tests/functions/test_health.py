"""GET /api/v1/health."""

from typing import Any

import pytest

from imagescaler.domain.errors import StoreUnavailable
from tests.functions.conftest import Functions


def test_all_is_well(functions: Functions) -> None:
    answer = functions.http("health", "GET", "/api/v1/health")
    assert answer.status == 200
    assert answer.json["status"] == "ok"
    assert {name: check["status"] for name, check in answer.json.items() if name != "status"} == {
        "postgres": "ok",
        "queue": "ok",
        "store": "ok",
    }
    assert all(answer.json[name]["ms"] >= 0 for name in ("postgres", "queue", "store"))


def test_the_server_that_is_away_is_named(functions: Functions, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(_: Any = None) -> None:
        raise StoreUnavailable("redis://secret@10.0.0.1 does not answer")

    monkeypatch.setattr(functions["health"].servers["store"], "ping", away)
    answer = functions.http("health", "GET", "/api/v1/health")
    assert answer.status == 503
    assert answer.json["status"] == "unavailable"
    assert answer.json["store"]["status"] == "unavailable"
    assert answer.json["postgres"]["status"] == "ok"
    assert b"10.0.0.1" not in answer.body
