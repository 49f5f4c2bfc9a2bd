"""The gateway's own answers are what the OpenAPI document says of them."""

from http import HTTPStatus
from typing import Any

import pytest

from imagescaler.web.gateway_refusals import OF_BODIES, OF_KEYS, REFUSALS, GatewayMessage, with_refusals
from imagescaler.web.views.problem import Problem
from local.emulation.api_gateway.refusal import Refusal


@pytest.mark.parametrize("status", [*REFUSALS, *OF_KEYS, *OF_BODIES])
def test_a_refusal_is_a_problem_and_what_api_gateway_says(status: HTTPStatus) -> None:
    answer = Refusal(status, "Too much.", retry_after_s=7).answer()
    operation: dict[str, Any] = {"requestBody": {}, "responses": {}}
    headers, described = dict(answer.headers), with_refusals(operation, needs_key=True)[str(status.value)]
    assert headers["content-type"] in described["content"]
    assert headers["retry-after"] == "7"
    assert {name.lower() for name in described.get("headers", {})} - {"www-authenticate"} <= set(headers)
    problem = Problem.model_validate_json(answer.body)
    shown = described["content"]["application/problem+json"]["examples"]["refused"]["value"]
    assert (problem.type, problem.title, problem.status) == ("about:blank", shown["title"], status)
    example = described["content"]["application/json"]["examples"]["refused-by-api-gateway"]["value"]
    assert GatewayMessage.model_validate_json(answer.body).model_dump() == example
