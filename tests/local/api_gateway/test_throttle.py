"""Throttling as API Gateway and the firewall before it do it."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from local.emulation.api_gateway.app import Gateway
from local.emulation.api_gateway.refusal import Refusal
from local.emulation.api_gateway.throttle import Throttle
from local.emulation.sam_template.declarations import Rate, Route, Throttling
from local.emulation.sam_template.template import load
from tests.local.api_gateway.fakes import FakeFunctions, client_of

TEMPLATE = Path(__file__).parent.parent.parent.parent / "template.yaml"
TASKS, RESULTS, DOCS = Route("POST", "/tasks", "F"), Route("GET", "/results", "F"), Route("GET", "/docs", "F")
SLOW = 3600  # seconds until there is another token


def allowed(throttle: Throttle, route: Route, tries: int = 10) -> int:
    count = 0
    for _ in range(tries):
        try:
            throttle.check_route(route)
        except Refusal:
            break
        count += 1
    return count


def test_each_route_has_a_bucket_of_its_own_with_its_own_rate_or_the_default() -> None:
    throttle = Throttle(Throttling(routes={TASKS.key: Rate(1, SLOW, 2)}, other_routes=Rate(1, SLOW, 5)))
    assert (allowed(throttle, TASKS), allowed(throttle, RESULTS), allowed(throttle, DOCS)) == (2, 5, 5)


def test_without_throttling_everything_is_allowed() -> None:
    throttle = Throttle(Throttling())
    throttle.check_client("192.0.2.1")
    assert allowed(throttle, TASKS, 1000) == 1000


def test_one_client_cannot_take_anothers_share() -> None:
    throttle = Throttle(Throttling(client=Rate(3, SLOW, 3)))
    for _ in range(3):
        throttle.check_client("192.0.2.1")
    with pytest.raises(Refusal, match="This address sends too many requests"):
        throttle.check_client("192.0.2.1")
    throttle.check_client("192.0.2.2")


def test_a_refusal_says_when_there_will_be_room() -> None:
    throttle = Throttle(Throttling(routes={TASKS.key: Rate(1, 60, 1)}))
    assert allowed(throttle, TASKS) == 1
    with pytest.raises(Refusal) as refusal:
        throttle.check_route(TASKS)
    answer = refusal.value.answer()
    assert (answer.status, dict(answer.headers)["retry-after"]) == (429, "60")
    assert json.loads(answer.body)["message"] == "Too Many Requests"


def test_the_template_sets_the_rates_and_a_variable_overrides_them() -> None:
    shipped = load(TEMPLATE, {}).throttling
    assert shipped == Throttling({"POST /api/v1/tasks": Rate(200, 1, 200)}, Rate(1000, 1, 1000), None)
    changed = load(TEMPLATE, {"TASKS_PER_SECOND": "7", "CLIENT_REQUESTS_PER_MINUTE": "60"}).throttling
    assert changed == replace(shipped, routes={"POST /api/v1/tasks": Rate(7, 1, 7)}, client=Rate(60, 60, 60))


async def test_through_the_gateway_a_refusal_reaches_the_client_and_no_function() -> None:
    functions = FakeFunctions("ok")
    throttling = Throttling(routes={DOCS.key: Rate(1, SLOW, 1)})
    async with client_of(Gateway([DOCS], None, functions, throttling=throttling)) as client:
        assert (await client.get("/docs")).status_code == 200
        refused = await client.get("/docs")
    assert refused.status_code == 429
    assert refused.json()["message"] == "Too Many Requests"
    assert int(refused.headers["retry-after"]) > SLOW / 2
    assert len(functions.events) == 1


async def test_a_throttled_client_is_refused_before_anything_else_is_looked_at() -> None:
    throttling = Throttling(client=Rate(1, SLOW, 1))
    async with client_of(Gateway([DOCS], None, FakeFunctions("ok"), throttling=throttling)) as client:
        assert [(await client.get("/nowhere")).status_code for _ in range(2)] == [404, 429]
