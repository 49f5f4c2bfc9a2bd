"""The gateway's own answers are what the OpenAPI document says of them."""

from http import HTTPStatus

import pytest

from imagescaler.web.gateway_refusals import REFUSALS, GatewayMessage, with_refusals
from imagescaler.web.views.problem import Problem
from local.emulation.api_gateway.refusal import Refusal


@pytest.mark.parametrize("status", REFUSALS)
def test_a_refusal_is_a_problem_and_what_api_gateway_says(status: HTTPStatus) -> None:
    answer = Refusal(status, "Too much.", retry_after_s=7).answer()
    headers, described = dict(answer.headers), with_refusals({})[str(status.value)]
    assert headers["content-type"] in described["content"]
    assert headers["retry-after"] == "7"
    assert {name.lower() for name in described["headers"]} <= set(headers)
    problem = Problem.model_validate_json(answer.body)
    assert (problem.type, problem.title, problem.status) == ("about:blank", status.phrase, status)
    assert GatewayMessage.model_validate_json(answer.body).message == status.phrase
